/** name-addr and addr-spec with header parameters: From, To, Contact, Route, Refer-To, P-Asserted-Identity… (§ 20.10). */
import {
  formatParameters,
  isToken,
  parameter,
  parseParameters,
  quote,
  quotedEnd,
  splitOutside,
  unquote,
  withParameter,
  type Parameter,
} from '../grammar.js';
import type { Codec } from './codec.js';

export interface NameAddress {
  readonly displayName: string | undefined;
  /** The URI as text. */
  readonly uri: string;
  readonly parameters: readonly Parameter[];
}

const SCHEME = /^[A-Za-z][A-Za-z0-9+\-.]*:[^\s<>"]+$/;

/**
 * Reads both forms. Display names need not be tokens (`Kowalski, Jan <sip:…>` occurs, and its meaning is clear where a header
 * has one value); spaces within the brackets are forgiven, and a semicolon at the end.
 */
export function parseNameAddress(value: string): NameAddress | undefined {
  const quoted = value.startsWith('"') ? quotedEnd(value) : 0;
  if (quoted < 0) return undefined;
  const open = value.indexOf('<', quoted);
  if (open < 0) return quoted > 0 ? undefined : bareAddress(value);
  const close = value.indexOf('>', open);
  const name = value.slice(0, open).trim();
  const uri = value.slice(open + 1, Math.max(close, 0)).trim();
  const rest = close < 0 ? undefined : splitOutside(value.slice(close + 1), ';');
  // Phones are seen that end a Contact with a semicolon: one is forgiven.
  if (rest && rest.length > 1 && rest.at(-1) === '') rest.pop();
  const parameters = rest?.[0] === '' ? parseParameters(rest.slice(1)) : undefined;
  if (!parameters || !SCHEME.test(uri) || (quoted > 0 && name.length !== quoted)) return undefined;
  if (quoted === 0 && name.includes('"')) return undefined;
  return { displayName: name === '' ? undefined : unquote(name), uri, parameters };
}

/** Without brackets, what follows a semicolon belongs to the header, and `?` and `,` may not be in the URI (§ 20). */
function bareAddress(value: string): NameAddress | undefined {
  const parts = splitOutside(value, ';') ?? [''];
  const uri = parts[0] ?? '';
  const parameters = parseParameters(parts.slice(1));
  if (!parameters || !SCHEME.test(uri) || /[?,]/.test(uri)) return undefined;
  return { displayName: undefined, uri, parameters };
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

export const address: Codec<NameAddress> = { parse: parseNameAddress, format: formatNameAddress };

/** Contact: an address, or `*` alone (every binding, in REGISTER with Expires 0: § 10.2.2). */
export const contact: Codec<NameAddress | '*'> = {
  parse: (value) => (value === '*' ? value : parseNameAddress(value)),
  format: (value) => (value === '*' ? value : formatNameAddress(value)),
};
