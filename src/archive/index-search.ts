/**
 * Answers a query from the index. Segments are walked from the newest: the bits of everything that is asked for, and the
 * lists of the words of a note, leave over which calls can match; only those are looked at one by one, no more of them than
 * a page needs. A call is sure of its place on the page when no segment that is still to be walked can have a newer one.
 */
import type { CallId } from '../base/brands.js';
import { answersOf } from './redis-link.js';
import type { RedisLink } from './redis-link.js';
import { compareTime } from './catalogue.js';
import { andOfBlocks } from './index-and.js';
import { isSet, setPlaces } from './index-bits.js';
import { blockOfSegment, endBits, numberBits, parseEntry, placeInBlock, SEGMENT, START_BYTES } from './index-entry.js';
import { chooseList } from './index-lists.js';
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

/** Segments of which a list is read at once. */
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
    for (let next = 0, wanted = limit + 1; next < segments.length; wanted *= 4) {
      const known = await this.#readBits(
        segments.slice(next).map(([segment]) => segment),
        wanted,
      );
      const window = listed ? known.slice(0, WIDEST) : known;
      const candidates = this.#candidates(window, await listed?.places(window));
      for (const helping of helpings(candidates, limit)) {
        found.push(...(await this.#look(helping)));
        found.sort((a, b) => compareTime(b, a));
        next += helping.length;
        if (sure(next) > limit) return { found: found.slice(0, limit), more: true };
      }
    }
    return { found: found.slice(0, limit), more: found.length > limit };
  }

  /** Of the segments the first ones, whose bits are known by now: those of `wanted` calls, or one at the least. */
  async #readBits(segments: readonly number[], wanted: number): Promise<readonly number[]> {
    const isKnown = (segment: number): boolean => this.#blocks.has(blockOfSegment(segment));
    if (!segments.slice(0, 1).every(isKnown)) {
      const blocks = new Set(segments.filter((segment) => !isKnown(segment)).map(blockOfSegment));
      const read = await andOfBlocks(this.#parts, this.#bits, [...blocks], wanted);
      for (const [block, bits] of read) this.#blocks.set(block, bits);
    }
    const end = segments.findIndex((segment) => !isKnown(segment));
    return end < 0 ? segments : segments.slice(0, end);
  }

  /** The calls of each segment that lists and bits leave over. */
  *#candidates(segments: readonly number[], inLists: readonly number[][] | undefined): Generator<Candidates> {
    for (const [i, segment] of segments.entries()) {
      const block = this.#blocks.get(blockOfSegment(segment));
      const first = placeInBlock(segment * SEGMENT) / 8;
      const bits = block?.subarray(first, first + SEGMENT / 8);
      if (!bits) yield { segment, places: [] };
      else yield { segment, places: inLists?.[i]?.filter((place) => isSet(bits, place)) ?? setPlaces(bits) };
    }
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
function* helpings(all: Iterable<Candidates>, limit: number): Generator<Candidates[]> {
  let helping: Candidates[] = [];
  let count = 0;
  for (const one of all) {
    helping.push(one);
    count += one.places.length;
    if (count <= limit) continue;
    yield helping;
    helping = [];
    count = 0;
  }
  if (helping.length > 0) yield helping;
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
