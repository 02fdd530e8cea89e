/**
 * The way of one spool's blocks to the disk, in order. A block is held in memory until the disk took it (it is in the system's
 * page cache then), and the next are handed over; whoever fills blocks asks how much waits. What counts as written is what is on the
 * disk, which is told later. Where that fails the spool is cut behind the last block that is there, as soon as nothing is under way
 * any more: what was taken after a block that is lost does not count.
 *
 *     add ──▶ waiting ──write──▶ handed over ──taken──▶ under way ──on the disk──▶ written
 */
import type { Piece, SpoolFile } from './spool-file.js';
import type { SpoolBlock, SpoolMemory } from './spool-memory.js';

export interface BlockWriterOptions {
  readonly memory: SpoolMemory;
  /** What sealing adds on the disk, bytes: once, and to each block. */
  readonly overhead: { readonly opening: number; readonly block: number };
  /** Everything that waited was taken: the moment to add what was collected since. */
  readonly onTaken: () => void;
  readonly onFailed: (error: unknown) => void;
}

interface Waiting extends Piece {
  /** The spool ends with it, in good order. */
  readonly last: boolean;
}

/** So many go to the disk at once, where it was slow. */
const MOST_AT_ONCE = 16;

export class BlockWriter {
  readonly #options: BlockWriterOptions;
  /** In order; the first ones may be with the disk. */
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #file: SpoolFile | undefined;
  #written = 0;
  /** Blocks were handed over that were not taken yet. */
  #isWriting = false;
  /** Handed over, and neither on the disk nor known to have failed; and when the last of these will be. */
  #underWay = 0;
  #writing: Promise<void> = Promise.resolve();
  #broken = false;

  constructor(options: BlockWriterOptions) {
    this.#options = options;
  }

  /** Memory of blocks that were not taken yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Bytes on the disk. */
  get written(): number {
    return this.#written;
  }

  /** Whether it takes blocks to the disk: the file is there, and has not failed. */
  get isOpen(): boolean {
    return this.#file !== undefined && !this.#broken;
  }

  /** Whether the disk has blocks that it did not take yet. */
  get isWriting(): boolean {
    return this.#isWriting;
  }

  /** The file is there. */
  open(file: SpoolFile): void {
    this.#file = file;
    this.#written = this.#options.overhead.opening;
  }

  /** Adds a block, of which so many bytes are to be written. It is the pool's again when they were taken. */
  add(block: SpoolBlock, length: number, last: boolean): void {
    this.#waiting.push({ block, length, last });
    this.#waitingBytes += block.bytes.length;
  }

  /** Begins to write what waits. `hurry`: somebody waits for it. */
  write(hurry: boolean): void {
    const file = this.#file;
    if (!file || this.#broken || this.#isWriting || this.#waiting.length === 0) return;
    const pieces = this.#waiting.slice(0, MOST_AT_ONCE);
    const last = pieces.at(-1)?.last === true;
    this.#isWriting = true;
    this.#underWay++;
    const { length } = pieces; // the pieces themselves are not kept until they are on the disk
    const onTaken = (): void => this.#taken(length, hurry);
    const appended = file.append(pieces, { hurry: hurry || last, last, onTaken });
    this.#writing = this.#follow(file, this.#writing, appended, this.#bytesOf(pieces));
  }

  /** On the disk. */
  #bytesOf(pieces: readonly Piece[]): number {
    return pieces.reduce((sum, { length }) => sum + length + this.#options.overhead.block, 0);
  }

  #taken(pieces: number, hurry: boolean): void {
    this.#isWriting = false;
    for (const { block } of this.#waiting.splice(0, pieces)) this.#giveBack(block);
    if (this.#waiting.length === 0) this.#options.onTaken();
    this.write(hurry);
  }

  /** Until so many bytes are on the disk, or have failed, and with them all before. */
  async #follow(file: SpoolFile, before: Promise<void>, appended: Promise<void>, bytes: number): Promise<void> {
    const failure = appended.then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    await before;
    const failed = await failure;
    this.#underWay--;
    if (!this.#broken && !failed) this.#written += bytes;
    if (!this.#broken && failed) {
      this.#broken = true;
      this.#options.onFailed(failed.error);
    }
    if (this.#broken && this.#underWay === 0) await this.#cut(file);
  }

  async #cut(file: SpoolFile): Promise<void> {
    await file.truncate(this.#written).catch(() => {
      // What stands behind the last whole block is a torn record, which the recovery knows how to leave out.
    });
    this.letGo();
  }

  /** Gives back what will not be written any more. */
  letGo(): void {
    for (const { block } of this.#waiting.splice(0)) this.#giveBack(block);
  }

  #giveBack(block: SpoolBlock): void {
    this.#waitingBytes -= block.bytes.length;
    this.#options.memory.give(block);
  }

  /** Waits until no write is under way: everything that was handed over is on the disk, or has failed. */
  async settle(): Promise<void> {
    let last;
    do {
      last = this.#writing;
      await last;
    } while (last !== this.#writing);
  }

  async close(): Promise<void> {
    await this.#file?.close().catch(() => {
      // Every block was synced before: there is nothing that closing could still lose.
    });
    this.#file = undefined;
  }
}
