/** Reading and changing the header fields of a message. Names are compared without case, compact forms count as long ones. */
import type { HeaderField, SipMessage } from './message.js';
import { splitOutside } from './grammar.js';

const COMPACT: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
};

/** How names that are not simply capitalised are written. */
const SPELLING: Readonly<Record<string, string>> = {
  'call-id': 'Call-ID',
  cseq: 'CSeq',
  'mime-version': 'MIME-Version',
  rack: 'RAck',
  rseq: 'RSeq',
  'www-authenticate': 'WWW-Authenticate',
  'sip-etag': 'SIP-ETag',
  'sip-if-match': 'SIP-If-Match',
  'min-se': 'Min-SE',
};

/** Headers whose field may hold several values with commas (RFC 3261 § 7.3.1 and table 2, and the extensions we read). */
const LISTS = new Set([
  'accept', 'accept-encoding', 'accept-language', 'alert-info', 'allow', 'allow-events', 'call-info', 'contact',
  'content-encoding', 'content-language', 'diversion', 'error-info', 'history-info', 'in-reply-to',
  'p-asserted-identity', 'p-preferred-identity', 'path', 'proxy-require', 'reason', 'record-route', 'require', 'route',
  'service-route', 'supported', 'unsupported', 'via', 'warning',
]); // prettier-ignore

/** The name in small letters, compact forms made long. */
export function canonicalName(name: string): string {
  const lower = name.toLowerCase();
  return COMPACT[lower] ?? lower;
}

/** The name as it is usually written. */
export function displayName(name: string): string {
  const canonical = canonicalName(name);
  return (
    SPELLING[canonical] ?? canonical.replaceAll(/(^|-)([a-z])/g, (_, dash: string, c: string) => dash + c.toUpperCase())
  );
}

/** Value of the first field of this name, whole. */
export function header(message: SipMessage, name: string): string | undefined {
  const canonical = canonicalName(name);
  return message.fields.find((field) => canonicalName(field.name) === canonical)?.value;
}

/** All values of this name in order; fields that may be lists are taken apart at their commas. */
export function headerValues(message: SipMessage, name: string): string[] {
  const canonical = canonicalName(name);
  const values = message.fields.filter((field) => canonicalName(field.name) === canonical).map((field) => field.value);
  if (!LISTS.has(canonical)) return values;
  return values.flatMap((value) => splitOutside(value, ',') ?? [value]).filter((value) => value !== '');
}

export function hasHeader(message: SipMessage, name: string): boolean {
  return header(message, name) !== undefined;
}

/** Replaces all fields of this name by these values, at the place of the first, or at the end. */
export function setHeader(message: SipMessage, name: string, ...values: readonly string[]): void {
  const canonical = canonicalName(name);
  const index = message.fields.findIndex((field) => canonicalName(field.name) === canonical);
  const made: HeaderField[] = values.map((value) => ({ name: displayName(name), value }));
  const rest = message.fields.filter((field) => canonicalName(field.name) !== canonical);
  rest.splice(index < 0 ? rest.length : index, 0, ...made);
  message.fields = rest;
}

export function appendHeader(message: SipMessage, name: string, value: string): void {
  message.fields.push({ name: displayName(name), value });
}

/** Puts a field before all others of its name (Via, Record-Route). */
export function prependHeader(message: SipMessage, name: string, value: string): void {
  const canonical = canonicalName(name);
  const index = message.fields.findIndex((field) => canonicalName(field.name) === canonical);
  message.fields.splice(Math.max(0, index), 0, { name: displayName(name), value });
}

export function removeHeader(message: SipMessage, name: string): void {
  const canonical = canonicalName(name);
  message.fields = message.fields.filter((field) => canonicalName(field.name) !== canonical);
}

/** Replaces the first value of a list header, whatever shares its field. */
export function replaceFirst(message: SipMessage, name: string, value: string): void {
  const values = headerValues(message, name);
  setHeader(message, name, value, ...values.slice(1));
}

/**
 * Challenges and credentials that were joined into one line by commas, taken apart again: a new one begins where a scheme
 * name is followed by a space.
 */
export function splitChallenges(value: string): string[] {
  const parts = splitOutside(value, ',') ?? [value];
  const challenges: string[] = [];
  for (const part of parts) {
    if (/^[A-Za-z][A-Za-z0-9-]*\s+[A-Za-z]/.test(part) || challenges.length === 0) challenges.push(part);
    else challenges[challenges.length - 1] += `, ${part}`;
  }
  return challenges;
}
