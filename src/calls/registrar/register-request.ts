/** What a REGISTER asks for (RFC 3261 §§ 10.2, 10.3), read before anyone acts on it. */
import { parameter, splitOutside } from '../../sip/message/grammar.js';
import { parseNameAddress } from '../../sip/message/headers.js';
import { parseUri, uriParameter } from '../../sip/message/uri.js';
import type { Binding } from '../ports.js';
import type { IncomingRequest } from '../sip-port.js';

export interface WantedContact {
  readonly uri: string;
  /** Seconds; 0 takes the binding away. */
  readonly expires: number;
  readonly outbound?: Binding['outbound'];
}

export type RegisterRequest =
  /** Only asks which bindings there are. */
  | { readonly kind: 'query' }
  /** `Contact: *` with `Expires: 0`. */
  | { readonly kind: 'remove-all' }
  | { readonly kind: 'update'; readonly contacts: readonly WantedContact[] }
  | { readonly kind: 'bad'; readonly status: 400 | 423; readonly reason?: string };

export interface ExpiryLimits {
  /** Seconds. */
  readonly shortest: number;
  readonly longest: number;
  readonly usual: number;
}

/** Contacts that one REGISTER may name. */
const MOST_CONTACTS = 10;

export function readRegister(request: IncomingRequest, limits: ExpiryLimits): RegisterRequest {
  const field = request.header('Contact');
  if (field === undefined || field.trim() === '') return { kind: 'query' };
  const expires = request.header('Expires');
  if (field.trim() === '*') {
    if (expires?.trim() === '0') return { kind: 'remove-all' };
    return { kind: 'bad', status: 400, reason: 'Contact * without Expires 0' };
  }
  const values = splitOutside(field, ',') ?? [];
  const contacts = values.map((value) => readContact(value, expires, limits));
  if (contacts.length === 0 || contacts.length > MOST_CONTACTS || contacts.includes(undefined))
    return { kind: 'bad', status: 400, reason: 'Bad Contact' };
  const wanted = contacts.filter((contact) => contact !== undefined);
  if (wanted.some((contact) => contact.expires > 0 && contact.expires < limits.shortest))
    return { kind: 'bad', status: 423 };
  return { kind: 'update', contacts: wanted };
}

function readContact(value: string, header: string | undefined, limits: ExpiryLimits): WantedContact | undefined {
  const address = parseNameAddress(value);
  if (!address || !parseUri(address.uri) || address.uri.length > 512) return undefined;
  const asked = parameter(address.parameters, 'expires') ?? header;
  const outbound = outboundOf(address.parameters);
  const expires = Math.min(limits.longest, seconds(asked, limits.usual));
  return { uri: address.uri, expires, ...(outbound ? { outbound } : {}) };
}

/** RFC 5626 § 4.2: both, or it is a contact like any other. */
function outboundOf(parameters: Parameters<typeof parameter>[0]): Binding['outbound'] {
  const [instance, regId] = [parameter(parameters, '+sip.instance'), parameter(parameters, 'reg-id')];
  if (instance === undefined || regId === undefined) return undefined;
  const urn = /^"?<([^<>"]{1,128})>"?$/.exec(instance)?.[1];
  return urn !== undefined && /^[1-9]\d{0,9}$/.test(regId) ? { instance: urn, regId } : undefined;
}

/** Longest Path that is kept, and how many proxies. */
const PATH_LENGTH = 1024;
const PATH_MAX = 5;

/** Values of Path; undefined where they are none that can be used as Route. */
export function pathOf(request: IncomingRequest): readonly string[] | undefined {
  const field = request.header('Path');
  if (field === undefined) return [];
  const values = field.length <= PATH_LENGTH ? splitOutside(field, ',') : undefined;
  const uris = values?.map((value) => parseUri(parseNameAddress(value)?.uri ?? ''));
  const usable = uris?.every((uri) => uri !== undefined && uriParameter(uri, 'lr') !== undefined) === true;
  return usable && uris.length <= PATH_MAX ? values : undefined;
}

/** A malformed value counts as none (§ 10.2.1.1). */
function seconds(text: string | undefined, usual: number): number {
  return text !== undefined && /^\s*\d{1,10}\s*$/.test(text) ? Number(text) : usual;
}

/** CSeq number; undefined where there is none. */
export function sequenceOf(request: IncomingRequest): number | undefined {
  const match = /^\s*(\d{1,10})\s+REGISTER\s*$/.exec(request.header('CSeq') ?? '');
  return match ? Number(match[1]) : undefined;
}

/** User part of the address-of-record. */
export function addressOfRecord(request: IncomingRequest): string | undefined {
  const to = parseNameAddress(request.header('To') ?? '');
  return to && parseUri(to.uri)?.user;
}
