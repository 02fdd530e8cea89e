/**
 * The ring into which the relay program puts the packets that are to be recorded (BPF_MAP_TYPE_RINGBUF). Its memory: a
 * page with the position up to which we have read, which is ours to write, a page with the position up to which the
 * kernel has written, and the data, mapped twice in a row so that no record is broken by the ring's end. A record: its
 * length with two bits for "still being written" and "given up", four bytes of the kernel's, then the bytes, rounded up
 * to eight. The kernel never wakes us: the ring is read every few milliseconds.
 */
import { closeDescriptor, createRing, type Descriptor, type Mapping, mapMemory } from './bpf.js';
import { RECORD } from './layout.js';

const PAGE = 4096;
const BUSY = 0x8000_0000;
const DISCARDED = 0x4000_0000;
const LENGTH = 0x3fff_ffff;
const HEADER = 8;

/** A packet as it came, valid during the call only: its bytes are the ring's, and it is the same object every time. */
export interface RingPacket {
  /** Nanoseconds of the monotonic clock (exact for the first 104 days of the machine, then to a few nanoseconds). */
  timeNs: number;
  /** Index of the entry that relayed it, and the entry's version then. */
  entry: number;
  version: number;
  /** The ring's memory, as bytes and as words. */
  readonly bytes: Buffer;
  readonly words: Uint32Array;
  /** The first byte, at a multiple of eight, and the one after the last. */
  start: number;
  end: number;
}

export class Ring {
  readonly descriptor: Descriptor;
  readonly #bytes: number;
  readonly #consumer: Mapping;
  readonly #producer: Mapping;
  readonly #read: BigUint64Array;
  readonly #written: BigUint64Array;
  readonly #words: Uint32Array;
  readonly #packet: RingPacket;
  #position = 0;

  /** @param bytes a power of two and of whole pages */
  constructor(bytes: number) {
    this.#bytes = bytes;
    this.descriptor = createRing(bytes);
    this.#consumer = mapMemory(this.descriptor, PAGE, 0, true);
    this.#producer = mapMemory(this.descriptor, PAGE + 2 * bytes, PAGE, false);
    this.#read = new BigUint64Array(this.#consumer.bytes);
    this.#written = new BigUint64Array(this.#producer.bytes, 0, 1);
    this.#words = new Uint32Array(this.#producer.bytes);
    const memory = { bytes: Buffer.from(this.#producer.bytes), words: this.#words };
    this.#packet = { timeNs: 0, entry: 0, version: 0, ...memory, start: 0, end: 0 };
  }

  /** Hands over every packet that is there, oldest first. Returns how many. */
  drain(take: (packet: RingPacket) => void): number {
    const end = Number(Atomics.load(this.#written, 0));
    let packets = 0;
    while (this.#position < end) {
      const at = PAGE + (this.#position & (this.#bytes - 1));
      const word = Atomics.load(this.#words, at >>> 2);
      if (word & BUSY) break;
      const length = word & LENGTH;
      if (!(word & DISCARDED)) {
        this.#point(at + HEADER);
        take(this.#packet);
        packets++;
      }
      this.#position += (length + HEADER + 7) & ~7;
    }
    Atomics.store(this.#read, 0, BigInt(this.#position));
    return packets;
  }

  #point(at: number): void {
    const words = this.#words;
    const packet = this.#packet;
    const time = (at + RECORD.time) >>> 2;
    packet.timeNs = (words[time + 1] ?? 0) * 2 ** 32 + (words[time] ?? 0);
    packet.entry = words[(at + RECORD.entry) >>> 2] ?? 0;
    packet.version = words[(at + RECORD.version) >>> 2] ?? 0;
    packet.start = at + RECORD.data;
    packet.end = packet.start + (words[(at + RECORD.length) >>> 2] ?? 0);
  }

  close(): void {
    this.#consumer.unmap();
    this.#producer.unmap();
    closeDescriptor(this.descriptor);
  }
}
