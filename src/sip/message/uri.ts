/** SIP and SIPS URIs (RFC 3261 § 19.1), tel URIs (RFC 3966); other schemes are kept as text. */
import ipaddr from 'ipaddr.js';
import { isIPv6 } from 'node:net';
import { formatHostPort, formatParameters, parameter, parseHostPort, type Parameter } from './grammar.js';

export interface SipUri {
  readonly scheme: 'sip' | 'sips';
  /** User part as written (escapes kept), without the password. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Host name or address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number | undefined;
  readonly parameters: readonly Parameter[];
  /** What follows `?`, as written. */
  readonly headers: string | undefined;
}

export interface TelUri {
  readonly scheme: 'tel';
  /** Digits with their visual separators, as written; global numbers begin with `+`. */
  readonly number: string;
  readonly parameters: readonly Parameter[];
}

/** The scheme of any URI in small letters, or undefined. */
export function schemeOf(text: string): string | undefined {
  return /^([A-Za-z][A-Za-z0-9+\-.]*):/.exec(text)?.[1]?.toLowerCase();
}

/** Parses a SIP or SIPS URI; undefined for what is none. */
export function parseUri(text: string): SipUri | undefined {
  const colon = text.indexOf(':');
  const scheme = text.slice(0, colon).toLowerCase();
  if (scheme !== 'sip' && scheme !== 'sips') return undefined;
  let rest = text.slice(colon + 1);
  if (/[\s<>"\p{Cc}]/u.test(rest)) return undefined;
  // An @ is never bare within the user or after the host; what comes before it may hold `;`, `?` and `/`.
  const at = rest.indexOf('@');
  const userinfo = at < 0 ? undefined : rest.slice(0, at);
  rest = rest.slice(at + 1);
  if (rest.includes('@') || userinfo === '') return undefined;
  const question = rest.indexOf('?');
  const headers = question < 0 ? undefined : rest.slice(question + 1);
  const [hostPort = '', ...parameterParts] = (question < 0 ? rest : rest.slice(0, question)).split(';');
  const where = parseHostPort(hostPort);
  const parameters = parseUriParameters(parameterParts);
  const [user, password] = splitOnce(userinfo, ':');
  if (!where || !parameters || user === '') return undefined;
  const { host, port } = where;
  return { scheme, user, password, host, port, parameters, headers };
}

/** URI parameters may hold more than tokens: brackets, colons, slashes, escapes (§ 25.1, `paramchar`). */
function parseUriParameters(parts: readonly string[]): Parameter[] | undefined {
  const parameters: Parameter[] = [];
  for (const part of parts) {
    const [name = '', value] = splitOnce(part, '=');
    if (!/^[A-Za-z0-9\-_.!~*'()[\]/:&+$%]+$/.test(name)) return undefined;
    parameters.push([name, value]);
  }
  return parameters;
}

function splitOnce(text: string | undefined, separator: string): [string | undefined, string | undefined] {
  const index = text?.indexOf(separator) ?? -1;
  return text === undefined || index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

export function formatUri(uri: SipUri | TelUri): string {
  if (uri.scheme === 'tel') return `tel:${uri.number}${formatParameters(uri.parameters)}`;
  const password = uri.password === undefined ? '' : `:${uri.password}`;
  const user = uri.user === undefined ? '' : `${uri.user}${password}@`;
  const headers = uri.headers === undefined ? '' : `?${uri.headers}`;
  return `${uri.scheme}:${user}${formatHostPort(uri.host, uri.port)}${formatParameters(uri.parameters)}${headers}`;
}

/** A URI as a Request-URI: without headers and `method`, which may not stand there (RFC 3261 § 19.1.1 table 1, § 16.6). */
export function requestUri(text: string): string {
  const uri = parseUri(text);
  if (!uri || (uri.headers === undefined && uriParameter(uri, 'method') === undefined)) return text;
  const parameters = uri.parameters.filter(([name]) => name.toLowerCase() !== 'method');
  return formatUri({ ...uri, parameters, headers: undefined });
}

export function uriParameter(uri: SipUri | TelUri, name: string): string | undefined {
  return parameter(uri.parameters, name);
}

/** Parses a tel URI (RFC 3966 § 3): `tel:+48-22-123`, `tel:201;phone-context=office.example`. */
export function parseTelUri(text: string): TelUri | undefined {
  const [number = '', ...rest] = /^tel:(.*)$/i.exec(text)?.[1]?.split(';') ?? [];
  const parameters = parseUriParameters(rest);
  const digits = number.replaceAll(/[-.()]/g, '');
  if (!parameters || !/^(?:\+\d+|[0-9A-Fa-f*#]+)$/.test(digits) || number.indexOf('+') > 0) return undefined;
  return { scheme: 'tel', number, parameters };
}

/** The number without visual separators. */
export function telDigits(uri: TelUri): string {
  return uri.number.replaceAll(/[-.()]/g, '');
}

/** Text of a user part or header value with its %-escapes undone; as it is where they make no UTF-8. */
export function unescapeUri(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A stray percent sign is a character like any other.
  }
}

/** A user part with everything escaped that may not stand there bare (§ 25.1: unreserved and user-unreserved). */
export function escapeUser(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9\-_.!~*'()&=+$,;?/]/gu, (c) =>
    [...Buffer.from(c)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

/** The headers after `?`, names and values unescaped (§ 19.1.1). */
export function uriHeaders(uri: SipUri): (readonly [name: string, value: string])[] {
  return (uri.headers ?? '')
    .split('&')
    .filter(Boolean)
    .map((pair) => {
      const [name = '', value = ''] = splitOnce(pair, '=');
      return [unescapeUri(name), unescapeUri(value)];
    });
}

/** Equality by RFC 3261 § 19.1.4. */
export function sameUri(a: SipUri, b: SipUri): boolean {
  return (
    a.scheme === b.scheme &&
    plain(a.user) === plain(b.user) &&
    plain(a.password) === plain(b.password) &&
    sameHost(a.host, b.host) &&
    a.port === b.port &&
    sameParameters(a, b) &&
    sameHeaders(a.headers, b.headers)
  );
}

const RESERVED = ';/?:@&=+$,';

/** Escapes of characters that are not reserved undone: those are equal to the characters, the others are not (§ 19.1.4). */
function plain(text: string | undefined): string | undefined {
  return text?.replaceAll(/%([0-9A-Fa-f]{2})/g, (escape, hex: string) => {
    const character = String.fromCharCode(parseInt(hex, 16));
    return character <= '~' && character > ' ' && character !== '%' && !RESERVED.includes(character)
      ? character
      : escape.toUpperCase();
  });
}

/** Whether two hosts are written for the same: names without case, IPv6 addresses however they are shortened. */
export function sameHost(a: string, b: string): boolean {
  if (a.includes(':') && isIPv6(a) && isIPv6(b))
    return ipaddr.parse(a).toNormalizedString() === ipaddr.parse(b).toNormalizedString();
  return a.toLowerCase() === b.toLowerCase();
}

/** These differ even if only one URI has them; others count only when both have them. */
const DECISIVE = ['user', 'ttl', 'method', 'maddr', 'transport'];

function sameParameters(a: SipUri, b: SipUri): boolean {
  const names = new Set([...a.parameters, ...b.parameters].map(([name]) => name.toLowerCase()));
  return [...names].every((name) => {
    const [one, other] = [parameter(a.parameters, name), parameter(b.parameters, name)];
    if (one === undefined || other === undefined) return !DECISIVE.includes(name);
    return plain(one)?.toLowerCase() === plain(other)?.toLowerCase();
  });
}

function sameHeaders(a: string | undefined, b: string | undefined): boolean {
  const sorted = (text: string | undefined): string =>
    (plain(text ?? '') ?? '').toLowerCase().split('&').sort().join('&');
  return sorted(a) === sorted(b);
}
