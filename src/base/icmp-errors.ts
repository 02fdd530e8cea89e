/**
 * ICMP errors on UDP sockets, with the destination that they are about (Linux). A UDP socket that is not connected is told of
 * nothing unless `IP_RECVERR` is set; then every error waits in a queue with the datagram that caused it. Two things to know:
 * while the queue is not empty the event loop is woken without end, so it must be read after every error; and the error also
 * makes the next, innocent send on the socket fail, which is then to be tried again.
 */
import type dgram from 'node:dgram';
import { constants, endianness } from 'node:os';
import koffi from 'koffi';
import { descriptorOf, setSocketInteger } from './socket-options.js';

const IPPROTO_IP = 0;
const IPPROTO_IPV6 = 41;
const IP_RECVERR = 11;
const IPV6_RECVERR = 25;
const AF_INET = 2;
const AF_INET6 = 10;
const MSG_DONTWAIT = 0x40;
const MSG_ERRQUEUE = 0x2000;

export interface IcmpError {
  /** Where the datagram was sent to. */
  readonly address: string;
  readonly port: number;
  /** `refused`: nothing listens on the port; `unreachable`: no way to host or network; `too-big`: the path's MTU is smaller. */
  readonly kind: 'refused' | 'unreachable' | 'too-big' | 'other';
  /** The beginning of the datagram, as far as the error carried it. */
  readonly datagram: Buffer;
}

/** Whether this machine can tell of ICMP errors: Linux, 64 bit, little endian. */
export const icmpErrorsAvailable =
  process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch) && endianness() === 'LE';

/** Lets a bound UDP socket learn of ICMP errors. From then on whoever owns it must read them (`icmpErrors`). */
export function reportIcmpErrors(socket: dgram.Socket, family: 4 | 6 = 4): boolean {
  if (!icmpErrorsAvailable) return false;
  return family === 4
    ? setSocketInteger(socket, IPPROTO_IP, IP_RECVERR, 1)
    : setSocketInteger(socket, IPPROTO_IPV6, IPV6_RECVERR, 1);
}

type ReceiveMessage = (descriptor: number, header: Buffer, flags: number) => number | bigint;
let receiveMessage: ReceiveMessage | undefined;

/** The errors that wait on the socket, all of them: the queue is empty afterwards. */
export function icmpErrors(socket: dgram.Socket): IcmpError[] {
  const descriptor = descriptorOf(socket);
  if (descriptor === undefined || !icmpErrorsAvailable) return [];
  receiveMessage ??= koffi.load(null).func('intptr_t recvmsg(int, void *, int)') as ReceiveMessage;
  const found: IcmpError[] = [];
  for (;;) {
    const name = Buffer.alloc(28);
    const data = Buffer.alloc(1500);
    const control = Buffer.alloc(256);
    const length = Number(receiveMessage(descriptor, messageHeader(name, data, control), MSG_ERRQUEUE | MSG_DONTWAIT));
    if (length < 0) return found;
    const error = readError(name, data.subarray(0, length), control);
    if (error) found.push(error);
  }
}

/** struct msghdr with one struct iovec, as 64-bit Linux lays them out. */
function messageHeader(name: Buffer, data: Buffer, control: Buffer): Buffer {
  const header = Buffer.alloc(56 + 16);
  const vector = header.subarray(56);
  vector.writeBigUInt64LE(koffi.address(data), 0);
  vector.writeBigUInt64LE(BigInt(data.length), 8);
  header.writeBigUInt64LE(koffi.address(name), 0);
  header.writeUInt32LE(name.length, 8);
  header.writeBigUInt64LE(koffi.address(header) + 56n, 16);
  header.writeBigUInt64LE(1n, 24);
  header.writeBigUInt64LE(koffi.address(control), 32);
  header.writeBigUInt64LE(BigInt(control.length), 40);
  return header;
}

function readError(name: Buffer, datagram: Buffer, control: Buffer): IcmpError | undefined {
  const family = name.readUInt16LE(0);
  if (family !== AF_INET && family !== AF_INET6) return undefined;
  const address = family === AF_INET ? [...name.subarray(4, 8)].join('.') : ipv6Text(name.subarray(8, 24));
  return { address, port: name.readUInt16BE(2), kind: kindOf(control), datagram };
}

function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, n) => bytes.readUInt16BE(2 * n).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** struct cmsghdr is 16 bytes; struct sock_extended_err follows: errno, then a byte each of origin, ICMP type and code. */
function kindOf(control: Buffer): IcmpError['kind'] {
  const { ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENOPROTOOPT, EMSGSIZE } = constants.errno;
  const errno = control.readUInt32LE(16);
  // "Time exceeded" (type 11, in ICMPv6 type 3) passes; RFC 3261 § 18.4 has it ignored.
  const timeExceeded = control[20] === 3 ? control[21] === 3 : control[21] === 11;
  if (errno === ECONNREFUSED) return 'refused';
  if (errno === EMSGSIZE) return 'too-big';
  return !timeExceeded && [EHOSTUNREACH, ENETUNREACH, ENOPROTOOPT].includes(errno) ? 'unreachable' : 'other';
}
