/** Which addresses of a peer's description we send to, and which we refuse or take as hold. */
import { BlockList, isIP, SocketAddress } from 'node:net';
import { remember } from '../base/remember.js';
import type { Connection } from './description.js';
import { notAcceptable, SdpError, warnings } from './errors.js';

const refused = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8], // "this" network; 0.0.0.0 itself is hold and is looked at before
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, with the broadcast address at its end
] as const)
  refused.addSubnet(network, prefix, 'ipv4');
refused.addSubnet('ff00::', 8, 'ipv6');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Whether the address is one of the machine itself, 127/8 or ::1. */
export const isLoopback = remember((address) => loopback.check(address, family(address)));

const isRefused = remember((address) => refused.check(address, family(address)));

/**
 * The peer's address, or `undefined` where it says "nowhere" (`0.0.0.0`, `::`: hold, RFC 3264 § 8.4). Throws `SdpError`
 * (488) for what we never send to: host names, another address family than ours, multicast, broadcast, and the
 * loopback where our own address is not on it.
 *
 * @param local our address towards this peer
 */
export function reachableAddress(connection: Connection, local: string): string | undefined {
  const { address } = connection;
  const version = isIP(address);
  if (version === 0 || (version === 6) !== (connection.addressType === 'IP6'))
    throw badAddress(`${address} in the session description is not an IP address`);
  if (address === '0.0.0.0' || isUnspecified6(address)) return undefined;
  if (version !== isIP(local))
    throw new SdpError(488, `${address} cannot be reached from ${local}`, {
      warning: warnings.incompatibleNetworkProtocol,
      hint: 'use a SIP face of the same IP version as the peer',
    });
  if (isRefused(address)) throw badAddress(`${address} is no address of a single host`);
  if (isLoopback(address) && !isLoopback(local)) throw badAddress(`${address} is this machine itself, not the peer`);
  return canonical(address);
}

/** IPv6 has many spellings; the sources of packets come in one. */
const canonical = (address: string): string =>
  isIP(address) === 6 ? new SocketAddress({ address, family: 'ipv6' }).address : address;

const badAddress = (message: string): SdpError => notAcceptable(message, warnings.incompatibleAddress);

/** `::` in any of its spellings. */
function isUnspecified6(address: string): boolean {
  if (isIP(address) !== 6) return false;
  for (const c of address) if (c !== ':' && c !== '0') return false;
  return true;
}
