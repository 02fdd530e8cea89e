/** New messages: a response to a request (RFC 3261 § 8.2.6), an ACK or CANCEL for an INVITE (§§ 17.1.1.3, 9.1). */
import { appendHeader, header, headerFields, headerValues, keyOf, setHeader } from './fields.js';
import { addressOf, formatNameAddress, tagOf, withTag } from './headers.js';
import type { HeaderField, SipRequest, SipResponse } from './message.js';
import { reasonPhrase } from './reasons.js';

/**
 * A response with what it must copy, byte for byte. `reason`: the usual phrase where it is empty. `toTag`: for the To header,
 * where the request has none (never on a 100).
 */
export function makeResponse(request: SipRequest, status: number, reason = '', toTag?: string): SipResponse {
  const recordsRoute = status > 100 && status < 300;
  const copied = ['via', ...(recordsRoute ? ['record-route'] : []), 'from', 'to', 'call-id', 'cseq'];
  if (status === 100) copied.push('timestamp');
  const fields: HeaderField[] = [];
  for (const name of copied) for (const field of request.fields) if (keyOf(field) === name) fields.push(field);
  const response: SipResponse = {
    kind: 'response',
    status,
    reason: reason || reasonPhrase(status),
    fields,
    body: NO_BODY,
  };
  const to = toTag === undefined || status === 100 ? undefined : addressOf(request, 'to');
  if (toTag !== undefined && to && tagOf(request, 'to') === undefined)
    setHeader(response, 'to', formatNameAddress(withTag(to, toTag)));
  return response;
}

const NO_BODY = Buffer.alloc(0);

function companion(invite: SipRequest, method: string): SipRequest {
  const made: SipRequest = { kind: 'request', method, uri: invite.uri, fields: [], body: Buffer.alloc(0) };
  const [via] = headerValues(invite, 'via');
  if (via !== undefined) appendHeader(made, 'via', via);
  appendHeader(made, 'max-forwards', '70');
  made.fields.push(...['from', 'to', 'call-id'].flatMap((name) => headerFields(invite, name)));
  appendHeader(made, 'cseq', `${(header(invite, 'cseq') ?? '0').split(/\s/)[0] ?? '0'} ${method}`);
  made.fields.push(...headerFields(invite, 'route'));
  return made;
}

/** The ACK that belongs to the client transaction itself: for a final response other than 2xx. */
export function makeFailureAck(invite: SipRequest, response: SipResponse): SipRequest {
  const ack = companion(invite, 'ACK');
  setHeader(ack, 'to', header(response, 'to') ?? header(invite, 'to') ?? '');
  return ack;
}

export function makeCancel(invite: SipRequest): SipRequest {
  return companion(invite, 'CANCEL');
}
