/**
 * Answers a query from the index. Segments are walked from the newest: the bits of everything that is asked for, and the
 * lists of the words of a note, leave over which calls can match; only those are looked at one by one, no more of them than
 * a page needs. A call is sure of its place on the page when no segment that is still to be walked can have a newer one.
 */
import type { CallId } from '../base/brands.js';
import { answersOf } from './redis-link.js';
import type { RedisLink } from './redis-link.js';
import { compareTime } from './catalogue.js';
import { isSet, setPlaces } from './index-bits.js';
import { blockOfSegment, endBits, numberBits, parseEntry, placeInBlock, SEGMENT, START_BYTES } from './index-entry.js';
import { chooseList } from './index-lists.js';
import type { ListedCalls } from './index-lists.js';
import { readSpans } from './index-writer.js';
import type { RecordStore } from './record-store.js';
import type { RedisKeys } from './redis-keys.js';
import { cursorOf, hasNote, matches, readQuery } from './search.js';
import type { CallPage, CallQuery, ReadQuery } from './search.js';

export interface IndexSearchParts {
  readonly redis: RedisLink;
  readonly keys: RedisKeys;
  readonly store: RecordStore;
}

interface Found {
  readonly id: CallId;
  readonly startedAt: number;
}

/** A segment, and the places of its calls that can match. */
interface Candidates {
  readonly segment: number;
  readonly places: readonly number[];
}

/** Segments that are walked at once: 1, 4, 16, and then so many. */
const WIDEST = 64;
/** Of more candidates in a segment than that, the times of their beginnings are asked first, and the newest looked at. */
const CROWDED = 64;

class Search {
  readonly #parts: Pick<IndexSearchParts, 'redis' | 'keys'>;
  readonly #query: CallQuery;
  readonly #read: ReadQuery;
  /** Attributes and values that a call must have all. */
  readonly #bits: readonly [string, string][];
  /** Of each block that was asked for, the calls that have them; null where there is none. */
  readonly #blocks = new Map<number, Buffer | null>();

  constructor(parts: Pick<IndexSearchParts, 'redis' | 'keys'>, query: CallQuery) {
    this.#parts = parts;
    this.#query = query;
    this.#read = readQuery(query);
    this.#bits = bitsAsked(query);
  }

