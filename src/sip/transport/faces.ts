/** Which face a message leaves by, and what peers are told of it. */
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import type { Destination, Face } from './types.js';

/** The networks that this machine is on, as `address/prefix`, the address being this machine's. */
export type Networks = () => readonly string[];

export const ownNetworks: Networks = () =>
  Object.values(networkInterfaces()).flatMap((list) => (list ?? []).flatMap((one) => one.cidr ?? []));

export const isWildcard = (address: string): boolean => address === '0.0.0.0' || address === '::';

const isLoopback = (address: string): boolean => ipaddr.process(address).range() === 'loopback';

/** Whether an address lies in a network; `cidr` may be a single address too. Never throws. */
export function inNetwork(address: string, cidr: string): boolean {
  const [range = '', prefix] = cidr.split('/');
  if (!ipaddr.isValid(address) || !ipaddr.isValid(range)) return false;
  const [one, other] = [ipaddr.process(address), ipaddr.parse(range)];
  const bits = prefix === undefined ? (other.kind() === 'ipv4' ? 32 : 128) : Number(prefix);
  return one.kind() === other.kind() && one.match(other, bits);
}

const prefixOf = (cidr: string): number => Number(cidr.split('/')[1] ?? -1);
const addressOf = (cidr: string): string => cidr.split('/')[0] ?? '';

/** Length of the prefix of the longest network in which both the face and the address are, or -1. */
function sharedPrefix(face: Face, address: string, networks: readonly string[]): number {
  const common = networks.filter(
    (cidr) => inNetwork(address, cidr) && (isWildcard(face.address) || inNetwork(face.address, cidr)),
  );
  return Math.max(-1, ...common.map(prefixOf));
}

/**
 * The face for a destination: the one that it names, else the one with its very address, else the one that shares the
 * closest network with it, else the first that is no loopback. Undefined where none has the protocol and the address family.
 */
export function chooseFace(
  faces: readonly Face[],
  destination: Destination,
  networks: readonly string[],
): Face | undefined {
  const { address, protocol } = destination;
  const family = isIP(address);
  const able = faces.filter((face) => face.transports.includes(protocol) && isIP(face.address) === family);
  const fitting =
    able.find((face) => face.name === destination.face) ??
    able.find((face) => face.address === address && family !== 0);
  if (fitting || family === 0) return fitting;
  const ranked = able
    .map((face) => ({ face, prefix: sharedPrefix(face, address, networks) }))
    .sort((a, b) => b.prefix - a.prefix);
  if (ranked[0] && ranked[0].prefix >= 0) return ranked[0].face;
  return able.find((face) => !isLoopback(face.address)) ?? able[0];
}

/**
 * The address that a peer is told: the external one where it is set and the peer is in none of the face's own networks. A
 * face on all addresses tells the one in the peer's network, else the first that is no loopback.
 */
export function advertisedAddress(face: Face, peer: string, networks: readonly string[]): string {
  const local = isLoopback(peer) || sharedPrefix(face, peer, networks) >= 0;
  if (face.externalAddress && !local) return face.externalAddress;
  if (!isWildcard(face.address)) return face.address;
  const same = networks.filter((cidr) => isIP(addressOf(cidr)) === isIP(face.address));
  const near = same.filter((cidr) => inNetwork(peer, cidr)).sort((a, b) => prefixOf(b) - prefixOf(a))[0];
  const chosen = near ?? same.find((cidr) => !isLoopback(addressOf(cidr))) ?? same[0];
  return chosen === undefined ? face.address : addressOf(chosen);
}

/** Every address that we may have told a peer: a response whose Via names another is not for us (§ 18.1.2). */
export function advertisedAddresses(faces: readonly Face[], networks: readonly string[]): Set<string> {
  const own = faces.flatMap((face) => [face.address, ...(face.externalAddress ? [face.externalAddress] : [])]);
  const wildcard = faces.some((face) => isWildcard(face.address));
  return new Set([...own, ...(wildcard ? networks.map(addressOf) : [])]);
}
