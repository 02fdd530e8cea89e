/**
 * Our reliable provisional responses (RFC 3262 § 3): numbered, repeated until their PRACK, one at a time. What the application
 * sends meanwhile waits: another reliable one always, a 2xx where the first one carried an offer or answer.
 */
import { header, setHeader } from '../message/fields.js';
import { optionTags, rackOf } from '../message/headers.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { Context } from './context.js';
import type { Held, Leg } from './legs.js';
import { Repetition } from './repetition.js';

export const isReliable = (response: SipResponse): boolean =>
  response.status > 100 && response.status < 200 && optionTags(response, 'require').includes('100rel');

/** Whether a response must wait for a PRACK. */
export function mustWait(leg: Leg, response: SipResponse): boolean {
  const { waiting } = leg.reliable;
  if (!waiting) return false;
  return isReliable(response) || (waiting.hasBody && response.status >= 200 && response.status < 300);
}

/** Numbers a response and sees to its repetition. */
export function sendReliably(
  context: Context,
  leg: Leg,
  transaction: ServerTransaction,
  response: SipResponse,
  onGivingUp: () => void,
): void {
  setHeader(response, 'rseq', String(leg.reliable.rseq++));
  const repetition = new Repetition(context, transaction, response, { longest: Infinity, onGivingUp });
  leg.reliable.waiting = { repetition, hasBody: response.body.length > 0 };
}

/** A final response: nothing is repeated any more, and what waited has no place. */
export function stopReliable(leg: Leg): void {
  const { reliable } = leg;
  reliable.waiting?.repetition.stop();
  reliable.late = reliable.waiting && reliable.rseq - 1;
  reliable.waiting = undefined;
  for (const held of leg.reliable.held.splice(0)) held.drop();
}

/**
 * Whether a PRACK is for a response that was out when the INVITE was answered for good: the two have crossed, and it must
 * be taken (RFC 3262 § 3), though it means nothing to the application any more.
 */
export function isLate(leg: Leg, prack: SipRequest): boolean {
  const { reliable } = leg;
  if (reliable.late === undefined || rackOf(prack)?.rseq !== reliable.late || prack.body.length > 0) return false;
  reliable.late = undefined;
  return true;
}

/**
 * Takes a PRACK. What waited for it is for the caller to let go, after the application had the PRACK; undefined where it
 * acknowledges nothing that waits (481).
 */
export function acknowledged(leg: Leg, prack: SipRequest): Held[] | undefined {
  const rack = rackOf(prack);
  const { reliable, theirInvite: invite } = leg;
  if (!rack || !invite || !reliable.waiting || rack.rseq !== reliable.rseq - 1) return undefined;
  if (rack.method !== 'INVITE' || rack.cseq !== invite.cseq) return undefined;
  reliable.waiting.repetition.stop();
  reliable.waiting = undefined;
  return reliable.held.splice(0);
}

/** Whether an INVITE lets us answer reliably at all. */
export function allowsReliable(invite: SipRequest): boolean {
  return ['supported', 'require'].some(
    (name) => header(invite, name) !== undefined && optionTags(invite, name).includes('100rel'),
  );
}
