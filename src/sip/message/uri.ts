/** SIP and SIPS URIs (RFC 3261 § 19.1); other schemes (tel) are kept as text. */
import {
  formatHostPort,
  formatParameters,
  parameter,
  parseHostPort,
  parseParameters,
  type Parameter,
} from './grammar.js';

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

/** Parses a SIP or SIPS URI; undefined for what is none. */
export function parseUri(text: string): SipUri | undefined {
  const colon = text.indexOf(':');
  const scheme = text.slice(0, colon).toLowerCase();
  if (scheme !== 'sip' && scheme !== 'sips') return undefined;
  let rest = text.slice(colon + 1);
  if (/[\s<>"]/.test(rest)) return undefined;
  const at = rest.lastIndexOf('@', userEnd(rest));
  const userinfo = at < 0 ? undefined : rest.slice(0, at);
  rest = rest.slice(at + 1);
  const question = rest.indexOf('?');
  const headers = question < 0 ? undefined : rest.slice(question + 1);
  const [hostPort = '', ...parameterParts] = (question < 0 ? rest : rest.slice(0, question)).split(';');
  const where = parseHostPort(hostPort);
  const parameters = parseParameters(parameterParts);
  if (!where || !parameters || userinfo === '') return undefined;
  const [user, password] = splitOnce(userinfo, ':');
  return { scheme, user, password, ...where, parameters, headers };
}

/** An `@` may stand in the headers after `?`, but there only escaped in practice; the last one before that ends the user. */
function userEnd(rest: string): number {
  const question = rest.indexOf('?');
  const at = rest.indexOf('@');
  return question >= 0 && at >= 0 && question > at ? question : rest.length;
}

function splitOnce(text: string | undefined, separator: string): [string | undefined, string | undefined] {
  const index = text?.indexOf(separator) ?? -1;
  return text === undefined || index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

export function formatUri(uri: SipUri): string {
  const password = uri.password === undefined ? '' : `:${uri.password}`;
  const user = uri.user === undefined ? '' : `${uri.user}${password}@`;
  const headers = uri.headers === undefined ? '' : `?${uri.headers}`;
  return `${uri.scheme}:${user}${formatHostPort(uri.host, uri.port)}${formatParameters(uri.parameters)}${headers}`;
}

export function uriParameter(uri: SipUri, name: string): string | undefined {
  return parameter(uri.parameters, name);
}

/** Equality by RFC 3261 § 19.1.4. */
export function sameUri(a: SipUri, b: SipUri): boolean {
  const decoded = (text: string | undefined): string | undefined => {
    if (text === undefined) return undefined;
    try {
      return decodeURIComponent(text);
    } catch {
      return text; // A stray percent sign is a character like any other.
    }
  };
  if (a.scheme !== b.scheme || decoded(a.user) !== decoded(b.user) || decoded(a.password) !== decoded(b.password))
    return false;
  if (a.host.toLowerCase() !== b.host.toLowerCase() || a.port !== b.port) return false;
  return sameParameters(a, b) && sameHeaders(a.headers, b.headers);
}

/** These differ even if only one URI has them; others count only when both have them. */
const DECISIVE = ['user', 'ttl', 'method', 'maddr', 'transport'];

function sameParameters(a: SipUri, b: SipUri): boolean {
  const names = new Set([...a.parameters, ...b.parameters].map(([name]) => name.toLowerCase()));
  return [...names].every((name) => {
    const [one, other] = [parameter(a.parameters, name), parameter(b.parameters, name)];
    if (one === undefined || other === undefined) return !DECISIVE.includes(name);
    return one.toLowerCase() === other.toLowerCase();
  });
}

function sameHeaders(a: string | undefined, b: string | undefined): boolean {
  const sorted = (text: string | undefined): string => (text ?? '').toLowerCase().split('&').sort().join('&');
  return sorted(a) === sorted(b);
}
