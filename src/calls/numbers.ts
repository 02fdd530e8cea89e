/**
 * Telephone numbers as they are dialled and signalled, brought to one form: E.164 where they are numbers of the
 * telephone network, as dialled where they are short (extensions, 112, 997, 116123), and refused where they hold
 * anything that is no key of a telephone. What a peer wrote is never passed on unread.
 */
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js';
import type { E164 } from '../base/brands.js';
import { parameter, parseParameters } from '../sip/message/grammar.js';
import { parseUri } from '../sip/message/uri.js';

export type TelephoneNumber =
  | { readonly kind: 'e164'; readonly number: E164 }
  /** Two to six digits: an extension, or an emergency or service number, kept as dialled. */
  | { readonly kind: 'short'; readonly digits: string }
  /** Keys that make no number of the network: feature codes, numbers too long or of no country. */
  | { readonly kind: 'keys'; readonly keys: string }
  /** Something else than telephone keys, e.g. a name; not to be dialled. */
  | { readonly kind: 'none' };

const LONGEST = 40;
const none: TelephoneNumber = { kind: 'none' };

/**
 * Reads a number. `text`: a `sip:` or `tel:` URI, or a user part or number by itself; escapes (`%2B`), visual
 * separators and parameters (`;phone-context`) are understood. `country`: ISO 3166 code of the office's country.
 */
export function readNumber(text: string, country: string): TelephoneNumber {
  const keys = dialledKeys(text);
  if (keys === undefined) return none;
  const context = userPart(text)?.context;
  if (context?.startsWith('+') && !keys.startsWith('+')) {
    const whole = classify(context + keys, country);
    if (whole.kind === 'e164') return whole; // Else it is a short number that is valid there: 112 in +48.
  }
  return classify(keys, country);
}

/** The keys that a URI or user part names, as they were pressed; undefined where it holds anything else. */
export function dialledKeys(text: string): string | undefined {
  const keys = userPart(text)?.digits.replaceAll(/[-.() ]/g, '');
  return keys !== undefined && keys.length <= LONGEST && /^\+?[0-9*#]+$/.test(keys) ? keys : undefined;
}

function classify(keys: string, country: string): TelephoneNumber {
  if (/[*#]/.test(keys)) return { kind: 'keys', keys };
  if (/^\d{2,6}$/.test(keys)) return { kind: 'short', digits: keys };
  const number = international(keys, country);
  return number === undefined ? { kind: 'keys', keys } : { kind: 'e164', number };
}

/** Numbers that were read lately: a call's are read several times, and an office's come again. Peers choose them, hence the bound. */
const read = new Map<string, E164 | undefined>();
const READ_MAX = 2_000;

function international(keys: string, country: string): E164 | undefined {
  const key = `${country} ${keys}`;
  const known = read.get(key);
  if (known !== undefined || read.has(key)) return known;
  const number = readInternational(keys, country);
  if (read.size >= READ_MAX) read.clear();
  read.set(key, number);
  return number;
}

/** `keys` in E.164: as an international number if it begins so, else as one of the country, else with its `+` left out. */
function readInternational(keys: string, country: string): E164 | undefined {
  const own = country as CountryCode;
  if (keys.startsWith('+')) return possible(keys);
  const dialled = parsePhoneNumberFromString(keys, { defaultCountry: own, extract: false });
  if (dialled?.isValid()) return dialled.number as E164;
  const prefixed = parsePhoneNumberFromString(`+${keys}`, { extract: false });
  if (prefixed?.isValid()) return prefixed.number as E164;
  return undefined;
}

/** A number that was written with `+` is taken if its country has numbers of its length. */
function possible(keys: string): E164 | undefined {
  const parsed = parsePhoneNumberFromString(keys, { extract: false });
  return parsed?.isPossible() ? (parsed.number as E164) : undefined;
}

interface UserPart {
  readonly digits: string;
  readonly context: string | undefined;
}

/** The part of a URI that names the number (RFC 3966; RFC 3261 § 19.1.6 for telephone numbers in SIP URIs). */
function userPart(text: string): UserPart | undefined {
  const trimmed = text.trim();
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme === 'sip' || scheme === 'sips') return decoded(parseUri(trimmed)?.user);
  if (scheme === 'tel') return decoded(trimmed.slice('tel:'.length));
  return scheme === undefined ? decoded(trimmed) : undefined;
}

function decoded(user: string | undefined): UserPart | undefined {
  if (user === undefined) return undefined;
  try {
    const [digits = '', ...rest] = user.split(';');
    const parameters = parseParameters(rest);
    if (!parameters) return undefined;
    const context = parameter(parameters, 'phone-context');
    return { digits: decodeURIComponent(digits), context: context && decodeURIComponent(context) };
  } catch {
    return undefined; // A percent sign that begins no escape.
  }
}

/** What is dialled or compared: the number's digits with `+`, the short digits, the keys; undefined for no number. */
export function dialString(number: TelephoneNumber): string | undefined {
  switch (number.kind) {
    case 'e164':
      return number.number;
    case 'short':
      return number.digits;
    case 'keys':
      return number.keys;
    case 'none':
      return undefined;
  }
}

/** A number for people: as it is written in the office's country, others with their country's code. */
export function formatNumber(number: E164, country: string): string {
  const parsed = parsePhoneNumberFromString(number, { extract: false });
  if (!parsed) return number;
  return parsed.country === country ? parsed.formatNational() : parsed.formatInternational();
}

/**
 * Text that a peer signalled (a name, a user part), made fit for logs and records: no control characters, spaces
 * single, at most `longest` characters.
 */
export function plainText(text: string, longest = 128): string {
  const cleaned = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return cleaned.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '');
}
