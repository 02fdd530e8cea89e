/** Which face a message leaves by, and what peers are told of it. */
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import type { Destination, Face } from './types.js';

/** The networks that this machine is on, as `address/prefix`. */
export type Networks = () => readonly string[];

export const ownNetworks: Networks = () =>
  Object.values(networkInterfaces()).flatMap((list) => (list ?? []).flatMap((one) => one.cidr ?? []));

function inNetwork(address: string, cidr: string): boolean {
  const [range, prefix] = ipaddr.parseCIDR(cidr);
  const parsed = ipaddr.process(address);
  return parsed.kind() === range.kind() && parsed.match([range, prefix]);
}

/** Length of the prefix of the network in which both addresses are, or -1. */
function sharedPrefix(face: Face, address: string, networks: readonly string[]): number {
  const common = networks.filter((cidr) => inNetwork(address, cidr) && inNetwork(face.address, cidr));
  return Math.max(-1, ...common.map((cidr) => Number(cidr.split('/')[1])));
}

const isLoopback = (address: string): boolean => ipaddr.process(address).range() === 'loopback';

/**
 * The face for a destination: the one that it names, else the one that shares the closest network with it, else the first
 * that is no loopback. Undefined where none has the protocol.
 */
export function chooseFace(
  faces: readonly Face[],
  destination: Destination,
  networks: readonly string[],
): Face | undefined {
  const able = faces.filter((face) => face.transports.includes(destination.protocol));
  const named = able.find((face) => face.name === destination.face);
  if (named) return named;
  const ranked = able
    .map((face) => ({ face, prefix: sharedPrefix(face, destination.address, networks) }))
    .sort((a, b) => b.prefix - a.prefix);
  if (ranked[0] && ranked[0].prefix >= 0) return ranked[0].face;
  return able.find((face) => !isLoopback(face.address)) ?? able[0];
}

/** The address that a peer is told: the external one where it is set and the peer is in none of the face's own networks. */
export function advertisedAddress(face: Face, peer: string, networks: readonly string[]): string {
  if (!face.externalAddress) return face.address;
  return isLoopback(peer) || sharedPrefix(face, peer, networks) >= 0 ? face.address : face.externalAddress;
}
