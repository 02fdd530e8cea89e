/** Somebody who takes a call. */
import type { Party } from '../call/party.js';
import type { IncomingInvite } from '../sip-port.js';

/** A handset whose INVITE asks for a place in a call: pick-up, retrieval, Replaces. */
export interface Taker {
  readonly invite: IncomingInvite;
  readonly party: Party & { readonly kind: 'handset' };
}
