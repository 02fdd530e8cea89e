/**
 * Socket options that Node has no call for, set through the C library where it is there (Linux). Each function says by
 * its result whether it worked; the program goes on without.
 */
import type dgram from 'node:dgram';
import koffi from 'koffi';

const IPPROTO_IP = 0;
const IPPROTO_IPV6 = 41;
const IP_TOS = 1;
const IP_RECVERR = 11;
const IPV6_TCLASS = 67;

/** DiffServ code points (RFC 4594): expedited forwarding for sound, CS3 for signalling. */
export const DSCP = { media: 46, signalling: 24 } as const;

type SetSockOpt = (fd: number, level: number, name: number, value: Int32Array, length: number) => number;

let loaded: SetSockOpt | undefined | 'not-yet' = 'not-yet';

function setSockOpt(): SetSockOpt | undefined {
  if (loaded === 'not-yet') {
    try {
      const libc = koffi.load('libc.so.6');
      loaded = libc.func('int setsockopt(int, int, int, const int32_t *, uint32_t)') as unknown as SetSockOpt;
    } catch {
      loaded = undefined; // Another system or C library: the options are a nicety.
    }
  }
  return loaded;
}

/** The descriptor behind a socket. Node has no public way to it; for UDP the old property would print a warning. */
export function descriptorOf(socket: object): number | undefined {
  const state = Object.getOwnPropertySymbols(socket).find((symbol) => symbol.description === 'state symbol');
  const owner = state ? (socket as Record<symbol, { handle?: { fd?: number } } | undefined>)[state] : undefined;
  const handle = owner?.handle ?? (state ? undefined : (socket as { _handle?: { fd?: number } })._handle);
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : undefined;
}

function setInt(socket: object, level: number, name: number, value: number): boolean {
  const descriptor = descriptorOf(socket);
  const set = setSockOpt();
  return descriptor !== undefined && set?.(descriptor, level, name, Int32Array.of(value), 4) === 0;
}

/** Marks what a bound or connected socket sends with a DiffServ code point (0 to 63). */
export function setDscp(socket: object, dscp: number, family: 4 | 6 = 4): boolean {
  return family === 4
    ? setInt(socket, IPPROTO_IP, IP_TOS, dscp << 2)
    : setInt(socket, IPPROTO_IPV6, IPV6_TCLASS, dscp << 2);
}

/** Lets a UDP socket learn of ICMP errors: a later send or receive on it then fails with them (IPv4). */
export function reportIcmpErrors(socket: dgram.Socket): boolean {
  return setInt(socket, IPPROTO_IP, IP_RECVERR, 1);
}

const MSG_DONTWAIT = 0x40;
const MSG_ERRQUEUE = 0x2000;

type RecvMsg = (fd: number, header: object, flags: number) => number;
let recvMsg: RecvMsg | undefined;

/** Destinations whose ICMP errors wait on the socket (see `reportIcmpErrors`), read until there are no more. */
export function icmpErrors(socket: dgram.Socket): { address: string; port: number }[] {
  const descriptor = descriptorOf(socket);
  if (descriptor === undefined || !setSockOpt()) return [];
  recvMsg ??= loadRecvMsg();
  const found: { address: string; port: number }[] = [];
  for (;;) {
    const name = Buffer.alloc(16);
    const header = { name, nameLength: 16, vector: null, vectorLength: 0, control: null, controlLength: 0, flags: 0 };
    if (recvMsg(descriptor, header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return found;
    found.push({ address: [...name.subarray(4, 8)].join('.'), port: name.readUInt16BE(2) });
  }
}

function loadRecvMsg(): RecvMsg {
  const type = koffi.struct({
    name: 'void *',
    nameLength: 'uint32_t',
    vector: 'void *',
    vectorLength: 'size_t',
    control: 'void *',
    controlLength: 'size_t',
    flags: 'int',
  });
  return koffi.load('libc.so.6').func('recvmsg', 'intptr_t', ['int', koffi.inout(koffi.pointer(type)), 'int']);
}
