/**
 * Packets over sockets that are read by ourselves. For each datagram dgram makes two system calls, lays out 64 KB, and
 * makes a buffer, an object and a turn through the event loop, which is half of what a plain relay costs. Here one look (epoll) finds all
 * sockets that have something, and every datagram is read into the same memory.
 *
 *     ──▶ waiting: a thread stands in epoll, and wakes us at once ◀──▶ ticking: we look every millisecond
 *
 * Waking costs more than looking where packets come by the hundreds a second, so then it is ticked: a packet waits for half
 * a millisecond on average. Sockets are bound by dgram, whose errors have names, and taken from it.
 */
import type { Socket } from 'node:dgram';
import { descriptorOf } from '../../../base/socket-options.js';
import type { PacketIo, PacketListener, PacketSocket } from './packet-io.js';
import { ADDRESS_WORDS, addressText, KeptAddress, socketAddress } from './socket-address.js';
import { DONT_WAIT, EPOLL_ADD, EPOLL_DELETE, EPOLL_IN, EVENT, type SocketCalls, socketCalls } from './socket-calls.js';
import { bindDgram, udpIo } from './udp.js';

/** Sockets that one look finds, and looks in one turn: who sends more at once waits for the next, and has his queue overflow. */
const MOST_EVENTS = 512;
const MOST_LOOKS = 4;
/** Datagrams that one socket hands over on end, where its listener asks whether there are more. */
const MOST_ON_END = 64;
const TICK_MS = 1;
/** From so many packets a millisecond on it is ticked; over how long they are counted. */
const TICKING_FROM = 0.5;
const PACE_OVER_MS = 20;
/** The thread looks up now and then even so, since a process that ends waits for its threads. */
const WAIT_MS = 1_000;
/** The slot that wakes the thread and is no socket's. */
const WAKE = 0xffff_ffff;
const LONGEST_DATAGRAM = 65_536;
/** Shorter datagrams are handed over as views that are made once. */
const VIEWED = 1_500;

class Poller {
  readonly #calls: SocketCalls;
  readonly #epoll: number;
  readonly #wake: number;
  readonly #sockets: (PolledSocket | undefined)[] = [];
  readonly #free: number[] = [];
  #open = 0;
  readonly #events = Buffer.from(new ArrayBuffer(MOST_EVENTS * EVENT.bytes));
  readonly #eventWords = new Uint32Array(this.#events.buffer);
  /** For the thread alone. */
  readonly #woken = Buffer.alloc(4_096);
  readonly #one = Buffer.alloc(8);
  #state: 'idle' | 'waiting' | 'ticking' | 'turning' = 'idle';
  readonly #tick = (): void => this.#turn();
  #timer: NodeJS.Timeout | undefined;
  #turnedAt = 0;
  /** Packets a millisecond. */
  #pace = 0;

  /** Where every datagram is read to, and where it came from, as bytes and words of the machine. */
  readonly memory = Buffer.from(new ArrayBuffer(LONGEST_DATAGRAM));
  readonly #views: Buffer[] = [];
  readonly from = Buffer.from(new ArrayBuffer(4 * ADDRESS_WORDS));
  readonly fromWords = new Uint32Array(this.from.buffer);
  readonly fromBytes = new Int32Array(1);
  /** Where a datagram is to go that is being sent. */
  readonly to = Buffer.from(new ArrayBuffer(4 * ADDRESS_WORDS));
  readonly toWords = new Uint32Array(this.to.buffer);

  constructor(calls: SocketCalls) {
    this.#calls = calls;
    this.#epoll = calls.epoll();
    this.#wake = calls.eventfd();
    this.#one.writeBigUInt64LE(1n);
    if (this.#epoll < 0 || this.#wake < 0) throw new Error('no descriptors are left to watch sockets with');
  }

  add(socket: PolledSocket): number {
    const slot = this.#free.pop() ?? this.#sockets.length;
    this.#sockets[slot] = socket;
    this.#control(EPOLL_ADD, socket.descriptor, slot);
    this.#open++;
    if (this.#state === 'idle') this.#wait();
    return slot;
  }

  remove(slot: number, descriptor: number): void {
    this.#sockets[slot] = undefined;
    this.#free.push(slot);
    this.#control(EPOLL_DELETE, descriptor, slot);
    this.#calls.close(descriptor);
    if (--this.#open === 0) this.#rest();
  }

  #control(operation: number, descriptor: number, slot: number): void {
    const event = Buffer.alloc(EVENT.bytes);
    event.writeUInt32LE(EPOLL_IN, 0);
    event.writeUInt32LE(slot, EVENT.data);
    this.#calls.control(this.#epoll, operation, descriptor, event);
  }

  /** Nothing is left to be read: the thread is let go. */
  #rest(): void {
    if (this.#state === 'waiting') {
      this.#control(EPOLL_ADD, this.#wake, WAKE);
      this.#calls.write(this.#wake, this.#one);
    } else if (this.#state === 'ticking') {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#state = 'idle';
    }
  }

  #wait(): void {
    this.#state = 'waiting';
    this.#calls.waitApart(this.#epoll, this.#woken, WAIT_MS, () => {
      this.#control(EPOLL_DELETE, this.#wake, WAKE);
      this.#turn();
    });
  }

  #turn(): void {
    this.#state = 'turning';
    try {
      this.#count(this.#take());
    } finally {
      if (this.#open === 0) this.#state = 'idle';
      else if (this.#pace < TICKING_FROM) this.#wait();
      else this.#tickAgain();
    }
  }

  /** Reads what has come; how many datagrams that was. */
  #take(): number {
    let taken = 0;
    for (let look = 0; look < MOST_LOOKS; look++) {
      const ready = this.#calls.wait(this.#epoll, this.#events, MOST_EVENTS, 0);
      if (ready <= 0) break;
      for (let i = 0; i < ready; i++) {
        const slot = this.#eventWords[(i * EVENT.bytes + EVENT.data) >> 2] ?? WAKE;
        taken += this.#sockets[slot]?.receive() ?? 0;
      }
    }
    return taken;
  }

  #count(taken: number): void {
    const now = performance.now();
    const elapsed = Math.max(TICK_MS / 2, now - this.#turnedAt);
    this.#turnedAt = now;
    this.#pace += (taken / elapsed - this.#pace) * Math.min(1, elapsed / PACE_OVER_MS);
  }

  #tickAgain(): void {
    this.#state = 'ticking';
    this.#timer = this.#timer?.refresh() ?? setTimeout(this.#tick, TICK_MS);
  }

  /** The datagram that was read just now. The view is for whoever looks at it at once; it is overwritten by the next. */
  view(length: number): Buffer {
    if (length > VIEWED || !isSound(this.memory)) return Buffer.from(this.memory.subarray(0, length));
    return (this.#views[length] ??= this.memory.subarray(0, length));
  }
}

