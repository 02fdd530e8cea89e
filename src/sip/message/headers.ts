/** Typed views of the headers that the stack itself must understand. Each parser gives undefined for what is not well formed. */
import {
  formatHostPort,
  formatParameters,
  isToken,
  parameter,
  parseHostPort,
  parseParameters,
  quote,
  splitOutside,
  unquote,
  withParameter,
  type Parameter,
} from './grammar.js';
import { header, headerValues } from './fields.js';
import type { SipMessage } from './message.js';

/** One Via value (§ 20.42). */
export interface Via {
  /** `UDP`, `TCP`, `TLS`, `WS`, `WSS`, as written. */
  readonly transport: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly parameters: readonly Parameter[];
}

export function parseVia(value: string): Via | undefined {
  const [sent = '', ...rest] = splitOutside(value, ';') ?? [];
  const match = /^SIP\s*\/\s*2\.0\s*\/\s*([A-Za-z0-9-]+)\s+(.+)$/i.exec(sent);
  const where = match?.[2] === undefined ? undefined : parseHostPort(match[2]);
  const parameters = parseParameters(rest);
  if (!match?.[1] || !where || !parameters) return undefined;
  return { transport: match[1].toUpperCase(), ...where, parameters };
}

export function formatVia(via: Via): string {
  return `SIP/2.0/${via.transport} ${formatHostPort(via.host, via.port)}${formatParameters(via.parameters)}`;
}

export function viaParameter(via: Via, name: string): string | undefined {
  return parameter(via.parameters, name);
}

export function topVia(message: SipMessage): Via | undefined {
  const [first] = headerValues(message, 'via');
  return first === undefined ? undefined : parseVia(first);
}

/** A name-addr or addr-spec with header parameters: From, To, Contact, Route, Refer-To, P-Asserted-Identity… (§ 20.10). */
export interface NameAddress {
  readonly displayName: string | undefined;
  /** The URI as text. */
  readonly uri: string;
  readonly parameters: readonly Parameter[];
}

export function parseNameAddress(value: string): NameAddress | undefined {
  const open = openingBracket(value);
  if (open < 0) {
    // Without brackets the parameters belong to the header (§ 20).
    const [uri = '', ...rest] = value.split(';');
    const parameters = parseParameters(rest.map((part) => part.trim()));
    return uri.trim() === '' || !parameters ? undefined : { displayName: undefined, uri: uri.trim(), parameters };
  }
  const close = value.indexOf('>', open);
  if (close < 0) return undefined;
  const name = value.slice(0, open).trim();
  const rest = splitOutside(value.slice(close + 1).trim(), ';');
  const parameters = rest && parseParameters(rest.slice(1));
  if (!parameters || rest?.[0] !== '') return undefined;
  return { displayName: name === '' ? undefined : unquote(name), uri: value.slice(open + 1, close).trim(), parameters };
}

/** Index of the `<` outside quotes. */
function openingBracket(value: string): number {
  let quoted = false;
  for (let i = 0; i < value.length; i++) {
    if (quoted && value[i] === '\\') i++;
    else if (value[i] === '"') quoted = !quoted;
    else if (value[i] === '<' && !quoted) return i;
  }
  return -1;
}

export function formatNameAddress(address: NameAddress): string {
  const { displayName: name } = address;
  const written = name === undefined ? '' : `${name.split(' ').every(isToken) ? name : quote(name)} `;
  return `${written}<${address.uri}>${formatParameters(address.parameters)}`;
}

export function addressParameter(address: NameAddress, name: string): string | undefined {
  return parameter(address.parameters, name);
}

export function withTag(address: NameAddress, tag: string): NameAddress {
  return { ...address, parameters: withParameter(address.parameters, 'tag', tag) };
}

/** The tag of From or To, undefined where there is none. */
export function tagOf(message: SipMessage, name: 'from' | 'to'): string | undefined {
  const value = header(message, name);
  const address = value === undefined ? undefined : parseNameAddress(value);
  return address && (addressParameter(address, 'tag') || undefined);
}

export interface CSeq {
  readonly number: number;
  readonly method: string;
}

export function cseqOf(message: SipMessage): CSeq | undefined {
  const match = /^(\d{1,10})\s+(\S+)$/.exec(header(message, 'cseq') ?? '');
  const number = Number(match?.[1]);
  return match?.[2] && number < 2 ** 31 && isToken(match[2]) ? { number, method: match[2] } : undefined;
}

export function callIdOf(message: SipMessage): string {
  return header(message, 'call-id') ?? '';
}

export function branchOf(message: SipMessage): string {
  const via = topVia(message);
  return (via && viaParameter(via, 'branch')) ?? '';
}

/** URI of the first Contact, or undefined. */
export function contactUri(message: SipMessage): string | undefined {
  const [first] = headerValues(message, 'contact');
  return first === undefined ? undefined : parseNameAddress(first)?.uri;
}

/** Option tags of Require, Supported… in small letters. */
export function optionTags(message: SipMessage, name: string): string[] {
  return headerValues(message, name).map((tag) => tag.toLowerCase());
}

/** RAck (RFC 3262 § 7.2): response number, CSeq number, method. */
export function rackOf(message: SipMessage): { rseq: number; cseq: number; method: string } | undefined {
  const match = /^(\d+)\s+(\d+)\s+(\S+)$/.exec(header(message, 'rack') ?? '');
  return match?.[3] ? { rseq: Number(match[1]), cseq: Number(match[2]), method: match[3] } : undefined;
}

/** Session-Expires (RFC 4028 § 4): seconds and who refreshes. */
export function sessionExpiresOf(message: SipMessage): { seconds: number; refresher: string | undefined } | undefined {
  const [seconds = '', ...rest] = (header(message, 'session-expires') ?? '').split(';');
  const parameters = parseParameters(rest);
  if (!/^\s*\d{1,9}\s*$/.test(seconds) || !parameters) return undefined;
  return { seconds: Number(seconds), refresher: parameter(parameters, 'refresher') };
}
