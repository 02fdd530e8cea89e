/**
 * The calls that a query's words can be in: of each word the list of that of its parts which the fewest calls have, and
 * only calls that are in all of these lists. Whether the words themselves are there is seen at each call. Short lists are
 * read at once; where all are long, one is gone by, and only what stands in the segments that are walked is read of it.
 */
import { partsOfWord, placeOf, SEGMENT, segmentOf } from './index-entry.js';
import { answersOf } from './redis-link.js';
import type { RedisLink } from './redis-link.js';
import type { RedisKeys } from './redis-keys.js';
import type { CallQuery } from './search.js';

/** Calls of a list that is read at once. */
const SHORT = 2000;

export interface ListedCalls {
  /** Whether the segment may have one of them. */
  mayHave(segment: number): boolean;
  /** Their places in the segments. */
  places(segments: readonly number[]): Promise<number[][]>;
}

interface List {
  readonly key: string;
  readonly calls: number;
}

/** The shortest list of each word, the shortest of all first. */
async function shortestOf(redis: RedisLink, keys: RedisKeys, note: string): Promise<List[]> {
  const words = note.split(/\s+/).map((word) => partsOfWord(word).map((part) => keys.posting('part', part)));
  const counting = redis.pipeline();
  for (const key of words.flat()) counting.zcard(key);
  if (counting.length === 0) return [];
  const counts = ((await answersOf(counting.exec())) as number[]).values();
  const lists = words.map((parts) => parts.map((key): List => ({ key, calls: counts.next().value ?? 0 })));
  const shortest = lists.flatMap((parts) => parts.toSorted((a, b) => a.calls - b.calls).slice(0, 1));
  return shortest.sort((a, b) => a.calls - b.calls);
}

/** What to go by; undefined: the query asks for nothing that is listed. */
export async function chooseList(
  redis: RedisLink,
  keys: RedisKeys,
  { note = '' }: CallQuery,
): Promise<ListedCalls | undefined> {
  const lists = await shortestOf(redis, keys, note);
  const [shortest] = lists;
  if (!shortest) return undefined;
  if (shortest.calls > SHORT) return new LongList(redis, shortest.key);
  return new ShortList(
    await inAll(
      redis,
      lists.filter(({ calls }) => calls <= SHORT),
    ),
  );
}

async function inAll(redis: RedisLink, lists: readonly List[]): Promise<number[]> {
  const reading = redis.pipeline();
  for (const { key } of lists) reading.zrange(key, 0, -1);
  const [first = [], ...others] = (await answersOf(reading.exec())) as string[][];
  const sets = others.map((calls) => new Set(calls));
  return first.filter((call) => sets.every((calls) => calls.has(call))).map(Number);
}

class ShortList implements ListedCalls {
  readonly #bySegment = new Map<number, number[]>();

  constructor(calls: readonly number[]) {
    for (const n of calls) {
      const here = this.#bySegment.get(segmentOf(n));
      if (here) here.push(placeOf(n));
      else this.#bySegment.set(segmentOf(n), [placeOf(n)]);
    }
  }

  mayHave(segment: number): boolean {
    return this.#bySegment.has(segment);
  }

  places(segments: readonly number[]): Promise<number[][]> {
    return Promise.resolve(segments.map((segment) => this.#bySegment.get(segment) ?? []));
  }
}

class LongList implements ListedCalls {
  readonly #redis: RedisLink;
  readonly #key: string;

  constructor(redis: RedisLink, key: string) {
    this.#redis = redis;
    this.#key = key;
  }

  mayHave(): boolean {
    return true;
  }

  async places(segments: readonly number[]): Promise<number[][]> {
    const reading = this.#redis.pipeline();
    for (const segment of segments) reading.zrangebyscore(this.#key, segment * SEGMENT, (segment + 1) * SEGMENT - 1);
    const found = (await answersOf(reading.exec())) as string[][];
    return found.map((calls) => calls.map((n) => placeOf(Number(n))));
  }
}
