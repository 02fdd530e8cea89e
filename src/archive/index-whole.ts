/**
 * Writes the index from nothing, a segment and a block at a time: each string of bits and of beginnings as a whole, each list with
 * many calls at once. That is some fifty times as fast as a call at a time. The index must be empty; nothing reads it
 * meanwhile, and what is torn off is begun anew.
 */
import { setImmediate as immediate } from 'node:timers/promises';
import type { Item } from './catalogue.js';
import { setBit } from './index-bits.js';
import {
  bitsOf,
  BLOCK,
  blockOf,
  blockOfSegment,
  entryOf,
  formatEntry,
  placeInBlock,
  placeOf,
  postingsOf,
  SEGMENT,
  segmentOf,
  START_BYTES,
} from './index-entry.js';
import type { IndexEntry } from './index-entry.js';
import { answersOf } from './redis-link.js';
import type { RedisLink } from './redis-link.js';
import type { RedisKeys } from './redis-keys.js';
import type { RecordStore } from './record-store.js';

export interface WholeIndexParts {
  readonly redis: RedisLink;
  readonly keys: RedisKeys;
  readonly store: RecordStore;
}

/** Calls that are gone through before others get their turn. */
const SLICE = 20_000;
const CALLS_A_COMMAND = 512;
/** Sent before their answers are waited for; strings of bits are longer. */
const COMMANDS_A_ROUND = 2000;
const STRINGS_A_ROUND = 64;

/** The calls of each segment, by their places; a call that changes meanwhile is there once. */
async function segmentsOf(items: Iterable<Item>): Promise<Map<number, Item[]>> {
  const segments = new Map<number, Item[]>();
  let seen = 0;
  for (const item of items) {
    const segment = segmentOf(item.n);
    const calls = segments.get(segment) ?? [];
    calls[placeOf(item.n)] = item;
    segments.set(segment, calls);
    if (++seen % SLICE === 0) await immediate();
  }
  return segments;
}

class WholeSegment {
  readonly starts = Buffer.alloc(SEGMENT * START_BYTES);
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;

  take(place: number, entry: IndexEntry): void {
    this.starts.writeUIntBE(entry.startedAt, place * START_BYTES, START_BYTES);
    this.first = Math.min(this.first, entry.startedAt);
    this.last = Math.max(this.last, entry.startedAt);
  }
}

export class WholeIndex {
  readonly #parts: WholeIndexParts;
  /** Of the block that is being gone through. */
  #bits = new Map<string, Buffer>();
  /** Of each list, the calls that are to be put into it. */
  #lists = new Map<string, number[]>();

  constructor(parts: WholeIndexParts) {
    this.#parts = parts;
  }

  /** Gives how many calls were written. `progress` is told how many are so far. */
  async write(progress: (done: number) => void = () => {}): Promise<number> {
    const segments = [...(await segmentsOf(this.#parts.store.catalogue.items()))].sort(([a], [b]) => a - b);
    let written = 0;
    for (const [i, [segment, items]] of segments.entries()) {
      written += await this.#writeSegment(segment, items);
      const next = segments[i + 1];
      if (!next || blockOfSegment(next[0]) !== blockOfSegment(segment)) await this.#writeBlock();
      progress(written);
    }
    return written;
  }

  async #writeSegment(segment: number, items: readonly Item[]): Promise<number> {
    const { redis, keys } = this.#parts;
    const whole = new WholeSegment();
    let written = 0;
    for (let at = 0; at < items.length; at += CALLS_A_COMMAND) {
      const entries = await this.#entriesOf(items.slice(at, at + CALLS_A_COMMAND));
      const said: string[] = [];
      for (const { n, entry } of entries) {
        whole.take(placeOf(n), entry);
        this.#setBits(n, entry);
        for (const [attribute, value] of postingsOf(entry)) this.#list(keys.posting(attribute, value), n);
        said.push(String(placeOf(n)), formatEntry(entry));
      }
      if (said.length > 0) await redis.hset(keys.entries(segment), ...said);
      written += entries.length;
    }
    if (written === 0) return 0;
    const writing = redis.pipeline();
    writing.set(keys.starts(segment), whole.starts);
    writing.hset(keys.spans, String(segment), `${whole.first} ${whole.last}`);
    await answersOf(writing.exec());
    return written;
  }

  /** What the calls are now, but for those that are forgotten. */
  async #entriesOf(items: readonly Item[]): Promise<{ n: number; entry: IndexEntry }[]> {
    const { store } = this.#parts;
    const here = items.filter((item) => !item.forgotten); // and no holes
    const said = here.map((item) => ({ item, seq: item.seq }));
    const records = await store.readMany(here.filter(({ noted }) => noted).map(({ id }) => id));
    const notes = new Map(records.map((record) => [record.entry.id, record]));
    return said.map(({ item, seq }) => ({ n: item.n, entry: entryOf(item, seq, notes.get(item.id) ?? {}) }));
  }

  #setBits(n: number, entry: IndexEntry): void {
    for (const [attribute, value] of bitsOf(entry)) {
      const key = this.#parts.keys.bits(blockOf(n), attribute, value);
      const bits = this.#bits.get(key) ?? Buffer.alloc(BLOCK / 8);
      this.#bits.set(key, bits);
      setBit(bits, placeInBlock(n));
    }
  }

  #list(key: string, n: number): void {
    const calls = this.#lists.get(key);
    if (calls) calls.push(n);
    else this.#lists.set(key, [n]);
  }

  async #writeBlock(): Promise<void> {
    const bits = [...this.#bits];
    this.#bits = new Map();
    for (let at = 0; at < bits.length; at += STRINGS_A_ROUND) {
      const writing = this.#parts.redis.pipeline();
      for (const [key, string] of bits.slice(at, at + STRINGS_A_ROUND)) writing.set(key, string);
      await answersOf(writing.exec());
    }
    await this.#writeLists();
  }

  async #writeLists(): Promise<void> {
    const lists = [...this.#lists];
    this.#lists = new Map();
    for (let at = 0; at < lists.length; at += COMMANDS_A_ROUND) {
      const writing = this.#parts.redis.pipeline();
      for (const [key, calls] of lists.slice(at, at + COMMANDS_A_ROUND)) {
        for (let from = 0; from < calls.length; from += CALLS_A_COMMAND) {
          writing.zadd(key, ...calls.slice(from, from + CALLS_A_COMMAND).flatMap((n) => [n, String(n)]));
        }
      }
      await answersOf(writing.exec());
    }
  }
}
