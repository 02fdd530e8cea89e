/** The network interfaces of this machine as far as the relay is concerned: where it can stand, and hairpins. */
import { existsSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import koffi from 'koffi';

/** Kinds of interfaces (linux/if_arp.h) whose packets have an Ethernet header. */
const ETHERNET = 1;
const LOOPBACK = 772;
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SIOCGIFHWADDR = 0x8927;
/** struct ifreq: the name, then the hardware address with its kind in front. */
const REQUEST_BYTES = 40;
const NAME_BYTES = 16;

/**
 * Indexes of the interfaces with addresses and Ethernet headers, loopback included. Others stay with the sockets, and so do
 * VLANs, on which the relay was never tried.
 */
export function ethernetInterfaces(): number[] {
  const library = koffi.load(null);
  const socket = library.func('int socket(int, int, int)') as (...args: number[]) => number;
  const close = library.func('int close(int)') as (descriptor: number) => number;
  const ioctl = library.func('int ioctl(int, unsigned long, _Inout_ void *)') as (...args: unknown[]) => number;
  const indexOf = library.func('unsigned int if_nametoindex(const char *)') as (name: string) => number;
  const descriptor = socket(AF_INET, SOCK_DGRAM, 0);
  const isEthernet = (name: string): boolean => {
    const request = Buffer.alloc(REQUEST_BYTES);
    request.write(name.slice(0, NAME_BYTES - 1), 'latin1');
    if (ioctl(descriptor, SIOCGIFHWADDR, request) !== 0) return false; // it went while we looked
    return [ETHERNET, LOOPBACK].includes(request.readUInt16LE(NAME_BYTES));
  };
  try {
    const names = Object.keys(networkInterfaces());
    return names.filter((name) => isEthernet(name) && !isVlan(name)).flatMap((name) => indexOf(name) || []);
  } finally {
    close(descriptor);
  }
}

const isVlan = (name: string): boolean => existsSync(`/proc/net/vlan/${name}`);

/**
 * Whether a packet that the relay sends to an address of this machine is taken there: IPv4 refuses packets that come
 * with a source address of its own, unless it was told otherwise.
 */
export function takesHairpins(family: 4 | 6, address: string): boolean {
  if (family === 6) return true;
  const either = (setting: string): number => Math.max(...['all', 'lo'].map((where) => setOf(where, setting)));
  if (address.startsWith('127.') && either('route_localnet') === 0) return false;
  return either('accept_local') > 0 && either('rp_filter') === 0;
}

function setOf(where: string, setting: string): number {
  try {
    return Number(readFileSync(`/proc/sys/net/ipv4/conf/${where}/${setting}`, 'utf8'));
  } catch {
    return 0; // Where it cannot be read it is taken for what the system begins with.
  }
}
