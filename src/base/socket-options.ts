/**
 * Socket options that Node has no call for, set through the C library where it is there (Linux). Each function says by
 * its result whether it worked; the program goes on without.
 */
import koffi from 'koffi';

const IPPROTO_IP = 0;
const IPPROTO_IPV6 = 41;
const IP_TOS = 1;
const IPV6_TCLASS = 67;

/** DiffServ code points (RFC 4594): expedited forwarding for sound, CS3 for signalling. */
export const DSCP = { media: 46, signalling: 24 } as const;

type SetSockOpt = (fd: number, level: number, name: number, value: Int32Array, length: number) => number;

let loaded: SetSockOpt | undefined | 'not-yet' = 'not-yet';

function setSockOpt(): SetSockOpt | undefined {
  if (loaded === 'not-yet') {
    try {
      if (process.platform !== 'linux') throw new Error('the numbers here are those of Linux');
      // The process itself: whichever C library Node is linked to.
      loaded = koffi.load(null).func('int setsockopt(int, int, int, const int32_t *, uint32_t)');
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

/** Sets an option whose value is an integer; false where that is not possible or refused. */
export function setSocketInteger(socket: object, level: number, name: number, value: number): boolean {
  const descriptor = descriptorOf(socket);
  const set = setSockOpt();
  return descriptor !== undefined && set?.(descriptor, level, name, Int32Array.of(value), 4) === 0;
}

/** Marks what a bound or connected socket sends with a DiffServ code point (0 to 63). */
export function setDscp(socket: object, dscp: number, family: 4 | 6 = 4): boolean {
  return family === 4
    ? setSocketInteger(socket, IPPROTO_IP, IP_TOS, dscp << 2)
    : setSocketInteger(socket, IPPROTO_IPV6, IPV6_TCLASS, dscp << 2);
}