  async run(): Promise<{ found: Found[]; more: boolean }> {
    const { redis, keys } = this.#parts;
    const { limit, from, before } = this.#read;
    const [spans, listed] = await Promise.all([readSpans(redis, keys), chooseList(redis, keys, this.#query)]);
    const segments = [...spans]
      .filter(
        ([segment, { first, last }]) => last >= from && first <= before.startedAt && listed?.mayHave(segment) !== false,
      )
      .sort(([, a], [, b]) => b.last - a.last);
    const found: Found[] = [];
    const sure = (next: number): number => {
      const bound = segments[next]?.[1].last ?? Number.NEGATIVE_INFINITY;
      return found.filter(({ startedAt }) => startedAt > bound).length;
    };
    for (let next = 0, width = 1; next < segments.length; width = Math.min(4 * width, WIDEST)) {
      const window = segments.slice(next, next + width).map(([segment]) => segment);
      for (const [some, candidates] of helpings(await this.#candidates(window, listed), limit)) {
        found.push(...(await this.#look(candidates)));
        found.sort((a, b) => compareTime(b, a));
        next += some;
        if (sure(next) > limit) return { found: found.slice(0, limit), more: true };
      }
    }
    return { found: found.slice(0, limit), more: found.length > limit };
  }

  /** The calls of each segment that lists and bits leave over. */
  async #candidates(segments: readonly number[], listed: ListedCalls | undefined): Promise<Candidates[]> {
    const [inLists] = await Promise.all([listed?.places(segments), this.#readBlocks(segments)]);
    return segments.map((segment, i): Candidates => {
      const block = this.#blocks.get(blockOfSegment(segment));
      const first = placeInBlock(segment * SEGMENT) / 8;
      const bits = block?.subarray(first, first + SEGMENT / 8);
      if (!bits) return { segment, places: [] };
      return { segment, places: inLists?.[i]?.filter((place) => isSet(bits, place)) ?? setPlaces(bits) };
    });
  }

  /**
   * Those blocks of the segments that were not asked for yet. Redis makes the `and`: to fetch every string would be a megabyte and
   * more, and some searches later the collection of a heap with a million calls in it.
   */
  async #readBlocks(segments: readonly number[]): Promise<void> {
    const blocks = [...new Set(segments.map(blockOfSegment))].filter((block) => !this.#blocks.has(block));
    if (blocks.length === 0) return;
    const { redis, keys } = this.#parts;
    const reading = redis.pipeline();
    for (const block of blocks) {
      reading.bitop('AND', keys.scratch, ...this.#bits.map(([attribute, value]) => keys.bits(block, attribute, value)));
      reading.getBuffer(keys.scratch);
      reading.del(keys.scratch);
    }
    const answers = await answersOf(reading.exec());
    for (const [i, block] of blocks.entries()) this.#blocks.set(block, answers[3 * i + 1] as Buffer | null);
  }

  /** Those of the candidates that match in all; of a crowded segment the newest, one more than a page at the least. */
  async #look(candidates: readonly Candidates[]): Promise<Found[]> {
    const { redis, keys } = this.#parts;
    const few = candidates.filter(({ places }) => places.length > 0 && places.length <= CROWDED);
    const crowded = candidates.filter(({ places }) => places.length > CROWDED);
    const reading = redis.pipeline();
    for (const { segment, places } of few) reading.hmget(keys.entries(segment), ...places.map(String));
    const answers = (reading.length > 0 ? await answersOf(reading.exec()) : []) as (string | null)[][];
    const found = answers.flatMap((texts) => this.#matching(texts));
    for (const one of crowded) found.push(...(await this.#lookAtNewest(one)));
    return found;
  }

  async #lookAtNewest({ segment, places }: Candidates): Promise<Found[]> {
    const { redis, keys } = this.#parts;
    const { limit, from, before } = this.#read;
    const starts = await redis.getBuffer(keys.starts(segment));
    // The higher its place, the later a call began, with few exceptions.
    const newest = places
      .toReversed()
      .map((place) => ({ place, startedAt: startOf(starts, place) }))
      .filter(({ startedAt }) => startedAt >= from && startedAt <= before.startedAt)
      .sort((a, b) => b.startedAt - a.startedAt);
    const found: Found[] = [];
    for (let at = 0, batch = Math.max(CROWDED, limit + 1); at < newest.length; at += batch, batch *= 2) {
      if (found.length > limit && newest[at]?.startedAt !== newest[at - 1]?.startedAt) break;
      const some = newest.slice(at, at + batch).map(({ place }) => String(place));
      found.push(...this.#matching(await redis.hmget(keys.entries(segment), ...some)));
    }
    return found;
  }

  #matching(texts: readonly (string | null)[]): Found[] {
    const { from, before } = this.#read;
    return texts.flatMap((text): Found[] => {
      const entry = parseEntry(text);
      if (!entry || entry.startedAt < from || compareTime(entry, before) >= 0) return [];
      const facts = { ...entry, noted: entry.note !== '' };
      if (!matches(facts, this.#query) || !hasNote(entry.note, this.#query)) return [];
      return [{ id: entry.id, startedAt: entry.startedAt }];
    });
  }
}

/** So many segments at a time, that those together have one candidate more than a page holds. */
function* helpings(all: readonly Candidates[], limit: number): Generator<[segments: number, Candidates[]]> {
  let helping: Candidates[] = [];
  let count = 0;
  for (const one of all) {
    helping.push(one);
    count += one.places.length;
    if (count <= limit) continue;
    yield [helping.length, helping];
    helping = [];
    count = 0;
  }
  if (helping.length > 0) yield [helping.length, helping];
}

function bitsAsked(query: CallQuery): [attribute: string, value: string][] {
  const { direction, trunk, phase, extension, unit, held, note, number, numberEnd } = query;
  const asked = { direction, trunk, phase, extension, unit };
  const values = Object.entries(asked).filter((pair): pair is [string, string] => pair[1] !== undefined);
  if (held === true) values.push(['held', '']);
  if (note !== undefined && note.trim() !== '') values.push(['noted', '']);
  if (number !== undefined) values.push(...numberBits(number));
  if (numberEnd !== undefined) values.push(...endBits(numberEnd));
  return values.length > 0 ? values : [['all', '']];
}

const startOf = (starts: Buffer | null, place: number): number =>
  starts && starts.length >= (place + 1) * START_BYTES ? starts.readUIntBE(place * START_BYTES, START_BYTES) : 0;

/** The calls of a page, and whether there are more. Rejects when Redis does not answer. */
export const findInIndex = (
  parts: Pick<IndexSearchParts, 'redis' | 'keys'>,
  query: CallQuery,
): Promise<{ found: readonly Found[]; more: boolean }> => new Search(parts, query).run();

/** Rejects when Redis does not answer. */
export async function searchIndex(parts: IndexSearchParts, query: CallQuery): Promise<CallPage> {
  const { found, more } = await findInIndex(parts, query);
  const calls = await parts.store.readMany(found.map(({ id }) => id));
  const last = found.at(-1);
  return { calls, ...(more && last ? { next: cursorOf(last) } : {}), answeredBy: 'index' };
}
