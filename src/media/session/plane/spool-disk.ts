/**
 * The disk under all spools of a media process: one thread writes for all of them (`spool-disk-worker.ts`). Blocks that
 * come within a tenth of a second go to it together, and no batch before the one before is on the disk; so the cost of a
 * block is its copying into the page cache, and a disk that stalls makes the spools' buffers grow and nothing else.
 */
import { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../../../base/clock.js';
import { HalinaError } from '../../../base/errors.js';
import type { SealKey } from '../../../vault/seal-key.js';
import type { SpoolFile } from './spool-file.js';

export interface DiskWrite {
  readonly file: number;
  readonly memory: SharedArrayBuffer;
  readonly length: number;
  /** The spool ends with it, in good order. */
  readonly last: boolean;
}

export type DiskOrder =
  /** `seal`: what is written is sealed with it. */
  | {
      readonly type: 'open';
      readonly request: number;
      readonly file: number;
      readonly path: string;
      readonly seal: SealKey | undefined;
    }
  | { readonly type: 'write'; readonly writes: readonly DiskWrite[] }
  | { readonly type: 'truncate'; readonly request: number; readonly file: number; readonly length: number }
  | { readonly type: 'close'; readonly request: number; readonly file: number };

export type DiskAnswer =
  | { readonly type: 'done'; readonly request: number; readonly error: string | undefined }
  /** Of a batch: what failed of each block. */
  | { readonly type: 'written'; readonly errors: readonly (string | undefined)[] };

interface Pending {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}
type Block = DiskWrite & Pending;

/** How long a block waits for others, milliseconds; with a spool's own 800 it is on the disk within a second. */
const TOGETHER_MS = 100;

/** Memory that the writing thread can read without a copy. */
export const spoolMemory = (bytes: number): Buffer => Buffer.from(new SharedArrayBuffer(bytes));

export class SpoolDisk {
  readonly #clock: Clock;
  #worker: Worker | undefined;
  #requests = 0;
  #files = 0;
  readonly #pending = new Map<number, Pending>();
  #waiting: Block[] = [];
  #writing: Block[] = [];
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
      append: (bytes, length, { hurry = false, last = false } = {}) => this.#append(file, bytes, length, hurry, last),
      truncate: (length) => this.#ask({ type: 'truncate', request: ++this.#requests, file, length }),
      close: () => this.#ask({ type: 'close', request: ++this.#requests, file }),
    };
  }

  #append(file: number, bytes: Uint8Array, length: number, hurry: boolean, last: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ file, memory: sharedOf(bytes, length), length, last, resolve, reject });
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
    const writes = this.#writing.map(({ file, memory, length, last }) => ({ file, memory, length, last }));
    this.#thread().postMessage({ type: 'write', writes } satisfies DiskOrder, []);
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
    if (answer.type === 'done') {
      const pending = this.#pending.get(answer.request);
      this.#pending.delete(answer.request);
      if (pending) settle(pending, answer.error);
      return;
    }
    const written = this.#writing;
    this.#writing = [];
    written.forEach((block, n) => settle(block, answer.errors[n]));
    if (this.#waiting.length > 0) this.#soon();
  }

  /** Its files are lost with it: what is written to them fails, and their spools end there. */
  #lost(worker: Worker, how: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const all = [...this.#pending.values(), ...this.#writing, ...this.#waiting];
    this.#pending.clear();
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

function sharedOf(bytes: Uint8Array, length: number): SharedArrayBuffer {
  if (bytes.buffer instanceof SharedArrayBuffer && bytes.byteOffset === 0) return bytes.buffer;
  const copy = new SharedArrayBuffer(length);
  new Uint8Array(copy).set(bytes.subarray(0, length));
  return copy;
}
