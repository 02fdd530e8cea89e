/**
 * The tapes on which the relay program keeps the packets of the directions that are recorded: one for each direction, a ring
 * of bytes in memory that the kernel and this process share. The program writes whole records of a spool, with their
 * headers and checksums (`relay-record.ts`), so nothing is done here for a packet: what came since the last time is read in one
 * piece, or in two where the tape was wound back to its beginning in between.
 *
 * `head`, where the next record begins, is the program's; `tail`, up to where it was read, is ours. Where the next
 * record would meet the tail it has no room, which the program counts. A record that begins before the end of the tape is
 * written over it, and the next one begins at 0; `wrapped` says where the sound before it ends.
 */
import type { HeaderWords } from '../../spool/pcap-words.js';
import { closeDescriptor, createArray, type Descriptor, type Mapping, mapMemory } from './bpf.js';
import { LEAST_TAPE_BYTES, TAPE, tapeBytes } from './layout.js';

/** How the records of a direction begin. */
export interface TapeLabel {
  /** Nanoseconds since 1970 at the zero of the kernel's monotonic clock. */
  readonly zeroNs: bigint;
  readonly header: HeaderWords;
}

/** Gets whole records, from byte `from` to byte `to`, which must be copied at once. */
export type TakeRecords = (memory: Buffer, from: number, to: number) => void;

/** What all tapes take together at most, as long as that leaves enough for each. */
const TOGETHER_BYTES = 1 << 25;
const MOST_TAPE_BYTES = 1 << 14;
const PAGE = 4096;
/** A program that holds a tape is done with it in some microseconds: so often it is looked whether it is. */
const MOST_LOOKS = 10_000_000;

/** Bytes of a tape where there are so many of them. */
export const tapeBytesFor = (tapes: number): number =>
  Math.max(LEAST_TAPE_BYTES, Math.min(MOST_TAPE_BYTES, Math.floor(TOGETHER_BYTES / tapes / PAGE) * PAGE));

export class Tapes {
  readonly descriptor: Descriptor;
  /** Bytes of records that a tape holds. */
  readonly bytes: number;
  readonly #mapping: Mapping;
  readonly #memory: Buffer;
  readonly #words: Uint32Array;
  readonly #view: DataView;
  readonly #free: number[];

  /** @param bytes of records that each holds, a multiple of eight */
  constructor(tapes: number, bytes = tapeBytesFor(tapes)) {
    this.bytes = bytes;
    this.descriptor = createArray(tapeBytes(bytes), tapes);
    this.#mapping = mapMemory(this.descriptor, Math.ceil((tapeBytes(bytes) * tapes) / PAGE) * PAGE, 0, true);
    this.#memory = Buffer.from(this.#mapping.bytes);
    this.#words = new Uint32Array(this.#mapping.bytes);
    this.#view = new DataView(this.#mapping.bytes);
    this.#free = Array.from({ length: tapes }, (_, n) => tapes - 1 - n);
  }

  /** An empty tape for a direction; undefined: all are in use. */
  take({ zeroNs, header }: TapeLabel): number | undefined {
    const tape = this.#free.pop();
    if (tape === undefined) return undefined;
    const at = tape * tapeBytes(this.bytes);
    const view = this.#view;
    for (const position of [TAPE.head, TAPE.wrapped, TAPE.tail]) view.setUint32(at + position, 0, true);
    view.setBigUint64(at + TAPE.zero, zeroNs, true);
    view.setUint32(at + TAPE.ipSum, swapped(folded(header.ipSum)), true);
    view.setUint32(at + TAPE.udpSum, swapped(folded(header.udpSum)), true);
    view.setUint32(at + TAPE.kind, swapped(header.kind), true);
    header.words.forEach((word, n) => view.setUint32(at + TAPE.header + 4 * n, word, true));
    return tape;
  }

  /** Bytes that were written since the last time, but for what one record stands over the end. */
  filled(tape: number): number {
    const at = tape * tapeBytes(this.bytes);
    const head = Atomics.load(this.#words, (at + TAPE.head) >>> 2);
    const filled = head - (this.#words[(at + TAPE.tail) >>> 2] ?? 0);
    return filled < 0 ? filled + this.bytes : filled;
  }

  /** Hands over what was written since the last time, oldest first. */
  read(tape: number, take: TakeRecords): void {
    const at = tape * tapeBytes(this.bytes);
    const words = this.#words;
    const head = Atomics.load(words, (at + TAPE.head) >>> 2);
    let tail = words[(at + TAPE.tail) >>> 2] ?? 0;
    if (head === tail) return;
    const data = at + TAPE.data;
    if (head < tail) {
      take(this.#memory, data + tail, data + (words[(at + TAPE.wrapped) >>> 2] ?? 0));
      tail = 0;
    }
    if (head > tail) take(this.#memory, data + tail, data + head);
    Atomics.store(words, (at + TAPE.tail) >>> 2, head);
  }

  /** Waits until no program writes to it any more; to be called when its entry is off. */
  settle(tape: number): void {
    const busy = (tape * tapeBytes(this.bytes) + TAPE.busy) >>> 2;
    for (let looks = 0; Atomics.load(this.#words, busy) !== 0 && looks < MOST_LOOKS; looks++);
  }

  /** Nothing is written to it any more, and all was read. */
  give(tape: number): void {
    this.#free.push(tape);
  }

  close(): void {
    this.#mapping.unmap();
    closeDescriptor(this.descriptor);
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
