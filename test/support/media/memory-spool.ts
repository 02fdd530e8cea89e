/** A disk for spools in memory, which a test can make slow, full or broken. */
import type { Appending, Piece, SpoolFile, SpoolStore } from '../../../src/media/session/plane/spool-file.js';
import { SpoolMemory } from '../../../src/media/session/plane/spool-memory.js';
import { readSpool } from '../../../src/spool/pcap-reader.js';

export class MemorySpools implements SpoolStore {
  readonly memory = new SpoolMemory();
  /** What was written, by path. */
  readonly files = new Map<string, Buffer>();
  readonly open: (path: string) => Promise<SpoolFile>;
  /** Sizes of the blocks that were written. */
  readonly blocks: number[] = [];
  readonly closed: string[] = [];
  /** The next opening or writing fails with this. */
  failOpen: Error | undefined;
  failAppend: Error | undefined;
  /** What was written is lost on its way to the disk: the next sync fails with this. */
  failSync: Error | undefined;
  /** Writes wait until they are let go. */
  slow = false;
  /** What was written waits until it is on the disk. */
  slowSync = false;
  readonly truncated: number[] = [];
  #waiting: (() => void)[] = [];
  #unsynced: (() => void)[] = [];
  #most = 0;
  #now = 0;

  constructor() {
    this.open = (path) => {
      if (this.failOpen) return Promise.reject(this.failOpen);
      this.files.set(path, Buffer.alloc(0));
      return Promise.resolve({
        append: (pieces: readonly Piece[], how?: Appending) => this.#append(path, pieces, how),
        truncate: (length: number) => {
          this.truncated.push(length);
          this.files.set(path, this.#file(path).subarray(0, length));
          return Promise.resolve();
        },
        close: () => {
          this.closed.push(path);
          return Promise.resolve();
        },
      });
    };
  }

  /** The most writes that were under way at once. */
  get mostAtOnce(): number {
    return this.#most;
  }

  #file(path: string): Buffer {
    return this.files.get(path) ?? Buffer.alloc(0);
  }

  async #append(path: string, pieces: readonly Piece[], how: Appending = {}): Promise<void> {
    this.#most = Math.max(this.#most, ++this.#now);
    if (this.slow) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#now--;
    const bytes = Buffer.concat(pieces.map(({ block, length }) => block.bytes.subarray(0, length)));
    if (this.failAppend) {
      this.files.set(path, Buffer.concat([this.#file(path), bytes.subarray(0, bytes.length >> 1)]));
      throw this.failAppend;
    }
    this.blocks.push(bytes.length);
    this.files.set(path, Buffer.concat([this.#file(path), bytes]));
    how.onTaken?.();
    if (this.slowSync) await new Promise<void>((resolve) => this.#unsynced.push(resolve));
    const lost = this.failSync;
    this.failSync = undefined;
    if (lost) throw lost;
  }

  /** Lets what waits be written. */
  release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Has the oldest of what was written on the disk, or lost. */
  sync(): void {
    this.#unsynced.shift()?.();
  }

  /** The records of a file: marks as their type, packets as leg and first payload byte; damage as such. */
  records(path: string): string[] {
    const { records, summary } = readSpool(this.#file(path));
    const told = records.map((record) => {
      if (record.kind === 'rtp') return `${record.leg} ${record.rtp.at(12)?.toString(16)}`;
      const { mark } = record;
      return 'leg' in mark ? `${mark.type} ${mark.leg}` : mark.type === 'cut' ? `cut ${mark.reason}` : mark.type;
    });
    if (summary.damage.length > 0 || summary.tailBytes > 0) told.push(`damage ${summary.tailBytes}`);
    return told;
  }
}

/** Lets promises that are settled go on. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
