/**
 * Who calls from outside, and what was dialled: From, P-Asserted-Identity (RFC 3325, believed where the trunk is
 * trusted), Privacy (RFC 3323). A caller who withholds the number is marked so, and nothing of the number is kept.
 */
import type { E164 } from '../../base/brands.js';
import { splitOutside } from '../../sip/message/grammar.js';
import { parseNameAddress, type NameAddress } from '../../sip/message/headers.js';
import { parseUri, schemeOf } from '../../sip/message/uri.js';
import { plainText, readNumber } from '../numbers.js';
import type { IncomingRequest, ReceivedMessage } from '../sip-port.js';
import type { Trunk } from './sources.js';

/** The outside party, as the call's entry keeps it. */
export interface OutsideCaller {
  /** E.164, where the number could be understood as one. */
  readonly number?: E164;
  /** The user part as signalled; empty when withheld. */
  readonly signalled: string;
  readonly displayName?: string;
  readonly withheld: boolean;
}

const NAMELESS = new Set(['anonymous', 'unknown', 'unavailable', 'restricted', 'private', 'withheld']);
const withheld: OutsideCaller = { signalled: '', withheld: true };

/** @param trusted whether the trunk's word on who calls is taken, beyond what the caller wrote */
export function callerOf(message: Pick<ReceivedMessage, 'header'>, country: string, trusted = true): OutsideCaller {
  const from = parseNameAddress(message.header('From') ?? '');
  if (asksForPrivacy(message.header('Privacy')) || isNameless(from)) return withheld;
  const asserted = trusted ? listed(message.header('P-Asserted-Identity')) : [];
  if (asserted.length > 0 && asserted.every(isNameless)) return withheld;
  const identities = [...asserted, ...(from ? [from] : [])];
  const numbered = identities.find((one) => readNumber(one.uri, country).kind === 'e164');
  const identity = numbered ?? identities[0];
  if (!identity) return withheld;
  const read = readNumber(identity.uri, country);
  const displayName = plainText(from?.displayName ?? identity.displayName ?? '', 80);
  return {
    signalled: userOf(identity.uri),
    withheld: false,
    ...(read.kind === 'e164' ? { number: read.number } : {}),
    ...(displayName === '' ? {} : { displayName }),
  };
}

/** Whether a caller asks that its number is not shown (RFC 3323 § 4.1). */
export function wantsPrivacy(message: Pick<ReceivedMessage, 'header'>): boolean {
  return asksForPrivacy(message.header('Privacy')) || isNameless(parseNameAddress(message.header('From') ?? ''));
}

/** `id`, `user`, `header`… ask for it; `none` says that there is none to be kept (RFC 3323 § 4.2, RFC 3325 § 9.3). */
function asksForPrivacy(value: string | undefined): boolean {
  const kinds = (value ?? '').toLowerCase().split(/[;,\s]+/);
  return kinds.some((kind) => kind === 'id' || kind === 'user' || kind === 'header');
}

function isNameless(address: NameAddress | undefined): boolean {
  if (!address) return true;
  const uri = parseUri(address.uri);
  if (!uri) return !/^tel:\+?[0-9]/i.test(address.uri);
  if (uri.host.toLowerCase().endsWith('anonymous.invalid')) return true;
  return NAMELESS.has((uri.user ?? 'anonymous').toLowerCase());
}

function listed(value: string | undefined): NameAddress[] {
  return (splitOutside(value ?? '', ',') ?? []).flatMap((one) => parseNameAddress(one) ?? []);
}

function userOf(uri: string): string {
  const user = parseUri(uri)?.user ?? uri.replace(/^tel:/i, '');
  return plainText(user.split(';')[0] ?? '', 64);
}

/**
 * The URI that names the dialled number: the Request-URI, `tel:` too (RFC 3966). A provider at which we register may call
 * our account's Contact and name the number in To only.
 */
export function dialledUri(invite: Pick<IncomingRequest, 'uri' | 'header'>, trunk: Trunk): string {
  if (schemeOf(invite.uri) === 'tel') return invite.uri;
  const user = parseUri(invite.uri)?.user;
  const account = accountUser(trunk);
  if (user !== undefined && user !== account) return invite.uri;
  return parseNameAddress(invite.header('To') ?? '')?.uri ?? invite.uri;
}

/** User part of our address at the provider: what stands before the `@` where the user name has one. */
export function accountUser(trunk: Trunk): string | undefined {
  const username = trunk.register?.username ?? trunk.auth?.username;
  return username?.split('@')[0];
}
