/** OPTIONS outside a dialog (RFC 3261 § 11): providers and handsets ask so whether we are there. */
import { refuse } from './srf-messages.js';
import type { IncomingRequest } from './sip-port.js';

const METHODS = 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, PRACK, REGISTER';

/** Answers those whom we know; others learn nothing. */
export function answerOptions(request: IncomingRequest, isKnown: (address: string) => boolean): void {
  if (!isKnown(request.source.address)) return request.abandon();
  const headers = { Allow: METHODS, Accept: 'application/sdp', Supported: 'timer' };
  void refuse(request, 200, { headers });
  return undefined;
}
