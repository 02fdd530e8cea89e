/**
 * Where packets to a peer leave this machine, asked of the kernel (rtnetlink, RTM_GETROUTE) as the socket would find it:
 * by the peer's address and our own.
 */
import ipaddr from 'ipaddr.js';
import koffi from 'koffi';
import { KernelError } from './bpf.js';

const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
const RTM_NEWROUTE = 24;
const RTM_GETROUTE = 26;
const NLM_F_REQUEST = 1;
const RTA_DST = 1;
const RTA_SRC = 2;
const RTA_OIF = 4;
const RTN_UNICAST = 1;
const RTN_LOCAL = 2;
const HEADER = 16;
const ROUTE_MESSAGE = 12;
const TYPE_AT = 7;

export interface Route {
  /** Index of the interface; the loopback interface's where the peer is on this machine. */
  readonly interfaceIndex: number;
  readonly isLocal: boolean;
}

interface Netlink {
  readonly socket: (family: number, type: number, protocol: number) => number;
  readonly send: (fd: number, bytes: Buffer, length: number, flags: number) => number;
  readonly receive: (fd: number, bytes: Buffer, length: number, flags: number) => number;
  readonly close: (fd: number) => number;
}

let loaded: Netlink | undefined;

function netlink(): Netlink {
  if (loaded) return loaded;
  const library = koffi.load(null);
  loaded = {
    socket: library.func('int socket(int, int, int)'),
    send: library.func('long send(int, const void *, size_t, int)'),
    receive: library.func('long recv(int, _Out_ void *, size_t, int)'),
    close: library.func('int close(int)'),
  };
  return loaded;
}

/** The way to `destination` from our address `source`; undefined where there is none. */
export function routeTo(destination: string, source: string): Route | undefined {
  const { socket, send, receive, close } = netlink();
  const descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (descriptor < 0) throw new KernelError('socket', `error ${koffi.errno()}`);
  try {
    const question = routeQuestion(destination, source);
    if (send(descriptor, question, question.length, 0) < 0) throw new KernelError('send', `error ${koffi.errno()}`);
    const answer = Buffer.alloc(4096);
    const bytes = receive(descriptor, answer, answer.length, 0); // the kernel has answered before `send` returned
    return readRoute(answer.subarray(0, Math.max(0, bytes)));
  } finally {
    close(descriptor);
  }
}

function routeQuestion(destination: string, source: string): Buffer {
  const to = Buffer.from(ipaddr.parse(destination).toByteArray());
  const from = Buffer.from(ipaddr.parse(source).toByteArray());
  const header = Buffer.alloc(HEADER + ROUTE_MESSAGE);
  header.writeUInt16LE(RTM_GETROUTE, 4);
  header.writeUInt16LE(NLM_F_REQUEST, 6);
  header.writeUInt8(to.length === 4 ? AF_INET : AF_INET6, HEADER);
  header.writeUInt8(8 * to.length, HEADER + 1);
  header.writeUInt8(8 * from.length, HEADER + 2);
  const message = Buffer.concat([header, attribute(RTA_DST, to), attribute(RTA_SRC, from)]);
  message.writeUInt32LE(message.length, 0);
  return message;
}

function attribute(type: number, value: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16LE(4 + value.length, 0);
  header.writeUInt16LE(type, 2);
  return Buffer.concat([header, value]);
}

function readRoute(answer: Buffer): Route | undefined {
  if (answer.length < HEADER + ROUTE_MESSAGE || answer.readUInt16LE(4) !== RTM_NEWROUTE) return undefined;
  const type = answer.readUInt8(HEADER + TYPE_AT);
  if (type !== RTN_UNICAST && type !== RTN_LOCAL) return undefined;
  for (let at = HEADER + ROUTE_MESSAGE; at + 8 <= answer.length;) {
    const length = answer.readUInt16LE(at);
    if (length < 4) return undefined;
    if (answer.readUInt16LE(at + 2) === RTA_OIF)
      return { interfaceIndex: answer.readUInt32LE(at + 4), isLocal: type === RTN_LOCAL };
    at += (length + 3) & ~3;
  }
  return undefined;
}
