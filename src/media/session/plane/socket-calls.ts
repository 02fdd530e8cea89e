/** The system calls that sockets read by ourselves need, through the C library. Linux on 64-bit, little-endian machines. */
import { endianness } from 'node:os';
import koffi from 'koffi';

export const DONT_WAIT = 0x40;
const PEEK = 0x02;
export const EPOLL_IN = 1;
export const EPOLL_ADD = 1;
export const EPOLL_DELETE = 2;
const EPOLL_CLOEXEC = 0x80000;
const EVENTFD_FLAGS = 0x80800; // close on exec, non-blocking
const DUPLICATE_CLOEXEC = 1030;

/** struct epoll_event: on x86-64 its 64 bits of data follow the 32 of events at once. */
export const EVENT = process.arch === 'x64' ? { bytes: 12, data: 4 } : { bytes: 16, data: 8 };

export interface SocketCalls {
  /** Another descriptor of what `fd` stands for. */
  duplicate(fd: number): number;
  close(fd: number): number;
  epoll(): number;
  eventfd(): number;
  write(fd: number, bytes: Buffer): void;
  readonly control: (epoll: number, operation: number, fd: number, event: Buffer) => number;
  readonly wait: (epoll: number, events: Buffer, most: number, timeoutMs: number) => number;
  /** The same in a thread. */
  readonly waitApart: (epoll: number, events: Buffer, timeoutMs: number, done: () => void) => void;
  /** Whether a datagram waits that nobody has read yet. */
  hasWaiting(fd: number): boolean;
  readonly send: (fd: number, bytes: Uint8Array, length: number, flags: number, to: Buffer, toBytes: number) => number;
  readonly receive: (
    fd: number,
    into: Buffer,
    length: number,
    flags: number,
    from: Buffer,
    fromBytes: Int32Array,
  ) => number;
}

let loaded: SocketCalls | undefined | 'not-yet' = 'not-yet';

/** undefined: another system or C library. */
export function socketCalls(): SocketCalls | undefined {
  if (loaded !== 'not-yet') return loaded;
  const isKnown = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch) && endianness() === 'LE';
  try {
    loaded = isKnown ? load() : undefined;
  } catch {
    loaded = undefined; // dgram does without
  }
  return loaded;
}

function load(): SocketCalls {
  const library = koffi.load(null);
  const fcntl = library.func('int fcntl(int, int, ...)');
  const close = library.func('int close(int)');
  const create = library.func('int epoll_create1(int)');
  const eventfd = library.func('int eventfd(unsigned int, int)');
  const write = library.func('long write(int, const void *, size_t)');
  const peek = library.func('long recv(int, void *, size_t, int)');
  const nothing = Buffer.alloc(1);
  const wait = library.func('int epoll_wait(int, void *, int, int)');
  return {
    duplicate: (fd) => Number(fcntl(fd, DUPLICATE_CLOEXEC, 'int', 0)),
    close: (fd) => Number(close(fd)),
    epoll: () => Number(create(EPOLL_CLOEXEC)),
    eventfd: () => Number(eventfd(0, EVENTFD_FLAGS)),
    write: (fd, bytes) => void write(fd, bytes, bytes.length),
    control: library.func('int epoll_ctl(int, int, int, void *)') as SocketCalls['control'],
    wait: wait as SocketCalls['wait'],
    waitApart: (epoll, events, timeoutMs, done) => void wait.async(epoll, events, 1, timeoutMs, done),
    hasWaiting: (fd) => Number(peek(fd, nothing, 0, PEEK | DONT_WAIT)) >= 0,
    send: library.func('long sendto(int, const void *, size_t, int, const void *, uint32_t)') as SocketCalls['send'],
    receive: library.func('long recvfrom(int, void *, size_t, int, void *, void *)') as SocketCalls['receive'],
  };
}
