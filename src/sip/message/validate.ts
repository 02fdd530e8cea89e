/**
 * Whether a message that was read has what the stack needs to work with it (RFC 3261 §§ 8.1.1, 8.2, 16.3, 18.1.2): each
 * mandatory header, once, in a form that can be read. What only an application needs is the application's to check.
 */
import { header, headerViews, keyOf } from './fields.js';
import { parseInteger } from './grammar.js';
import { addressOf, cseqOf, topVia } from './headers.js';
import type { Problem } from './limits.js';
import type { SipMessage, SipRequest } from './message.js';
import { failure, type ParseFailure } from './parse.js';
import { parseUri, schemeOf } from './uri.js';
import { contact, parseNameAddress } from './views/address.js';

const SINGLE = new Set(['from', 'to', 'call-id', 'cseq', 'max-forwards', 'content-length', 'content-type']);
const MANDATORY = ['via', 'from', 'to', 'call-id', 'cseq'];

/** Undefined where nothing is wrong. A response with a mistake gives a failure without `partial`: it is dropped. */
export function validateMessage(message: SipMessage): ParseFailure | undefined {
  const reason = mistakeIn(message);
  if (reason === undefined) return undefined;
  const problem: Problem = { status: 400, reason };
  return failure(problem, message);
}

function mistakeIn(message: SipMessage): string | undefined {
  return (
    mistakenCount(message) ??
    mistakenIdentity(message) ??
    (message.kind === 'request' ? (mistakenRequestUri(message) ?? mistakenRouting(message)) : undefined)
  );
}

function mistakenCount(message: SipMessage): string | undefined {
  const seen = new Set<string>();
  for (const field of message.fields) {
    const name = keyOf(field);
    if (!SINGLE.has(name)) continue;
    if (seen.has(name)) return `more than one ${name}`;
    seen.add(name);
  }
  const missing = MANDATORY.find((name) => header(message, name) === undefined);
  return missing && `no ${missing}`;
}

/** Via, From, To, Call-ID and CSeq: what a message is matched by. */
function mistakenIdentity(message: SipMessage): string | undefined {
  if (!topVia(message)) return 'a Via that cannot be read';
  for (const name of ['from', 'to'] as const) if (!addressOf(message, name)) return `a ${name} that cannot be read`;
  if (!/^\S+$/.test(header(message, 'call-id') ?? '')) return 'a call-id that cannot be read';
  const sequence = cseqOf(message);
  if (!sequence) return 'a cseq that cannot be read';
  if (message.kind === 'request' && sequence.method !== message.method) return 'the method of cseq is another';
  return undefined;
}

/** Other schemes are the user's to refuse (416). Headers may not stand in a Request-URI (§ 19.1.1). */
function mistakenRequestUri(request: SipRequest): string | undefined {
  const scheme = schemeOf(request.uri);
  if (scheme === undefined) return 'the Request-URI is none';
  if (scheme !== 'sip' && scheme !== 'sips') return undefined;
  const uri = parseUri(request.uri);
  if (!uri) return 'a Request-URI that cannot be read';
  return uri.headers === undefined ? undefined : 'headers in the Request-URI';
}

function mistakenRouting(request: SipRequest): string | undefined {
  const hops = header(request, 'max-forwards');
  if (hops !== undefined && parseInteger(hops, 255) === undefined) return 'a max-forwards that cannot be read';
  for (const name of ['route', 'record-route'])
    if (headerViews(request, name, parseNameAddress).includes(undefined)) return `a ${name} that cannot be read`;
  return headerViews(request, 'contact', contact.parse).includes(undefined)
    ? 'a contact that cannot be read'
    : undefined;
}
