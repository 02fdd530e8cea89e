/**
 * The lists of calls that a query can go by: ends of numbers, and parts of notes. Only the one that the fewest calls
 * are in is gone by; whether the rest holds is seen at each call. A short one is read at once, of a long one (somebody
 * who calls all day) only what stands in the segments that are walked.
 */
import { endLists, placeOf, SEGMENT, segmentOf, sharedList, trigramsOf } from './index-entry.js';
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

/** The lists of which a call must be in one, for each condition that has such. */
function groupsOf(keys: RedisKeys, { number, numberEnd, note = '' }: CallQuery): string[][] {
  const groups: string[][] = [];
  const keyOf = ([attribute, value]: [string, string]): string => keys.posting(attribute, value);
  if (number !== undefined) groups.push([keys.posting('number', sharedList(number))]);
  if (numberEnd !== undefined) groups.push(endLists(numberEnd).map(keyOf));
  for (const part of note.split(/\s+/).flatMap(trigramsOf)) groups.push([keys.posting('part', part)]);
  return groups;
}

/** What to go by; undefined: the query asks for nothing that is listed. */
export async function chooseList(
  redis: RedisLink,
  keys: RedisKeys,
  query: CallQuery,
): Promise<ListedCalls | undefined> {
  const groups = groupsOf(keys, query);
  if (groups.length === 0) return undefined;
  const counting = redis.pipeline();
  for (const key of groups.flat()) counting.zcard(key);
  const counts = ((await answersOf(counting.exec())) as number[]).values();
  const sums = groups.map((group) => group.reduce((sum) => sum + (counts.next().value ?? 0), 0));
  const least = Math.min(...sums);
  const lists = groups[sums.indexOf(least)] ?? [];
  return least > SHORT ? new LongLists(redis, lists) : new ShortLists(await membersOf(redis, lists));
}

async function membersOf(redis: RedisLink, lists: readonly string[]): Promise<number[]> {
  const reading = redis.pipeline();
  for (const list of lists) reading.zrange(list, 0, -1);
  return ((await answersOf(reading.exec())) as string[][]).flat().map(Number);
}

class ShortLists implements ListedCalls {
  readonly #bySegment = new Map<number, number[]>();

  constructor(members: readonly number[]) {
    for (const n of members) {
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

class LongLists implements ListedCalls {
  readonly #redis: RedisLink;
  readonly #lists: readonly string[];

  constructor(redis: RedisLink, lists: readonly string[]) {
    this.#redis = redis;
    this.#lists = lists;
  }

  mayHave(): boolean {
    return true;
  }

  async places(segments: readonly number[]): Promise<number[][]> {
    const reading = this.#redis.pipeline();
    for (const segment of segments) {
      const [least, most] = [segment * SEGMENT, (segment + 1) * SEGMENT - 1];
      for (const list of this.#lists) reading.zrangebyscore(list, least, most);
    }
    const found = (await answersOf(reading.exec())) as string[][];
    const each = this.#lists.length;
    return segments.map((_, i) =>
      found
        .slice(i * each, (i + 1) * each)
        .flat()
        .map((n) => placeOf(Number(n))),
    );
  }
}
