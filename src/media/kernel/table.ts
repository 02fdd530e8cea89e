/**
 * The table that tells the relay program what to do with the packets for each port, as this process writes it and reads
 * its counters. See `layout.ts` for what stands where and how a change is made in one step.
 */
import { isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { closeDescriptor, createArray, type Descriptor, type Mapping, mapMemory } from './bpf.js';
import type { HeaderWords } from '../../spool/pcap-words.js';
import type { Route } from './routes.js';
import { ENTRY, ENTRY_BYTES, FLAG, NO_PAYLOAD_TYPE, PAYLOAD_TYPES } from './layout.js';

/** How the packets of one direction are relayed. Both of its legs have addresses of one family. */
export interface RelayEntry {
  /** Our address and port that the packets are sent to. */
  readonly local: string;
  readonly localPort: number;
  /** The latched source. */
  readonly source: string;
  readonly sourcePort: number;
  readonly ssrcIn: number;
  /** Our address and port on the other leg, and its peer. */
  readonly from: string;
  readonly fromPort: number;
  readonly to: string;
  readonly toPort: number;
  readonly ssrcOut: number;
  readonly sequenceOffset: number;
  readonly timestampOffset: number;
  /** At most `PAYLOAD_TYPES` of them. */
  readonly payloadTypes: readonly { readonly in: number; readonly out: number }[];
  /** The newest sequence number that is not to be relayed any more: the first is the next one, and no other. */
  readonly after: number;
  /** 0 to 63. */
  readonly dscp: number;
  readonly ttl: number;
  /** By which interface it leaves; `isLocal`: its peer is on this machine, and it comes in there. */
  readonly route: Route;
  /** Undefined: it is not recorded. */
  readonly tape: Tape | undefined;
  /** Timestamp units a second. */
  readonly clockRate: number;
  /** Interarrival jitter so far, timestamp units. */
  readonly jitter: number;
}

/** Where the records of a direction stand, and how they begin. */
export interface Tape {
  readonly number: number;
  /** Nanoseconds since 1970 at the zero of the kernel's monotonic clock. */
  readonly zeroNs: bigint;
  readonly header: HeaderWords;
}

/** How far a tape was written and read. */
export interface TapePositions {
  readonly head: number;
  readonly wrapped: number;
  readonly tail: number;
}

/** What became of a direction's packets since its entry was written. */
export interface RelayCounters {
  readonly packets: number;
  /** UDP payload. */
  readonly bytes: number;
  /** Nanoseconds of the monotonic clock; 0 where none came. */
  readonly lastArrivalNs: number;
  readonly lastSequence: number;
  readonly lastTimestamp: number;
  /** Relayed without a record, as the tape was full. */
  readonly missed: number;
  /** Timestamp units. */
  readonly jitter: number;
}

const NS_PER_S = 1e9;

export class RelayTable {
  readonly descriptor: Descriptor;
  readonly #mapping: Mapping;
  readonly #words: Uint32Array;
  readonly #view: DataView;
  readonly #firstPort: number;
  /** How many there are. */
  readonly entries: number;

  /** For the even ports from `firstPort`, which is even, to `lastPort`. */
  constructor(firstPort: number, lastPort: number) {
    this.#firstPort = firstPort;
    this.entries = Math.floor((lastPort - firstPort) / 2) + 1;
    this.descriptor = createArray(ENTRY_BYTES, this.entries);
    const pages = Math.ceil((this.entries * ENTRY_BYTES) / 4096);
    this.#mapping = mapMemory(this.descriptor, pages * 4096, 0, true);
    this.#words = new Uint32Array(this.#mapping.bytes);
    this.#view = new DataView(this.#mapping.bytes);
  }

  /** The entry of a port; undefined for ports that are not ours. */
  indexOf(port: number): number | undefined {
    const index = (port - this.#firstPort) / 2;
    return Number.isInteger(index) && index >= 0 && index < this.entries ? index : undefined;
  }

  /**
   * Relays from now on as the entry says; no program may be at the tape that stood here before. Gives the entry's version.
   */
  write(index: number, entry: RelayEntry): number {
    const version = this.#close(index);
    this.#fill(index * ENTRY_BYTES, entry);
    this.#setVersion(index, version + 1);
    return version + 1;
  }

  /** Relays nothing any more. A packet that the program has in hand is still sent, by what stood here before. */
  switchOff(index: number): void {
    this.#close(index);
  }

  counters(index: number): RelayCounters {
    const view = this.#view;
    const at = index * ENTRY_BYTES;
    return {
      packets: this.#count(at + ENTRY.packets),
      bytes: this.#count(at + ENTRY.bytes),
      lastArrivalNs: Number(view.getBigUint64(at + ENTRY.lastArrival, true)), // in one piece: its lower half turns over while we look
      lastSequence: view.getUint32(at + ENTRY.lastSequence, true) & 0xffff,
      lastTimestamp: view.getUint32(at + ENTRY.lastTimestamp, true),
      missed: view.getUint32(at + ENTRY.missed, true),
      jitter: view.getUint32(at + ENTRY.jitter, true) / 16,
    };
  }

  /** Which tape the newest entry of a direction has, or had. */
  tapeOf(index: number): number {
    return this.#word(index, ENTRY.tape);
  }

  positions(index: number): TapePositions {
    const head = Atomics.load(this.#words, this.#at(index, ENTRY.head));
    return { head, wrapped: this.#word(index, ENTRY.wrapped), tail: this.#word(index, ENTRY.tail) };
  }

  /** The tape was read up to there. */
  setTail(index: number, tail: number): void {
    Atomics.store(this.#words, this.#at(index, ENTRY.tail), tail);
  }

  /** Whether a program is writing to its tape at this moment. */
  isAtTape(index: number): boolean {
    return Atomics.load(this.#words, this.#at(index, ENTRY.busy)) !== 0;
  }

  #word(index: number, position: number): number {
    return this.#words[this.#at(index, position)] ?? 0;
  }

  #at(index: number, position: number): number {
    return (index * ENTRY_BYTES + position) >>> 2;
  }

  /** Of 64 bits, of which the lower half does not turn over within a call. */
  #count(at: number): number {
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32;
  }

  close(): void {
    this.#mapping.unmap();
    closeDescriptor(this.descriptor);
  }

  /** Makes the version odd, so that the program keeps away, and gives it. */
  #close(index: number): number {
    const odd = (Atomics.load(this.#words, this.#at(index, ENTRY.version)) | 1) >>> 0;
    this.#setVersion(index, odd);
    return odd;
  }

  /** Never 0, which is what a table begins with. */
  #setVersion(index: number, version: number): void {
    Atomics.store(this.#words, this.#at(index, ENTRY.version), version >= 0xffff_fffe ? 1 : version);
  }

  #fill(at: number, entry: RelayEntry): void {
    const view = this.#view;
    view.setUint32(at + ENTRY.family, isIPv6(entry.local) ? 6 : 4, true);
    this.#address(at + ENTRY.local, entry.local);
    this.#address(at + ENTRY.source, entry.source);
    view.setUint16(at + ENTRY.sourcePort, entry.sourcePort);
    view.setUint32(at + ENTRY.ssrcIn, entry.ssrcIn);
    this.#address(at + ENTRY.from, entry.from);
    this.#address(at + ENTRY.to, entry.to);
    view.setUint16(at + ENTRY.fromPort, entry.fromPort);
    view.setUint16(at + ENTRY.toPort, entry.toPort);
    view.setUint32(at + ENTRY.ssrcOut, entry.ssrcOut);
    view.setUint16(at + ENTRY.sequenceOffset, entry.sequenceOffset, true);
    view.setUint8(at + ENTRY.trafficClass, entry.dscp << 2);
    view.setUint8(at + ENTRY.ttl, entry.ttl);
    view.setUint32(at + ENTRY.timestampOffset, entry.timestampOffset, true);
    view.setUint32(at + ENTRY.outInterface, entry.route.interfaceIndex, true);
    const flags = (entry.tape === undefined ? 0 : FLAG.record) | (entry.route.isLocal ? FLAG.inward : 0);
    view.setUint32(at + ENTRY.flags, flags, true);
    if (entry.tape) this.#label(at, entry.tape);
    view.setUint32(at + ENTRY.nsPerUnit, Math.round(NS_PER_S / entry.clockRate), true);
    for (let n = 0; n < PAYLOAD_TYPES; n++) {
      const mapped = entry.payloadTypes[n];
      view.setUint8(at + ENTRY.payloadTypesIn + n, mapped?.in ?? NO_PAYLOAD_TYPE);
      view.setUint8(at + ENTRY.payloadTypesOut + n, mapped?.out ?? 0);
    }
    for (let counter = ENTRY.packets; counter < ENTRY.head; counter += 4) view.setUint32(at + counter, 0, true);
    view.setUint32(at + ENTRY.lastSequence, entry.after, true);
    view.setUint32(at + ENTRY.jitter, Math.round(entry.jitter * 16), true);
  }

  /** An empty tape. `busy` is not ours to set: a program that had the entry before may still have to take itself off. */
  #label(at: number, { number, zeroNs, header }: Tape): void {
    const view = this.#view;
    view.setUint32(at + ENTRY.tape, number, true);
    for (const position of [ENTRY.head, ENTRY.wrapped, ENTRY.tail]) view.setUint32(at + position, 0, true);
    view.setBigUint64(at + ENTRY.zero, zeroNs, true);
    view.setUint32(at + ENTRY.ipSum, swapped(folded(header.ipSum)), true);
    view.setUint32(at + ENTRY.udpSum, swapped(folded(header.udpSum)), true);
    view.setUint32(at + ENTRY.kind, swapped(header.kind), true);
    header.words.forEach((word, n) => view.setUint32(at + ENTRY.header + 4 * n, word, true));
  }

  #address(at: number, address: string): void {
    ipaddr
      .parse(address)
      .toByteArray()
      .forEach((byte, index) => this.#view.setUint8(at + index, byte));
  }
}

/** To 16 bits. */
function folded(sum: number): number {
  let value = sum;
  while (value > 0xffff) value = (value & 0xffff) + Math.floor(value / 0x10000);
  return value;
}

/** A sum of big-endian words as one of little-endian words (RFC 1071 § 2). */
const swapped = (sixteen: number): number => ((sixteen & 0xff) << 8) | (sixteen >>> 8);
