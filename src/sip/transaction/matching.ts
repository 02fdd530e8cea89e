/** Which transaction a message belongs to (RFC 3261 §§ 17.1.3 and 17.2.3). */
import { randomHex } from '../../base/random-hex.js';
import { headerValues } from '../message/fields.js';
import { branchOf, callIdOf, cseqOf, parseVia, tagOf, topVia, viaParameter } from '../message/headers.js';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.js';

/** What every branch made since RFC 3261 begins with. */
const COOKIE = 'z9hG4bK';

export function newBranch(): string {
  return COOKIE + randomHex(12);
}

/** What is the same in a request that came by two ways (§ 8.2.2.2): a merged one, where the branches differ. */
export function identityOf(request: SipRequest): string {
  return `${callIdOf(request)} ${tagOf(request, 'from') ?? ''} ${cseqOf(request)?.number ?? ''} ${request.method}`;
}

/**
 * Key of the server transaction of `method` that a request belongs to: branch, sent-by and method. Branches without the
 * cookie are from RFC 2543 and mean nothing; those requests are known by what they say.
 */
export function serverKey(request: SipRequest, method: string): string {
  const via = topVia(request);
  const branch = branchOf(request);
  const sentBy = via ? `${via.host.toLowerCase()}:${via.port ?? ''}` : '';
  if (branch.startsWith(COOKIE)) return `${branch} ${sentBy} ${method}`;
  const number = cseqOf(request)?.number ?? '';
  return `2543 ${request.uri} ${callIdOf(request)} ${tagOf(request, 'from') ?? ''} ${number} ${sentBy} ${method}`;
}

/** Key of a client transaction. */
export function clientKey(branch: string, method: string): string {
  return `${branch} ${method}`;
}

export function keyOfResponse(response: SipResponse): string {
  return clientKey(branchOf(response), cseqOf(response)?.method ?? '');
}

/** Branches of the Vias below the top one: who had this request before its sender. */
export function earlierBranches(message: SipMessage): string[] {
  return headerValues(message, 'via')
    .slice(1)
    .flatMap((value) => {
      const via = parseVia(value);
      return (via && viaParameter(via, 'branch')) || [];
    });
}
