/** Writes calls into the index and takes them out, many at a time, each time the whole difference in one transaction. */
import { answersOf } from './redis-link.js';
import type { RedisLink } from './redis-link.js';
import {
  bitsOf,
  blockOf,
  formatEntry,
  parseEntry,
  placeInBlock,
  placeOf,
  postingsOf,
  segmentOf,
  START_BYTES,
} from './index-entry.js';
import type { IndexEntry } from './index-entry.js';
import type { RedisKeys } from './redis-keys.js';

type Transaction = ReturnType<RedisLink['multi']>;

/** Calls of a segment began between these, Unix milliseconds; some of them may be forgotten. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

/** A call's number, and what is to be said of it; nothing: it goes. */
export interface Change {
  readonly n: number;
  readonly entry: IndexEntry | undefined;
}

export async function readSpans(redis: RedisLink, keys: RedisKeys): Promise<Map<number, Span>> {
  const found = await redis.hgetall(keys.spans);
  return new Map(
    Object.entries(found).map(([segment, text]) => {
      const [first = '', last = ''] = text.split(' ');
      return [Number(segment), { first: Number(first), last: Number(last) }];
    }),
  );
}

export class IndexWriter {
  readonly #redis: RedisLink;
  readonly #keys: RedisKeys;
  #spans = new Map<number, Span>();

  constructor(redis: RedisLink, keys: RedisKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Reads what is there; to be called before the first write, and whenever Redis was away. */
  async begin(): Promise<void> {
    this.#spans = await readSpans(this.#redis, this.#keys);
  }

  /** Each call at most once. */
  async write(changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return;
    const before = await this.#before(changes);
    const writing = this.#redis.multi();
    changes.forEach(({ n, entry }, i) => this.#put(writing, n, before[i], entry));
    const touched = new Set(changes.flatMap(({ n, entry }) => (entry ? [segmentOf(n)] : [])));
    for (const segment of touched) {
      const span = this.#spans.get(segment);
      if (span) writing.hset(this.#keys.spans, String(segment), `${span.first} ${span.last}`);
    }
    await answersOf(writing.exec());
  }

  async #before(changes: readonly Change[]): Promise<(IndexEntry | undefined)[]> {
    const reading = this.#redis.pipeline();
    for (const { n } of changes) reading.hget(this.#keys.entries(segmentOf(n)), String(placeOf(n)));
    return ((await answersOf(reading.exec())) as (string | null)[]).map(parseEntry);
  }

  #put(writing: Transaction, n: number, before: IndexEntry | undefined, after: IndexEntry | undefined): void {
    const [segment, place] = [segmentOf(n), placeOf(n)];
    const keys = this.#keys;
    const bits = (entry: IndexEntry | undefined): string[] =>
      entry ? bitsOf(entry).map(([attribute, value]) => keys.bits(blockOf(n), attribute, value)) : [];
    const lists = (entry: IndexEntry | undefined): string[] =>
      entry ? postingsOf(entry).map(([attribute, value]) => keys.posting(attribute, value)) : [];
    const [had, wanted] = [new Set(bits(before)), new Set(bits(after))];
    for (const key of had) if (!wanted.has(key)) writing.setbit(key, placeInBlock(n), 0);
    for (const key of wanted) if (!had.has(key)) writing.setbit(key, placeInBlock(n), 1);
    const [stood, listed] = [new Set(lists(before)), new Set(lists(after))];
    for (const key of stood) if (!listed.has(key)) writing.zrem(key, String(n));
    for (const key of listed) if (!stood.has(key)) writing.zadd(key, n, String(n));
    if (!after) {
      writing.hdel(keys.entries(segment), String(place));
      return;
    }
    writing.hset(keys.entries(segment), String(place), formatEntry(after));
    if (before?.startedAt === after.startedAt) return; // it does not begin anew
    const start = Buffer.alloc(START_BYTES);
    start.writeUIntBE(after.startedAt, 0, START_BYTES);
    writing.setrange(keys.starts(segment), place * START_BYTES, start);
    const { first, last } = this.#spans.get(segment) ?? { first: after.startedAt, last: after.startedAt };
    this.#spans.set(segment, { first: Math.min(first, after.startedAt), last: Math.max(last, after.startedAt) });
  }
}
