/** Reading and changing the header fields of a message. Names are compared without case, compact forms count as long ones. */
import { remember } from '../../base/remember.js';
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

/** The name in small letters, compact forms made long. */
export const canonicalName = remember((name) => {
  const lower = name.toLowerCase();
  return COMPACT[lower] ?? lower;
});

/** The name as it is usually written. */
export const displayName = remember((name) => {
  const canonical = canonicalName(name);
  const spell = (_: string, dash: string, letter: string): string => dash + letter.toUpperCase();
  return SPELLING[canonical] ?? canonical.replaceAll(/(^|-)([a-z])/g, spell);
});

/** A field as it is made here, with what was found out of it: it never changes, so that is found out once. */
class Field implements HeaderField {
  readonly name: string;
  readonly value: string;
  readonly raw: string | undefined;
  readonly #key: string;
  /** What the value was read as last, and by which reader. */
  #reader: ((value: string) => unknown) | undefined;
  #view: unknown;

  constructor(name: string, value: string, raw: string | undefined) {
    this.name = name;
    this.value = value;
    this.raw = raw;
    this.#key = canonicalName(name);
  }

  static keyOf(field: HeaderField): string {
    return #key in field ? field.#key : canonicalName(field.name);
  }

  static viewOf<T>(field: HeaderField, read: (value: string) => T): T {
    if (!(#key in field)) return read(field.value);
    if (field.#reader !== read) {
      field.#view = read(field.value);
      field.#reader = read;
    }
    return field.#view as T;
  }
}

/** A field. `raw`: as received. */
export const fieldOf = (name: string, value: string, raw?: string): HeaderField => new Field(name, value, raw);

/** `canonicalName` of a field's name. */
export const keyOf = (field: HeaderField): string => Field.keyOf(field);

/** The value as `read` reads it; that is done once. */
export const viewOf = <T>(field: HeaderField, read: (value: string) => T): T => Field.viewOf(field, read);

/** The first field of this name. */
export function firstField(message: SipMessage, name: string): HeaderField | undefined {
  const canonical = canonicalName(name);
  for (const field of message.fields) if (keyOf(field) === canonical) return field;
  return undefined;
}

/** Value of the first field of this name, whole. */
export function header(message: SipMessage, name: string): string | undefined {
  return firstField(message, name)?.value;
}

/** The fields of this name as they stand. */
export function headerFields(message: SipMessage, name: string): HeaderField[] {
  const canonical = canonicalName(name);
  return message.fields.filter((field) => keyOf(field) === canonical);
}

/** All values of this name in order; fields that may be lists are taken apart at their commas. */
export function headerValues(message: SipMessage, name: string): string[] {
  const canonical = canonicalName(name);
  const values: string[] = [];
  for (const field of message.fields) if (keyOf(field) === canonical) values.push(...valuesIn(field, canonical));
  return values;
}

function valuesIn({ value }: HeaderField, canonical: string): readonly string[] {
  if (CHALLENGES.has(canonical)) return splitChallenges(value);
  if (LISTS.has(canonical)) return (splitOutside(value, ',') ?? [value]).filter(Boolean);
  return [value];
}

/** All values of this name, each as `read` reads it; for a field that holds just one, that is done once. */
export function headerViews<T>(message: SipMessage, name: string, read: (value: string) => T): T[] {
  const canonical = canonicalName(name);
  const views: T[] = [];
  for (const field of message.fields) {
    if (keyOf(field) !== canonical) continue;
    if (isSingle(field)) views.push(viewOf(field, read));
    else views.push(...valuesIn(field, canonical).map(read));
  }
  return views;
}

/** Whether a field certainly holds just one value. */
const isSingle = ({ value }: HeaderField): boolean => value !== '' && !value.includes(',');

/** The first value of this name as `read` reads it. */
export function firstView<T>(message: SipMessage, name: string, read: (value: string) => T): T | undefined {
  const field = firstField(message, name);
  if (!field) return undefined;
  if (isSingle(field)) return viewOf(field, read);
  const first = firstValue(message, name);
  return first === undefined ? undefined : read(first);
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
  const index = message.fields.findIndex((field) => keyOf(field) === canonical);
  const made = values.map((value) => fieldOf(displayName(name), value));
  const rest = message.fields.filter((field) => keyOf(field) !== canonical);
  rest.splice(index < 0 ? rest.length : index, 0, ...made);
  message.fields = rest;
}

export function appendHeader(message: SipMessage, name: string, value: string): void {
  message.fields.push(fieldOf(displayName(name), value));
}

/** Puts a field before all others of its name (Via, Record-Route), or first of all. */
export function prependHeader(message: SipMessage, name: string, value: string): void {
  const canonical = canonicalName(name);
  const index = message.fields.findIndex((field) => keyOf(field) === canonical);
  message.fields.splice(Math.max(0, index), 0, fieldOf(displayName(name), value));
}

export function removeHeader(message: SipMessage, name: string): void {
  const canonical = canonicalName(name);
  message.fields = message.fields.filter((field) => keyOf(field) !== canonical);
}

/**
 * Replaces the first value of a list header by these (by none: takes it away). Others of its field come after it in one, and
 * other fields stay as they are to the byte.
 */
export function replaceFirst(message: SipMessage, name: string, ...values: readonly string[]): void {
  const canonical = canonicalName(name);
  const index = message.fields.findIndex((field) => keyOf(field) === canonical);
  const field = message.fields[index];
  if (!field) return setHeader(message, name, ...values);
  const rest = LISTS.has(canonical) ? (splitOutside(field.value, ',') ?? []).slice(1).filter(Boolean) : [];
  const made = [...values, ...(rest.length > 0 ? [rest.join(', ')] : [])].map((value) => fieldOf(field.name, value));
  message.fields = message.fields.toSpliced(index, 1, ...made);
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
