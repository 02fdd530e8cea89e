/**
 * A dialog (RFC 3261 § 12): what two user agents know of one another between INVITE and BYE. Early dialogs of a forked
 * INVITE share the id that the drachtio protocol gives them; the 2xx decides which of them it is.
 */
import { ownText, sharedText } from '../../base/own-text.js';
import { appendHeader, header, headerValues } from '../message/fields.js';
import {
  addressOf,
  callIdOf,
  contactUri,
  cseqOf,
  formatNameAddress,
  parseNameAddress,
  tagOf,
  topVia,
  withTag,
} from '../message/headers.js';
import type { SipRequest, SipResponse } from '../message/message.js';
import { parseUri, uriParameter } from '../message/uri.js';
import type { Flow } from '../transport/types.js';

export interface Dialog {
  /** `<Call-ID>;from-tag=<the UAC's tag>`, as the drachtio protocol names it. */
  readonly id: string;
  readonly role: 'uac' | 'uas';
  readonly callId: string;
  readonly localTag: string;
  remoteTag: string | undefined;
  /** Values of From and To in requests that we send. */
  readonly localAddress: string;
  remoteAddress: string;
  /** Request-URI of what we send. */
  remoteTarget: string;
  routeSet: string[];
  localCSeq: number;
  remoteCSeq: number | undefined;
  state: 'early' | 'confirmed';
  /** How the peer was reached last: the face, and for streams the connection. */
  flow: Flow | undefined;
  /**
   * The host that the peer takes for its own although it is not where it was: what its Via named, or what it was called by
   * and was reached elsewhere. In a Contact that is an address behind NAT.
   */
  believes: string | undefined;
}

export const dialogId = (callId: string, uacTag: string): string => `${callId};from-tag=${uacTag}`;

/** What a UAS makes of a request when it gives its first answer with a tag (§ 12.1.1). */
export function dialogOfRequest(request: SipRequest, localTag: string, flow: Flow): Dialog {
  const uacTag = ownText(tagOf(request, 'from') ?? '');
  const callId = ownText(callIdOf(request));
  const to = addressOf(request, 'to');
  return {
    id: ownText(dialogId(callId, uacTag)),
    role: 'uas',
    callId,
    localTag,
    remoteTag: uacTag,
    localAddress: to ? ownText(formatNameAddress(withTag(to, localTag))) : '',
    remoteAddress: ownText(header(request, 'from') ?? ''),
    remoteTarget: sharedText(contactUri(request) ?? request.uri),
    routeSet: headerValues(request, 'record-route').map(ownText),
    localCSeq: cseqOf(request)?.number ?? 0,
    remoteCSeq: cseqOf(request)?.number,
    state: 'early',
    flow,
    believes: unlessThere(topVia(request)?.host, flow),
  };
}

/** What a UAC makes of a request that it sends (§ 12.1.2); the rest comes with the responses. */
export function dialogOfSentRequest(request: SipRequest): Dialog {
  const localTag = ownText(tagOf(request, 'from') ?? '');
  const callId = ownText(callIdOf(request));
  return {
    id: ownText(dialogId(callId, localTag)),
    role: 'uac',
    callId,
    localTag,
    remoteTag: undefined,
    localAddress: ownText(header(request, 'from') ?? ''),
    remoteAddress: ownText(header(request, 'to') ?? ''),
    remoteTarget: sharedText(request.uri),
    routeSet: [],
    localCSeq: cseqOf(request)?.number ?? 0,
    remoteCSeq: undefined,
    state: 'early',
    flow: undefined,
    believes: undefined,
  };
}

/** Takes tag, route set and target from a response to the request that made the dialog. */
export function learnFromResponse(dialog: Dialog, response: SipResponse, flow: Flow | undefined): void {
  if (dialog.remoteTag === undefined) dialog.believes = unlessThere(parseUri(dialog.remoteTarget)?.host, flow);
  dialog.remoteTag = ownText(tagOf(response, 'to') ?? '') || dialog.remoteTag;
  dialog.remoteAddress = ownText(header(response, 'to') ?? dialog.remoteAddress);
  dialog.routeSet = headerValues(response, 'record-route').map(ownText).reverse();
  refreshTarget(dialog, response);
  dialog.flow = flow ?? dialog.flow;
  if (response.status >= 200) dialog.state = 'confirmed';
}

/** A host, where the flow does not lead to it. */
const unlessThere = (host: string | undefined, flow: Flow | undefined): string | undefined =>
  host !== undefined && flow && host !== flow.remoteAddress ? sharedText(host) : undefined;

/** A subscriber learns its peer from the first NOTIFY where that comes before the 2xx (RFC 6665 § 4.4.1). */
export function adoptPeer(dialog: Dialog, notify: SipRequest): void {
  if (dialog.remoteTag !== undefined) return;
  dialog.remoteTag = tagOf(notify, 'from');
  dialog.remoteAddress = header(notify, 'from') ?? dialog.remoteAddress;
  dialog.routeSet = headerValues(notify, 'record-route');
  dialog.state = 'confirmed';
}

/** Target refresh (§ 12.2): the Contact of a re-INVITE, UPDATE or their 2xx. */
export function refreshTarget(dialog: Dialog, message: SipRequest | SipResponse): void {
  const target = contactUri(message);
  if (target !== undefined && target !== dialog.remoteTarget) dialog.remoteTarget = sharedText(target);
}

/** Whether a request of the peer is in order (§ 12.2.2); remembers its number when it is. */
export function takesCSeq(dialog: Dialog, request: SipRequest): boolean {
  const number = cseqOf(request)?.number ?? 0;
  if (dialog.remoteCSeq !== undefined && number < dialog.remoteCSeq) return false;
  dialog.remoteCSeq = number;
  return true;
}

/** Whether a message of the peer belongs to this dialog, by its tags; one that has not heard of its peer yet takes any. */
export function matchesTags(dialog: Dialog, localTag: string | undefined, remoteTag: string | undefined): boolean {
  return dialog.localTag === localTag && (dialog.remoteTag === undefined || dialog.remoteTag === (remoteTag ?? ''));
}

/**
 * A request within the dialog (§ 12.2.1.1), without Via. `cseq`: for ACK and CANCEL the number of their INVITE; others get
 * the next one.
 */
export function requestInDialog(dialog: Dialog, method: string, cseq?: number): SipRequest {
  const number = cseq ?? ++dialog.localCSeq;
  const [first] = dialog.routeSet;
  const firstUri = first === undefined ? undefined : parseUri(parseNameAddress(first)?.uri ?? '');
  const strict = firstUri !== undefined && uriParameter(firstUri, 'lr') === undefined;
  const uri = strict ? (parseNameAddress(first ?? '')?.uri ?? dialog.remoteTarget) : dialog.remoteTarget;
  const routes = strict ? [...dialog.routeSet.slice(1), `<${dialog.remoteTarget}>`] : dialog.routeSet;
  const request: SipRequest = { kind: 'request', method, uri, fields: [], body: Buffer.alloc(0) };
  for (const route of routes) appendHeader(request, 'route', route);
  appendHeader(request, 'max-forwards', '70');
  appendHeader(request, 'from', dialog.localAddress);
  appendHeader(request, 'to', dialog.remoteAddress);
  appendHeader(request, 'call-id', dialog.callId);
  appendHeader(request, 'cseq', `${number} ${method}`);
  return request;
}

/** The URI by which the next hop of a request in this dialog is found. */
export function nextHopUri(dialog: Dialog): string {
  const [first] = dialog.routeSet;
  return (first && parseNameAddress(first)?.uri) ?? dialog.remoteTarget;
}
