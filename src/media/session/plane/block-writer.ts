/**
 * The way of one spool's blocks to the disk: all that wait together, on the disk before the next are begun. What waits is held in
 * memory; whoever fills blocks asks how much that is.
 */
import type { Piece, SpoolFile } from './spool-file.js';
import type { SpoolBlock, SpoolMemory } from './spool-memory.js';

export interface BlockWriterOptions {
  readonly memory: SpoolMemory;
  /** What sealing adds on the disk, bytes: once, and to each block. */
  readonly overhead: { readonly opening: number; readonly block: number };
  /** Everything that waited is on the disk: the moment to add what was collected since. */
  readonly onWritten: () => void;
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
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;
  #broken = false;

  constructor(options: BlockWriterOptions) {
    this.#options = options;
  }

  /** Memory of blocks that are not on the disk yet. */
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

  get isWriting(): boolean {
    return this.#isWriting;
  }

  /** The file is there. */
  open(file: SpoolFile): void {
    this.#file = file;
    this.#written = this.#options.overhead.opening;
  }

  /** Adds a block, of which so many bytes are to be written. It is the pool's again when they are. */
  add(block: SpoolBlock, length: number, last: boolean): void {
    this.#waiting.push({ block, length, last });
    this.#waitingBytes += block.bytes.length;
  }

  /** Begins to write what waits. `hurry`: somebody waits for it. */
  write(hurry: boolean): void {
    const file = this.#file;
    if (!file || this.#broken || this.#isWriting || this.#waiting.length === 0) return;
    this.#isWriting = true;
    this.#writing = this.#write(file, hurry);
  }

  async #write(file: SpoolFile, hurry: boolean): Promise<void> {
    while (this.#waiting.length > 0) {
      const pieces = this.#waiting.slice(0, MOST_AT_ONCE);
      const last = pieces.at(-1)?.last === true;
      try {
        await file.append(pieces, { hurry: hurry || last, last });
      } catch (error) {
        return this.#fail(file, error);
      }
      this.#waiting.splice(0, pieces.length);
      for (const { block, length } of pieces) {
        this.#written += length + this.#options.overhead.block;
        this.#giveBack(block);
      }
      if (this.#waiting.length === 0) this.#options.onWritten();
    }
    this.#isWriting = false;
  }

  async #fail(file: SpoolFile, error: unknown): Promise<void> {
    this.#broken = true;
    this.#options.onFailed(error);
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

  /** Waits until no write is under way. */
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
