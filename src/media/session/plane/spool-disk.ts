/**
 * The disk under all spools of a media process: one thread writes for all of them (`spool-disk-worker.ts`). Blocks that
 * come within a tenth of a second go to it together, and no batch before it took the one before: the cost of a block is its copying
 * into the page cache. From then on its memory is free, and that it is on the disk is told later, batches in their order.
 * A disk that takes nothing makes the spools' buffers grow and nothing else.
 */
import { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../../../base/clock.js';
import { HalinaError } from '../../../base/errors.js';
import type { SealKey } from '../../../vault/seal-key.js';
import type { Appending, Piece, SpoolFile, SpoolStore } from './spool-file.js';
import { type SpoolBlock, SpoolMemory } from './spool-memory.js';

export type DiskOrder =
  /** `seal`: what is written is sealed with it. */
  | {
      readonly type: 'open';
      readonly request: number;
      readonly file: number;
      readonly path: string;
      readonly seal: SealKey | undefined;
    }
  /**
   * `fresh`: blocks that the thread does not know yet; `gone`: those that it need not know any more. `writes`: file, block,
   * length, and of `PIECE` what the block is, again and again.
   */
  | {
      readonly type: 'write';
      readonly fresh: readonly Pick<SpoolBlock, 'number' | 'memory'>[];
      readonly gone: readonly number[];
      readonly writes: Int32Array;
    }
  | { readonly type: 'truncate'; readonly request: number; readonly file: number; readonly length: number }
  | { readonly type: 'close'; readonly request: number; readonly file: number };

export type DiskAnswer =
  | { readonly type: 'done'; readonly request: number; readonly error: string | undefined }
  /** The batch is written, or failed to be: its blocks are read no more. */
  | { readonly type: 'taken' }
  /** So many batches, oldest first, are on the disk, but for what failed of their appends, in order; undefined: nothing did. */
  | {
      readonly type: 'durable';
      readonly batches: number;
      readonly errors: readonly (string | undefined)[] | undefined;
    };

interface Pending {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}
interface Write {
  readonly file: number;
  readonly pieces: readonly Piece[];
  /** The spool ends with the last of them, in good order. */
  readonly last: boolean;
  readonly onTaken: (() => void) | undefined;
  /** By itself, since nobody keeps the pieces once they were taken. */
  readonly pending: Pending;
}

/** Numbers for each block of a batch. */
export const WRITE_NUMBERS = 4;
/** `more`: the next one is written with it; `last`: the spool ends with it, in good order. */
export const PIECE = { more: 1, last: 2 } as const;

/** How long a block waits for others, milliseconds; with a spool's own 800 it is on the disk within a second. */
const TOGETHER_MS = 100;

export class SpoolDisk implements SpoolStore {
  readonly memory = new SpoolMemory(({ number }) => {
    if (this.#known.delete(number)) this.#gone.push(number);
  });
  readonly #clock: Clock;
  /** Blocks that the thread knows, by number, and those that it has yet to forget. */
  readonly #known = new Set<number>();
  #gone: number[] = [];
  #worker: Worker | undefined;
  #requests = 0;
  #files = 0;
  readonly #pending = new Map<number, Pending>();
  #waiting: Write[] = [];
  /** With the thread, which did not take it yet. */
  #writing: Write[] = [];
  /** Batches that it took, which are not on the disk. */
  readonly #taken: Pending[][] = [];
  /** Somebody waits for a block that waits. */
  #hurry = false;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Opens a file for appending, and makes its name durable too. */
  async open(path: string, seal?: SealKey): Promise<SpoolFile> {
    const file = ++this.#files;
    await this.#ask({ type: 'open', request: ++this.#requests, file, path, seal });
    return {
      append: (pieces, how = {}) => this.#append(file, pieces, how),
      truncate: (length) => this.#ask({ type: 'truncate', request: ++this.#requests, file, length }),
      close: () => this.#ask({ type: 'close', request: ++this.#requests, file }),
    };
  }

  #append(file: number, pieces: readonly Piece[], how: Appending): Promise<void> {
    const { hurry = false, last = false, onTaken } = how;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ file, pieces, last, onTaken, pending: { resolve, reject } });
      this.#hurry ||= hurry;
      this.#soon();
    });
  }

  #soon(): void {
    if (this.#hurry) this.#send();
    else if (this.#writing.length === 0) this.#timer ??= this.#clock.setTimer(TOGETHER_MS, () => this.#send());
  }

  /** Gives the thread what waits, unless it is at work: then it gets it when it is done. */
  #send(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#writing.length > 0 || this.#waiting.length === 0) return;
    this.#writing = this.#waiting;
    this.#waiting = [];
    this.#hurry = false;
    const thread = this.#thread();
    const fresh: { number: number; memory: SharedArrayBuffer }[] = [];
    const writes = new Int32Array(WRITE_NUMBERS * this.#writing.reduce((sum, { pieces }) => sum + pieces.length, 0));
    let at = 0;
    for (const { file, pieces, last } of this.#writing) {
      let left = pieces.length;
      for (const { block, length } of pieces) {
        const { number, memory } = block;
        if (!this.#known.has(number)) {
          this.#known.add(number);
          fresh.push({ number, memory });
        }
        writes[at++] = file;
        writes[at++] = number;
        writes[at++] = length;
        writes[at++] = --left > 0 ? PIECE.more : last ? PIECE.last : 0;
      }
    }
    const gone = this.#gone;
    this.#gone = [];
    thread.postMessage({ type: 'write', fresh, gone, writes } satisfies DiskOrder, []);
  }

  #ask(order: Exclude<DiskOrder, { type: 'write' }>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending.set(order.request, { resolve, reject });
      this.#thread().postMessage(order, []);
    });
  }

  #thread(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL('spool-disk-worker.js', import.meta.url));
    this.#worker = worker;
    worker.unref();
    worker.on('message', (answer: DiskAnswer) => this.#hear(answer));
    worker.on('error', (error) => this.#lost(worker, error.message));
    worker.on('exit', (status) => this.#lost(worker, `it ended with status ${status}`));
    return worker;
  }

  #hear(answer: DiskAnswer): void {
    switch (answer.type) {
      case 'done': {
        const pending = this.#pending.get(answer.request);
        this.#pending.delete(answer.request);
        if (pending) settle(pending, answer.error);
        return;
      }
      case 'taken': {
        const taken = this.#writing;
        this.#writing = [];
        this.#taken.push(taken.map(({ pending }) => pending));
        for (const { onTaken } of taken) onTaken?.();
        if (this.#waiting.length > 0) this.#soon();
        return;
      }
      case 'durable': {
        const durable = this.#taken.splice(0, answer.batches).flat();
        durable.forEach((pending, n) => settle(pending, answer.errors?.[n]));
      }
    }
  }

  /** Its files are lost with it: what is written to them fails, and their spools end there. */
  #lost(worker: Worker, how: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#known.clear();
    this.#gone = [];
    const given = [...this.#writing, ...this.#waiting].map(({ pending }) => pending);
    const all = [...this.#pending.values(), ...this.#taken.flat(), ...given];
    this.#pending.clear();
    this.#taken.length = 0;
    this.#writing = [];
    this.#waiting = [];
    for (const pending of all) settle(pending, `the thread that writes spools is gone: ${how}`);
  }

  /** Ends the thread; everything must have been written. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}

function settle({ resolve, reject }: Pending, error: string | undefined): void {
  if (error === undefined) resolve();
  else reject(new HalinaError('SPOOL_DISK', error));
}
