/** How long dialogs live that SUBSCRIBE or REFER made (RFC 6665): until their expiry, or the last NOTIFY. */
import { header } from '../message/fields.js';
import type { SipMessage, SipRequest } from '../message/message.js';
import { PATIENCE } from '../transaction/timers.js';
import type { Context } from './context.js';
import type { Leg } from './legs.js';

/** Seconds for which a subscription lives whose end nobody said (RFC 3515 leaves it to the agents). */
const UNSAID = 3600;

export const makesSubscription = (method: string): boolean => method === 'SUBSCRIBE' || method === 'REFER';

/** A 2xx to the SUBSCRIBE or REFER: the dialog lives so long; a while longer for the last NOTIFY. */
export function subscribed(context: Context, leg: Leg, request: SipRequest, response: SipMessage): void {
  const expires = Number(header(response, 'expires') ?? header(request, 'expires') ?? UNSAID);
  prolong(context, leg, Number.isFinite(expires) ? expires : UNSAID);
}

/** A NOTIFY that was sent or came: its state says how long the subscription lives. True: it is the last. */
export function notified(context: Context, leg: Leg, notify: SipRequest): boolean {
  const [state = '', ...parameters] = (header(notify, 'subscription-state') ?? '').split(';').map((one) => one.trim());
  if (!makesSubscription(leg.method)) return false;
  const expires = parameters.map((one) => /^expires=(\d+)$/i.exec(one)?.[1]).find((one) => one !== undefined);
  if (expires !== undefined) prolong(context, leg, Number(expires));
  return state.toLowerCase() === 'terminated';
}

function prolong(context: Context, leg: Leg, seconds: number): void {
  leg.expiry?.cancel();
  leg.expiry = context.clock.setTimer(seconds * 1000 + PATIENCE, () => context.legs.remove(leg));
}
