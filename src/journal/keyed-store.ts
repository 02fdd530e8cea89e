/**
 * A small set of documents by key, in memory and durable: each line of its journal is the whole document of one key, so the
 * last line of a key is the truth, and compaction leaves nothing of what it was before. For hundreds or thousands of
 * documents, not for calls.
 */
import { Mutex } from '../base/mutex.js';
import { Journal } from './journal.js';
import type { FileStore } from './file-store.js';
import type { LinePlace } from './journal.js';

export interface KeyedStoreOptions<T> {
  readonly files: FileStore;
  /** The journal's file; its folder must be there. */
  readonly path: string;
  readonly name: string;
  readonly version: number;
  /** Checks what a line says; throws where it is no such document. */
  readonly parse: (value: unknown) => T;
}

interface Kept<T> {
  readonly value: T;
  place: LinePlace;
}

/** Compact when this much is of no use, in bytes, and half of the file. */
const GARBAGE = 256 * 1024;

export class KeyedStore<T> {
  readonly #kept = new Map<string, Kept<T>>();
  readonly #lane = new Mutex();
  readonly #parse: (value: unknown) => T;
  #live = 0;
  #journal!: Journal;

  private constructor(parse: (value: unknown) => T) {
    this.#parse = parse;
  }

  static async open<T>({ parse, ...options }: KeyedStoreOptions<T>): Promise<KeyedStore<T>> {
    const store = new KeyedStore(parse);
    store.#journal = await Journal.open(options, (place, payload) => store.#take(place, payload));
    return store;
  }

  /** Unreadable lines that were found at the opening. */
  get damage(): number {
    return this.#journal.replayed.damage.length;
  }

  get(key: string): T | undefined {
    return this.#kept.get(key)?.value;
  }

  /** In the order in which they were last written. */
  *values(): Generator<T> {
    for (const { value } of this.#kept.values()) yield value;
  }

  /** Runs `task` while no other task changes anything; its `put` and `remove` resolve when they are durable. */
  exclusively<R>(task: (write: StoreWriter<T>) => Promise<R>): Promise<R> {
    return this.#lane.run(async () => {
      const result = await task({
        put: async (key, value) => void (await this.#journal.append(JSON.stringify({ key, value }))),
        remove: async (key) => void (await this.#journal.append(JSON.stringify({ key }))),
      });
      const garbage = this.#journal.size - this.#live;
      if (garbage > GARBAGE && garbage > this.#journal.size / 2) await this.#compact();
      return result;
    });
  }

  /** Leaves nothing in the file of what documents were before. */
  compact(): Promise<void> {
    return this.#lane.run(() => this.#compact());
  }

  async close(): Promise<void> {
    await this.#lane.idle();
    await this.#journal.close();
  }

  async #compact(): Promise<void> {
    const live = [...this.#kept.values()].sort((a, b) => a.place.offset - b.place.offset);
    await this.#journal.compact(
      live.map(({ place }) => place),
      (relocate) => {
        for (const one of live) one.place = { ...one.place, offset: relocate(one.place.offset) };
      },
    );
  }

  readonly #take = (place: LinePlace, payload: Buffer): void => {
    const { key, value } = JSON.parse(payload.toString()) as { key: string; value?: unknown };
    this.#live -= this.#kept.get(key)?.place.length ?? 0;
    this.#kept.delete(key);
    if (value === undefined) return;
    this.#kept.set(key, { value: this.#parse(value), place });
    this.#live += place.length;
  };
}

export interface StoreWriter<T> {
  put(key: string, value: T): Promise<void>;
  remove(key: string): Promise<void>;
}
