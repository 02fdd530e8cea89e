/**
 * Questions and orders to the kernel about its network (rtnetlink), one at a time: a message out, the kernel's messages
 * back. The kernel has answered before `send` returns. Numbers are those of linux/netlink.h and linux/rtnetlink.h.
 */
import { constants } from 'node:os';
import koffi from 'koffi';
import { KernelError } from './bpf.js';

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_MULTI = 2;
const HEADER = 16;
const ROOM = 65_536;

/** Flags of a message. */
export const NLM = { request: 1, acknowledge: 4, dump: 0x300, exclusive: 0x200, create: 0x400 } as const;

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

/** A message of the kernel's: its type, and what follows the header. */
export interface NetlinkMessage {
  readonly type: number;
  readonly body: Buffer;
}

/**
 * Sends a message and gives what the kernel answers. Throws `KernelError` with the system's name for the error where the
 * kernel refuses it. `flags` must ask for an answer: an acknowledgement, a dump, or something that is got.
 */
export function askNetlink(type: number, flags: number, body: Buffer): NetlinkMessage[] {
  const { socket, send, receive, close } = netlink();
  const descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (descriptor < 0) throw new KernelError('socket', `error ${koffi.errno()}`);
  try {
    const message = Buffer.concat([Buffer.alloc(HEADER), body]);
    message.writeUInt32LE(message.length, 0);
    message.writeUInt16LE(type, 4);
    message.writeUInt16LE(flags | NLM.request, 6);
    if (send(descriptor, message, message.length, 0) < 0) throw new KernelError('send', `error ${koffi.errno()}`);
    const answers: NetlinkMessage[] = [];
    const room = Buffer.alloc(ROOM);
    for (;;) {
      const bytes = receive(descriptor, room, room.length, 0);
      if (bytes < 0) throw new KernelError('recv', `error ${koffi.errno()}`);
      if (takeAnswers(Buffer.from(room.subarray(0, bytes)), answers)) return answers;
    }
  } finally {
    close(descriptor);
  }
}

/** Whether these were the last. */
function takeAnswers(bytes: Buffer, answers: NetlinkMessage[]): boolean {
  for (let at = 0; at + HEADER <= bytes.length;) {
    const length = bytes.readUInt32LE(at);
    const type = bytes.readUInt16LE(at + 4);
    const isPart = (bytes.readUInt16LE(at + 6) & NLM_F_MULTI) !== 0;
    const body = bytes.subarray(at + HEADER, at + length);
    if (type === NLMSG_DONE) return true;
    if (type === NLMSG_ERROR) {
      const code = -body.readInt32LE(0);
      if (code === 0) return true;
      throw new KernelError('netlink', errorName(code));
    }
    answers.push({ type, body });
    if (!isPart) return true;
    at += (length + 3) & ~3;
  }
  return bytes.length === 0;
}

function errorName(code: number): string {
  return Object.entries(constants.errno).find(([, value]) => value === code)?.[0] ?? `error ${code}`;
}

/** An attribute: length, type, value, padded to four bytes. */
export function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + ((value.length + 3) & ~3));
  bytes.writeUInt16LE(4 + value.length, 0);
  bytes.writeUInt16LE(type, 2);
  value.copy(bytes, 4);
  return bytes;
}

/** The value of an attribute among others; undefined: it is not there. */
export function attributeIn(bytes: Buffer, wanted: number): Buffer | undefined {
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = bytes.readUInt16LE(at);
    if (length < 4) return undefined;
    if ((bytes.readUInt16LE(at + 2) & 0x3fff) === wanted) return bytes.subarray(at + 4, at + length);
    at += (length + 3) & ~3;
  }
  return undefined;
}
