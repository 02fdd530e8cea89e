/**
 * The tapes on which the relay program keeps the packets of the directions that are recorded: one for each direction, a ring
 * of bytes in memory that the kernel and this process share. The program writes whole records of a spool, with their
 * headers and checksums (`relay-record.ts`), so nothing is done here for a packet: what came since the last time is read in one
 * piece, or in two where the tape was wound back to its beginning in between.
 *
 * How far it was written and read stands in the direction's entry (`table.ts`), which the program has at hand: a second place
 * would cost each packet a wait for memory. `head`, where the next record begins, is the program's; `tail`, up to where it was
 * read, is ours. Where the next record would meet the tail it has no room, which the program counts. A record that begins
 * before the end of the tape is written over it, and the next one begins at 0; `wrapped` says where the sound before it ends.
 */
import { closeDescriptor, createArray, type Descriptor, type Mapping, mapMemory } from './bpf.js';
import { LEAST_TAPE_BYTES, tapeBytes } from './layout.js';
import type { RelayTable } from './table.js';

/** Gets whole records, from byte `from` to byte `to`, which must be copied at once. `all`: bytes of these and of what comes next. */
export type TakeRecords = (memory: Buffer, from: number, to: number, all: number) => void;

/** What all tapes take together at most, as long as that leaves enough for each. */
const TOGETHER_BYTES = 1 << 25;
const MOST_TAPE_BYTES = 20_480;
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
  readonly #table: RelayTable;
  readonly #free: number[];

  /** @param bytes of records that each holds, a multiple of eight */
  constructor(table: RelayTable, tapes: number, bytes = tapeBytesFor(tapes)) {
    this.#table = table;
    this.bytes = bytes;
    this.descriptor = createArray(tapeBytes(bytes), tapes);
    this.#mapping = mapMemory(this.descriptor, Math.ceil((tapeBytes(bytes) * tapes) / PAGE) * PAGE, 0, true);
    this.#memory = Buffer.from(this.#mapping.bytes);
    this.#free = Array.from({ length: tapes }, (_, n) => tapes - 1 - n);
  }

  /** For a direction; undefined: all are in use. */
  take(): number | undefined {
    return this.#free.pop();
  }

  /** Bytes that were written for the direction since the last time, but for what one record stands over the end. */
  filled(index: number): number {
    const { head, tail } = this.#table.positions(index);
    return head < tail ? head - tail + this.bytes : head - tail;
  }

  /** Hands over what was written for the direction since the last time, oldest first. */
  read(index: number, take: TakeRecords): void {
    const { head, wrapped, tail } = this.#table.positions(index);
    if (head === tail) return;
    const data = this.#table.tapeOf(index) * tapeBytes(this.bytes);
    const from = head < tail ? 0 : tail;
    if (head < tail) take(this.#memory, data + tail, data + wrapped, wrapped - tail + head);
    if (head > from) take(this.#memory, data + from, data + head, head - from);
    this.#table.setTail(index, head);
  }

  /** Waits until no program writes for the direction any more; to be called when its entry is off. */
  settle(index: number): void {
    for (let looks = 0; this.#table.isAtTape(index) && looks < MOST_LOOKS; looks++);
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
