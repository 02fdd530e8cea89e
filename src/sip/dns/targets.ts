/**
 * Where a URI leads (RFC 3263 § 4): transport, address and port of every server that can take a request, in the order in which
 * they are to be tried. A generator asks for what it must know of DNS, so that the same rules run at once where the cache
 * knows all of it, and wait where it does not.
 */
import { isIP } from 'node:net';
import { defaultPort } from '../transport/face-ports.js';
import type { Protocol } from '../transport/types.js';
import { inOrder } from './order.js';
import type { Naptr, RecordType, Srv } from './resolver.js';

export interface Wanted {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number | undefined;
  /** Of the URI's `transport` parameter. */
  readonly protocol: Protocol | undefined;
}

export interface Target {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
  /** TLS: the name that the server must prove, that of the URI (RFC 5922 § 7.3). */
  readonly serverName?: string;
}

export interface Query {
  readonly name: string;
  readonly type: RecordType;
  /** What cannot be asked for counts as not there: not every resolver knows NAPTR and SRV. */
  readonly optional: boolean;
}

/** What this machine can do. */
export interface Abilities {
  has(protocol: Protocol, family: 4 | 6): boolean;
  /** From 0 to below 1. */
  readonly random: () => number;
}

type Asking<T> = Generator<readonly Query[], T, readonly (readonly unknown[])[]>;

/** The service of a URI whose provider says that there is none (an SRV record with the name "."). */
export class NoService extends Error {}

/** NAPTR services (RFC 3263 § 4.1; RFC 7118 § 6 for WebSocket is of no use to who cannot open one). */
const SERVICES: Readonly<Record<string, Protocol>> = { 'SIPS+D2T': 'tls', 'SIP+D2U': 'udp', 'SIP+D2T': 'tcp' };
/** Without NAPTR: in the order of RFC 3263's table, what is secure where it must be. */
const PREFERENCE: readonly Protocol[] = ['udp', 'tcp', 'tls'];
/** Servers of one name that are looked up. */
const SERVERS_MAX = 8;

interface Server {
  readonly protocol: Protocol;
  readonly name: string;
  readonly port: number;
}

export function* targetsOf(wanted: Wanted, able: Abilities): Asking<Target[]> {
  const { host, port, secure } = wanted;
  const usable = (protocol: Protocol): boolean => able.has(protocol, 4) || able.has(protocol, 6);
  const usual = wanted.protocol ?? (secure ? 'tls' : (PREFERENCE.find(usable) ?? 'udp'));
  const direct: Server = { protocol: usual, name: host, port: port ?? defaultPort(usual) };
  if (isIP(host)) return [target(direct, host, wanted)];
  if (port !== undefined) return yield* addressed([direct], wanted, able);
  const servers = wanted.protocol
    ? yield* services([[wanted.protocol, serviceName(wanted.protocol, host)]], able)
    : yield* chosen(host, secure, usable, able);
  return yield* addressed(servers ?? [direct], wanted, able);
}

/** § 4.1: transports by NAPTR, else by the SRV records that there are. */
function* chosen(
  host: string,
  secure: boolean,
  usable: (protocol: Protocol) => boolean,
  able: Abilities,
): Asking<Server[] | undefined> {
  const fits = (protocol: Protocol): boolean => usable(protocol) && (!secure || protocol === 'tls');
  const [naptrs = []] = yield [{ name: host, type: 'NAPTR', optional: true }];
  const pointers = (naptrs as readonly Naptr[])
    .filter(({ flags, replacement }) => flags.toLowerCase() === 's' && replacement !== '' && replacement !== '.')
    .sort((a, b) => a.order - b.order || a.preference - b.preference)
    .flatMap(({ service, replacement }) => {
      const protocol = SERVICES[service.toUpperCase()];
      return protocol && fits(protocol) ? [[protocol, replacement] as const] : [];
    });
  if (pointers.length > 0) {
    const found = yield* services(pointers.slice(0, SERVERS_MAX), able);
    if (found) return found;
  }
  const asked = PREFERENCE.filter(fits).map((protocol) => [protocol, serviceName(protocol, host)] as const);
  return yield* services(asked, able);
}

const serviceName = (protocol: Protocol, host: string): string =>
  protocol === 'tls' ? `_sips._tcp.${host}` : `_sip._${protocol}.${host}`;

/** The servers behind SRV names, in order; undefined where there are no such records. */
function* services(names: readonly (readonly [Protocol, string])[], able: Abilities): Asking<Server[] | undefined> {
  const answers = yield names.map(([, name]) => ({ name, type: 'SRV', optional: true }) as const);
  const found = names.flatMap(([protocol], index) =>
    inOrder((answers[index] ?? []) as readonly Srv[], able.random).map((srv) => ({ protocol, ...srv })),
  );
  if (found.length === 0) return undefined;
  const servers = found.filter(({ name, port }) => name !== '' && name !== '.' && port > 0 && port < 65_536);
  if (servers.length === 0) throw new NoService('its SRV records name no server');
  return servers.slice(0, SERVERS_MAX);
}

/** § 4.2: the addresses of servers. IPv4 first, as sound goes by it where there is a choice. */
function* addressed(servers: readonly Server[], wanted: Wanted, able: Abilities): Asking<Target[]> {
  const queries = servers.flatMap(
    ({ name, protocol }) =>
    isIP(name) ? [] : ([4, 6] as const).flatMap((family) => (able.has(protocol, family) ? [addressQuery(name, family)] : [])), // prettier-ignore
  );
  const answers = queries.length > 0 ? yield queries : [];
  const known = new Map<string, readonly string[]>();
  for (const [index, { name, type }] of queries.entries())
    known.set(`${type} ${name}`, (answers[index] ?? []) as readonly string[]);
  return servers.flatMap(({ name, protocol, port }) => {
    const found = isIP(name) ? [name] : [...(known.get(`A ${name}`) ?? []), ...(known.get(`AAAA ${name}`) ?? [])];
    return found.filter(isAddress).map((address) => target({ protocol, port }, address, wanted));
  });
}

function target({ protocol, port }: Pick<Server, 'protocol' | 'port'>, address: string, { host }: Wanted): Target {
  return protocol === 'tls' ? { protocol, address, port, serverName: host } : { protocol, address, port };
}

const addressQuery = (name: string, family: 4 | 6): Query => ({ name, type: family === 4 ? 'A' : 'AAAA', optional: false }); // prettier-ignore

const isAddress = (text: string): boolean => isIP(text) > 0;
