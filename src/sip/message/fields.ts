/** Reading and changing the header fields of a message. Names are compared without case, compact forms count as long ones. */
import { isToken, splitOutside } from './grammar.js';
import type { HeaderField, SipMessage } from './message.js';

/** The compact forms registered with IANA. */
const COMPACT: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  n: 'identity-info',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
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

/**
 * Headers whose field may hold several values with commas (RFC 3261 § 7.3.1 and table 2, and the extensions that we read). All
 * others are one value, commas and all: Date, Subject, the four of authentication, and what we do not know.
 */
const LISTS = new Set([
  'accept', 'accept-encoding', 'accept-language', 'alert-info', 'allow', 'allow-events', 'call-info', 'contact',
  'content-encoding', 'content-language', 'diversion', 'error-info', 'history-info', 'in-reply-to',
  'p-asserted-identity', 'p-associated-uri', 'p-preferred-identity', 'path', 'privacy', 'proxy-require', 'reason',
  'record-route', 'require', 'route', 'service-route', 'supported', 'unsupported', 'via', 'warning',
]); // prettier-ignore

const CHALLENGES = new Set(['www-authenticate', 'proxy-authenticate', 'authorization', 'proxy-authorization']);

/** Names seen before. Peers choose them, so the memory is bounded. */
const known = new Map<string, string>();
const KNOWN_MAX = 1000;
const KNOWN_LENGTH = 40;

/** The name in small letters, compact forms made long. */
export function canonicalName(name: string): string {
  const seen = known.get(name);
  if (seen !== undefined) return seen;
  const lower = name.toLowerCase();
  const canonical = COMPACT[lower] ?? lower;
  if (known.size < KNOWN_MAX && name.length <= KNOWN_LENGTH) known.set(name, canonical);
  return canonical;
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
  for (const field of message.fields) if (canonicalName(field.name) === canonical) return field.value;
  return undefined;
}

/** The fields of this name as they stand. */
export function headerFields(message: SipMessage, name: string): HeaderField[] {
  const canonical = canonicalName(name);
  return message.fields.filter((field) => canonicalName(field.name) === canonical);
}

/** All values of this name in order; fields that may be lists are taken apart at their commas. */
export function headerValues(message: SipMessage, name: string): string[] {
  const canonical = canonicalName(name);
  const values: string[] = [];
  for (const field of message.fields) {
    if (canonicalName(field.name) !== canonical) continue;
    if (CHALLENGES.has(canonical)) values.push(...splitChallenges(field.value));
    else if (LISTS.has(canonical)) values.push(...(splitOutside(field.value, ',') ?? [field.value]).filter(Boolean));
    else values.push(field.value);
  }
  return values;
}

/** First value of this name: of a list the first of it. */
export function firstValue(message: SipMessage, name: string): string | undefined {
  const value = header(message, name);
  if (value === undefined || !value.includes(',')) return value === '' ? headerValues(message, name)[0] : value;
  return headerValues(message, name)[0];
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

/** Puts a field before all others of its name (Via, Record-Route), or first of all. */
export function prependHeader(message: SipMessage, name: string, value: string): void {
  const canonical = canonicalName(name);
  const index = message.fields.findIndex((field) => canonicalName(field.name) === canonical);
  message.fields.splice(Math.max(0, index), 0, { name: displayName(name), value });
}

export function removeHeader(message: SipMessage, name: string): void {
  const canonical = canonicalName(name);
  message.fields = message.fields.filter((field) => canonicalName(field.name) !== canonical);
}

/**
 * Replaces the first value of a list header by these (by none: takes it away). Others of its field come after it in one, and
 * other fields stay as they are to the byte.
 */
export function replaceFirst(message: SipMessage, name: string, ...values: readonly string[]): void {
  const canonical = canonicalName(name);
  const index = message.fields.findIndex((field) => canonicalName(field.name) === canonical);
  const field = message.fields[index];
  if (!field) return setHeader(message, name, ...values);
  const rest = LISTS.has(canonical) ? (splitOutside(field.value, ',') ?? []).slice(1).filter(Boolean) : [];
  const made = [...values, ...(rest.length > 0 ? [rest.join(', ')] : [])].map((value) => ({ name: field.name, value }));
  message.fields.splice(index, 1, ...made);
}

/**
 * Challenges or credentials that were joined into one line by commas, taken apart again: a new one begins where a scheme
 * name is followed by white space and a parameter. (A word alone goes on with what is before it: `qop=auth,auth-int` occurs.)
 */
export function splitChallenges(value: string): string[] {
  const challenges: string[] = [];
  for (const part of splitOutside(value, ',') ?? [value]) {
    const begins = /^([^\s=,"]+)\s+[^\s=]/.exec(part)?.[1];
    const last = challenges.length - 1;
    if (last < 0 || (begins !== undefined && isToken(begins))) {
      if (part !== '') challenges.push(part);
    } else challenges[last] = `${challenges[last] ?? ''}, ${part}`;
  }
  return challenges;
}