/** RTP is used up as it comes; what else there is (RTCP, STUN, DTLS, fax) is rare, and may be kept. */
const isSound = (bytes: Buffer): boolean => {
  const type = (bytes[1] ?? 0) & 0x7f;
  return (bytes[0] ?? 0) >> 6 === 2 && (type < 64 || type >= 96);
};

class PolledSocket implements PacketSocket {
  readonly port: number;
  readonly descriptor: number;
  readonly #poller: Poller;
  readonly #calls: SocketCalls;
  readonly #listener: PacketListener;
  readonly #slot: number;
  #isOpen = true;
  /** The listener was told that there is more. */
  #isAwaited = false;
  sendErrors = 0;
  /** Where the datagram before came from: mostly the same peer. */
  readonly #known = new KeptAddress();
  #address = '';
  #port = 0;
  /** Where the datagram before went to: mostly the same peer. */
  #toAddress = '';
  #toPort = 0;
  readonly #to = new KeptAddress();

  constructor(
    poller: Poller,
    calls: SocketCalls,
    bound: { descriptor: number; port: number },
    listener: PacketListener,
  ) {
    this.#poller = poller;
    this.#calls = calls;
    this.#listener = listener;
    this.port = bound.port;
    this.descriptor = bound.descriptor;
    this.#slot = poller.add(this);
  }

  get hasMore(): boolean {
    this.#isAwaited = this.#isOpen && this.#calls.hasWaiting(this.descriptor);
    return this.#isAwaited;
  }

  /**
   * Reads one datagram, if there is one; and the others, as long as the listener asks for them: who wants to see the end of what waits
   * would never come to it on a machine that is behind, where each turn finds something in every socket. Gives how many.
   */
  receive(): number {
    let received = 0;
    do {
      this.#isAwaited = false;
      if (!this.#receiveOne()) break;
      received++;
    } while (this.#isAwaited && this.#isOpen && received < MOST_ON_END);
    return received;
  }

  #receiveOne(): boolean {
    const { memory, from, fromBytes } = this.#poller;
    fromBytes[0] = from.length;
    const length = this.#calls.receive(this.descriptor, memory, LONGEST_DATAGRAM, DONT_WAIT, from, fromBytes);
    if (length < 0) return false;
    if (!this.#known.is(this.#poller.fromWords)) this.#know();
    this.#listener(this.#poller.view(length), this.#address, this.#port);
    return true;
  }

  #know(): void {
    const { from, fromWords } = this.#poller;
    this.#known.keep(fromWords);
    this.#port = from.readUInt16BE(2);
    this.#address = addressText(from);
  }

  send(bytes: Uint8Array, start: number, end: number, port: number, address: string): boolean {
    this.pass(bytes, start, end, port, address);
    return true;
  }

  pass(bytes: Uint8Array, start: number, end: number, port: number, address: string): void {
    const packet = start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
    if (port !== this.#toPort || address !== this.#toAddress) {
      this.#toPort = port;
      this.#toAddress = address;
      const words = socketAddress(address, port);
      if (words) this.#to.keep(words);
      else this.#to.forget();
    }
    const { to, toWords } = this.#poller;
    const toBytes = this.#isOpen ? this.#to.put(toWords) : 0;
    const sent = toBytes > 0 ? this.#calls.send(this.descriptor, packet, packet.length, DONT_WAIT, to, toBytes) : -1;
    // What the kernel has no room for is not kept: it would come too late.
    if (sent !== packet.length) this.sendErrors++;
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#poller.remove(this.#slot, this.descriptor);
  }
}

/**
 * Sockets that are read by ourselves, and dgram's where the system does not let us, or the address needs a zone (link-local).
 *
 * @param prepare called with each bound socket, to set what Node has no option for
 */
export function polledIo(prepare: (socket: Socket) => void): PacketIo {
  const plain = udpIo(prepare);
  const calls = socketCalls();
  if (!calls) return plain;
  let poller: Poller | undefined;
  return {
    bind: async (address, port, listener) => {
      if (address.startsWith('fe80:')) return plain.bind(address, port, listener);
      poller ??= new Poller(calls);
      const socket = await bindDgram(address, port, prepare);
      const bound = { descriptor: calls.duplicate(descriptorOf(socket) ?? -1), port: socket.address().port };
      socket.close();
      if (bound.descriptor < 0) throw new Error('no descriptors are left for media sockets');
      return new PolledSocket(poller, calls, bound, listener);
    },
  };
}
