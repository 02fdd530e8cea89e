/** What a party's leaving means for a call. */
import type { Leg } from '../../media/engine.js';
import { q850Cause, type Ending } from './ending.js';
import type { SideEvent } from './side.js';

export type Leaving = Extract<SideEvent, { type: 'left' | 'dead' }>;

export const byOf = (leg: Leg): 'outside' | 'employee' => (leg === 'outside' ? 'outside' : 'employee');

/** The ending of a call in which both talked. */
export function endingOf(leg: Leg, event: Leaving): Ending {
  if (event.type === 'dead') return { by: byOf(leg), reason: 'peer-lost' };
  const { by } = event.end;
  const cause = q850Cause(event.end.reason);
  if (by === 'peer') return { by: byOf(leg), reason: 'completed', ...(cause === undefined ? {} : { cause }) };
  // The SIP server gave the dialog up (no ACK, no session refresh), or is gone itself.
  return by === 'server' ? { by: byOf(leg), reason: 'peer-lost' } : { by: 'halina', reason: 'error' };
}
