/**
 * From what an application wrote to what goes to the wire: its start line, headers and body on top of what the stack itself
 * puts into every message. drachtio-srf writes names in small letters, joins repeated headers and counts Content-Length in
 * characters: names are spelled anew, challenges taken apart, lengths made by the serializer.
 */
import { randomUUID } from 'node:crypto';
import { randomHex } from '../../base/random-hex.js';
import { appendHeader, canonicalName, firstValue, header, setHeader, splitChallenges } from '../message/fields.js';
import { formatNameAddress, parseNameAddress, tagOf, withTag } from '../message/headers.js';
import { formatHostPort } from '../message/grammar.js';
import { makeResponse } from '../message/make.js';
import type { HeaderField, SipMessage, SipRequest, SipResponse } from '../message/message.js';
import { parseFramed } from '../message/parse.js';

/** What an application sent, before anything is added. */
export function parseApplicationMessage(payload: Buffer): SipMessage | undefined {
  const message = parseFramed(payload);
  return message.kind === 'failure' ? undefined : message;
}

/** Headers that are the stack's own in a response: taken from the request, or made. */
const NOT_IN_RESPONSES = new Set([
  'via', 'from', 'to', 'call-id', 'cseq', 'route', 'record-route', 'max-forwards', 'content-length', 'rseq',
]); // prettier-ignore

/** Headers that are the stack's own in a request within a dialog. */
const NOT_IN_DIALOG = new Set([
  'via', 'from', 'to', 'call-id', 'cseq', 'route', 'record-route', 'max-forwards', 'content-length',
]); // prettier-ignore

const NOT_OUTSIDE = new Set(['via', 'from', 'to', 'call-id', 'cseq', 'max-forwards', 'content-length', 'record-route']);

const CHALLENGES = new Set(['www-authenticate', 'proxy-authenticate']);
const WITH_LOCAL_HOST = new Set(['contact', 'p-asserted-identity']);

export interface LocalContact {
  readonly host: string;
  readonly port: number;
  readonly protocol: string;
}

/** Our Contact URI; UDP is the default transport and not named, as is TLS of a SIPS URI. */
export function contactFor({ host, port, protocol }: LocalContact, secure = false): string {
  if (secure) return `<sips:${formatHostPort(host, port)}${protocol === 'wss' ? ';transport=ws' : ''}>`;
  return `<sip:${formatHostPort(host, port)}${protocol === 'udp' ? '' : `;transport=${protocol}`}>`;
}

/** Whether our Contact must be a SIPS URI too: in a request §§ 8.1.1.8, in a response § 12.1.1. */
function isSecure(request: SipRequest): boolean {
  if (/^sips:/i.test(request.uri)) return true;
  const first = ['route', 'record-route', 'contact'].map((name) => firstValue(request, name)).find(Boolean) ?? '';
  return first.startsWith('sips:') || first.includes('<sips:');
}

/** Puts our host and port where the application wrote the host `localhost`: not a user of that name, nor a longer host. */
export function withoutLocalhost(value: string, local: LocalContact): string {
  const named = /(sips?:(?:[^@<>;]*@)?)localhost(?::\d+)?(?![\w.:@-])/g;
  return value.replaceAll(named, `$1${formatHostPort(local.host, local.port)}`);
}

/** An address without brackets, as drachtio-srf likes to give it, with them. */
const bracketed = (address: string): string => (/^sips?:[^<>,;]+$/i.test(address) ? `<${address}>` : address);

function addHeaders(
  message: SipMessage,
  fields: readonly HeaderField[],
  skip: ReadonlySet<string>,
  local: LocalContact,
): void {
  for (const field of fields) {
    const name = canonicalName(field.name);
    // Names beyond ASCII cannot be told apart from damage by many peers; the real server leaves them out too.
    if (skip.has(name) || !/^[\x21-\x7e]+$/.test(name)) continue;
    const given = WITH_LOCAL_HOST.has(name) ? withoutLocalhost(field.value, local) : field.value;
    const value = name === 'contact' ? bracketed(given) : given;
    for (const one of CHALLENGES.has(name) ? splitChallenges(value) : [value]) appendHeader(message, name, one);
  }
}

function setBody(message: SipMessage, body: Buffer): void {
  message.body = body;
  if (body.length > 0 && header(message, 'content-type') === undefined && body.subarray(0, 3).toString() === 'v=0')
    setHeader(message, 'content-type', 'application/sdp');
}

/** Whether a message must carry our Contact: what makes or refreshes a dialog. */
function needsContact(method: string, status: number, reliable: boolean): boolean {
  const refreshes = ['INVITE', 'SUBSCRIBE', 'UPDATE'].includes(method);
  return refreshes && ((status >= 200 && status < 300) || reliable);
}

/** A response to `request` from what the application wrote. */
export function composeResponse(
  request: SipRequest,
  from: SipResponse,
  localTag: string,
  local: LocalContact,
): SipResponse {
  const response = makeResponse(request, from.status, from.reason, localTag);
  addHeaders(response, from.fields, NOT_IN_RESPONSES, local);
  setBody(response, from.body);
  const reliable = from.status < 200 && (header(response, 'require') ?? '').includes('100rel');
  if (needsContact(request.method, from.status, reliable) && header(response, 'contact') === undefined)
    setHeader(response, 'contact', contactFor(local, isSecure(request)));
  return response;
}

/** Adds what the application wrote to a request within a dialog. */
export function composeInDialog(request: SipRequest, from: SipRequest, local: LocalContact): SipRequest {
  addHeaders(request, from.fields, NOT_IN_DIALOG, local);
  setBody(request, from.body);
  if (['INVITE', 'SUBSCRIBE', 'UPDATE', 'REFER'].includes(request.method) && header(request, 'contact') === undefined)
    setHeader(request, 'contact', contactFor(local, isSecure(request)));
  return request;
}

/** A request outside dialogs from what the application wrote; it may set Call-ID, CSeq, and the tags of From and To. */
export function composeOutside(from: SipRequest, local: LocalContact, nextCSeq: number): SipRequest {
  const request: SipRequest = {
    kind: 'request',
    method: from.method,
    uri: from.uri,
    fields: [],
    body: Buffer.alloc(0),
  };
  const ours = contactFor(local).replace(/;transport=[a-z]+/, '');
  const given = parseNameAddress(withoutLocalhost(header(from, 'from') ?? ours, local)) ?? parseNameAddress(ours);
  if (!given) throw new TypeError('our own contact cannot be read');
  const tag = tagOf(from, 'from') ?? randomHex(6);
  const cseq = /^\d+/.exec(header(from, 'cseq') ?? '')?.[0] ?? String(nextCSeq);
  const to = withoutLocalhost(header(from, 'to') ?? `<${from.uri}>`, local);
  appendHeader(request, 'max-forwards', header(from, 'max-forwards') ?? '70');
  appendHeader(request, 'from', formatNameAddress(withTag(given, tag)));
  appendHeader(request, 'to', to.includes('<') || to.includes(';') ? to : `<${to}>`);
  appendHeader(request, 'call-id', header(from, 'call-id') ?? randomUUID());
  appendHeader(request, 'cseq', `${cseq} ${from.method}`);
  addHeaders(request, from.fields, NOT_OUTSIDE, local);
  if (['INVITE', 'SUBSCRIBE'].includes(from.method) && header(request, 'contact') === undefined)
    setHeader(request, 'contact', contactFor(local, isSecure(request)));
  setBody(request, from.body);
  return request;
}
