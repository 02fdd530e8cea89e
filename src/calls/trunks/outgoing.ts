/** Requests to a provider: how a trunk names numbers, us, and the way. */
import type { E164 } from '../../base/brands.js';
import { formatHostPort, parameter, splitOutside } from '../../sip/message/grammar.js';
import { parseNameAddress } from '../../sip/message/headers.js';
import { parseUri, requestUri, uriParameter } from '../../sip/message/uri.js';
import type { Headers, ReceivedMessage } from '../sip-port.js';
import { diversionHeaders, type Diverted, type SentOn } from './diversion.js';
import { formatFor } from './formats.js';
import { accountUser } from './identity.js';
import type { Trunk } from './sources.js';

/** The part of an INVITE that the trunk decides. */
export interface TrunkTarget {
  /** Request-URI. */
  readonly uri: string;
  readonly nextHop: string;
  readonly headers: Headers;
}

/** A call to the outside, as routing wants it. */
export interface OutgoingCall {
  /** E.164 with `+`, or a short number as it is. */
  readonly number: string;
  /** The number to show; undefined: the trunk's. */
  readonly callerId: E164 | undefined;
  /** The callee is not to see the number; the provider, where it wants it, still does (RFC 3323, RFC 3325). */
  readonly withheld?: boolean;
  readonly emergency?: boolean;
  /** Who sent the call on, in the order in which that happened. */
  readonly diverted?: readonly Diverted[];
  /** Whose call it is that was sent on: shown in place of us, where the trunk is for that. */
  readonly caller?: SentOn['caller'];
  /** Of the INVITE that is sent on. */
  readonly hops?: SentOn['hops'];
}

/**
 * The INVITE of a call. Without a number to show the account's name stands in From, without an account, or where the
 * number is withheld, nobody's.
 * @param country by whose rules national numbers are written
 * @param line the token of our registration, if there is one
 */
export function trunkTarget(trunk: Trunk, call: OutgoingCall, country: string, line: string | undefined): TrunkTarget {
  const domain = domainOf(trunk);
  const { identity, numbers, diversion } = trunk;
  const uriOf = (user: string): string => `sip:${escapeUser(user)}@${domain}`;
  const dialled = formatFor(call.number, numbers.format, country);
  const own = call.callerId && formatFor(call.callerId, identity.format, country);
  const caller = identity.forwarded === 'caller' ? call.caller : undefined;
  const shown = caller?.number === undefined ? own : formatFor(caller.number, identity.format, country);
  const account = accountUser(trunk);
  const isAccount = identity.from === 'account';
  const user = isAccount ? (account ?? shown) : (shown ?? account);
  // Who stands in From need not be asserted; where the account stands there, the number has no other place.
  const asserted = isAccount && caller?.withheld !== true ? shown : own;
  const isPrivate = (call.withheld ?? false) || caller?.withheld === true;
  const withheld = isPrivate || user === undefined;
  const uri = uriOf(call.emergency ? dialled : numbers.prefix + dialled);
  const bearing = asserted === undefined ? undefined : `<${uriOf(asserted)}>`;
  return {
    uri,
    nextHop: trunk.proxy,
    headers: {
      From: withheld ? '"Anonymous" <sip:anonymous@anonymous.invalid>' : `<${uriOf(user)}>`,
      ...Object.fromEntries(identity.headers.map((name) => [name, bearing])),
      ...(isPrivate && bearing !== undefined ? { Privacy: 'id' } : {}),
      ...(call.emergency ? { Priority: 'emergency' } : {}),
      ...diversionHeaders(diversion, call.diverted ?? [], call.number, (number) =>
        uriOf(formatFor(number, identity.format, country)),
      ),
      ...(call.hops === undefined ? {} : { 'Max-Forwards': String(call.hops) }),
      Contact: trunk.register ? contactOf(trunk, line) : undefined,
    },
  };
}

/** Our address at the provider. */
export function accountAddress(trunk: Trunk): string {
  return `<sip:${escapeUser(accountUser(trunk) ?? 'halina')}@${domainOf(trunk)}>`;
}

/**
 * Our Contact at the provider; the SIP server puts its address in the place of `localhost`. `line` lets us know calls
 * to it again, from whatever address they come.
 */
export function contactOf(trunk: Trunk, line: string | undefined): string {
  const proxy = parseUri(trunk.proxy);
  const transport = proxy && uriParameter(proxy, 'transport');
  const parameters = `${transport === undefined ? '' : `;transport=${transport}`}${line === undefined ? '' : `;line=${line}`}`;
  return `<sip:${escapeUser(accountUser(trunk) ?? 'halina')}@localhost${parameters}>`;
}

/** Host part of From and Request-URI: as configured, or the proxy's. */
export function domainOf(trunk: Trunk): string {
  if (trunk.domain !== undefined) return trunk.domain;
  const proxy = parseUri(trunk.proxy);
  return proxy ? formatHostPort(proxy.host, proxy.port) : 'invalid';
}

/**
 * Where a redirect (3xx) leads: its contacts, the preferred first, but only those at the trunk itself, or a provider's
 * answer could send our calls anywhere.
 */
export function redirectTargets(trunk: Trunk, response: Pick<ReceivedMessage, 'header'>): readonly string[] {
  const own = new Set([domainOf(trunk), parseUri(trunk.proxy)?.host ?? '', ...trunk.addresses]);
  const contacts = (splitOutside(response.header('Contact') ?? '', ',') ?? []).flatMap(
    (one) => parseNameAddress(one) ?? [],
  );
  return contacts
    .filter(({ uri }) => own.has(parseUri(uri)?.host ?? ''))
    .map(({ uri, parameters }) => ({ uri, q: Number(parameter(parameters, 'q') ?? '1') || 0 }))
    .sort((a, b) => b.q - a.q)
    .map(({ uri }) => requestUri(uri));
}

/** Escapes what may not stand in a user part (RFC 3261 § 25.1). */
function escapeUser(user: string): string {
  return user.replaceAll(/[^A-Za-z0-9\-_.!~*'()&=+$,;?/]/gu, (c) => encodeURIComponent(c));
}
