/** What a party's leaving means for a call. */
import type { Leg } from '../../media/engine.js';
import { q850Cause, type Ending } from './ending.js';
import type { Dialog } from '../sip-port.js';
import type { SideEvent } from './side.js';

export type Leaving = Extract<SideEvent, { type: 'left' | 'dead' }>;

export const byOf = (leg: Leg): 'outside' | 'employee' => (leg === 'outside' ? 'outside' : 'employee');

/** Longer ago than this an answer was one to another call. */
const LONGEST_WAY_MS = 10_000;

/** When a callee answered whose dialog has just come, Unix milliseconds. */
export function answeredAt({ confirmedAt }: Pick<Dialog, 'confirmedAt'>, now: number): number {
  return confirmedAt <= now && confirmedAt > now - LONGEST_WAY_MS ? confirmedAt : now;
}

/** The ending of a call in which both talked. */
export function endingOf(leg: Leg, event: Leaving): Ending {
  if (event.type === 'dead') return { by: byOf(leg), reason: 'peer-lost' };
  const { by, at } = event.end;
  const when = at === undefined ? {} : { at };
  const cause = q850Cause(event.end.reason);
  if (by === 'peer') return { by: byOf(leg), reason: 'completed', ...when, ...(cause === undefined ? {} : { cause }) };
  // The SIP server gave the dialog up (no ACK, no session refresh), or is gone itself.
  return by === 'server' ? { by: byOf(leg), reason: 'peer-lost', ...when } : { by: 'halina', reason: 'error' };
}
