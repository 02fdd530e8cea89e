/**
 * Answers a query from the index. Segments are walked from the newest: the bits of everything that is asked for are
 * anded, lists (ends of numbers, parts of notes) narrow that further, and only what is left is looked at call by call.
 * A call is sure of its place on the page when no segment that is still to be walked can have a newer one.
 */
import type { CallId } from '../base/brands.js';
import { answersOf } from './redis-link.js';
import type { RedisLink } from './redis-link.js';
import { compareTime } from './catalogue.js';
import { BEFORE_END, endOf, parseEntry, SEGMENT, START_BYTES, trigramsOf } from './index-entry.js';
import { readSpans } from './index-writer.js';
import type { Span } from './index-writer.js';
import type { RecordStore } from './record-store.js';
import type { RedisKeys } from './redis-keys.js';
import { cursorOf, hasNote, hasNumber, readQuery } from './search.js';
import type { CallPage, CallQuery, FoundCall, ReadQuery } from './search.js';

export interface IndexSearchParts {
  readonly redis: RedisLink;
  readonly keys: RedisKeys;
  readonly store: RecordStore;
}

interface Candidate {
  readonly place: number;
  readonly startedAt: number;
}

interface Found {
  readonly id: CallId;
  readonly startedAt: number;
}

/** Of as many calls of a segment as this the beginnings are read one by one, else all at once. */
const FEW = 24;
const WIDEST = 32;
/** Looked at at a time where each must be looked at. */
const BATCH = 64;

class Search {
  readonly #parts: Pick<IndexSearchParts, 'redis' | 'keys'>;
  readonly #query: CallQuery;
  readonly #read: ReadQuery;
  /** Attributes and values that a call must have all. */
  readonly #bits: readonly [string, string][];
  /** Of each of these, a call must be in one list. */
  #lists: readonly (readonly string[])[] = [];

  constructor(parts: Pick<IndexSearchParts, 'redis' | 'keys'>, query: CallQuery) {
    this.#parts = parts;
    this.#query = query;
    this.#read = readQuery(query);
    this.#bits = bitsAsked(query);
  }

  async run(): Promise<{ found: Found[]; more: boolean }> {
    const { redis, keys } = this.#parts;
    const { limit, from, before } = this.#read;
    const [spans] = await Promise.all([readSpans(redis, keys), this.#chooseLists()]);
    const segments = [...spans]
      .filter(([, { first, last }]) => last >= from && first <= before.startedAt)
      .sort(([, a], [, b]) => b.last - a.last);
    const found: Found[] = [];
    for (let next = 0, width = 1; ; width = Math.min(2 * width, WIDEST)) {
      const bound = segments[next]?.[1].last ?? Number.NEGATIVE_INFINITY;
      const sure = found.filter(({ startedAt }) => startedAt > bound).length;
      if (sure > limit || next >= segments.length) {
        return { found: found.slice(0, Math.min(sure, limit)), more: sure > limit };
      }
      found.push(...(await this.#walk(segments.slice(next, next + width))));
      found.sort((a, b) => compareTime(b, a));
      next += width;
    }
  }

  /** Of the parts of a note that are asked for, the three characters of each that the fewest notes have. */
  async #chooseLists(): Promise<void> {
    const { redis, keys } = this.#parts;
    const { note = '' } = this.#query;
    const parts = trigramsOfParts(note);
    const lists: string[][] = numberLists(this.#query).map((group) => group.map((end) => keys.posting('end', end)));
    if (parts.length > 0) {
      const counting = redis.pipeline();
      for (const part of parts) counting.zcard(keys.posting('part', part));
      const counts = (await answersOf(counting.exec())) as number[];
      const rarest = parts[counts.indexOf(Math.min(...counts))] ?? '';
      lists.push([keys.posting('part', rarest)]);
    }
    this.#lists = lists;
  }

  async #walk(segments: readonly (readonly [number, Span])[]): Promise<Found[]> {
    const numbers = segments.map(([segment]) => segment);
    const places = await this.#places(numbers);
    const candidates = await this.#begun(numbers, places);
    const found = await Promise.all(numbers.map((segment, i) => this.#look(segment, candidates[i] ?? [])));
    return found.flat();
  }

  /** The calls of each segment that bits and lists leave over. */
  async #places(segments: readonly number[]): Promise<number[][]> {
    const { redis, keys } = this.#parts;
    const reading = redis.pipeline();
    for (const segment of segments) {
      for (const [attribute, value] of this.#bits) reading.getBuffer(keys.bits(segment, attribute, value));
      const [least, most] = [segment * SEGMENT, (segment + 1) * SEGMENT - 1];
      for (const list of this.#lists.flat()) reading.zrangebyscore(list, least, most);
    }
    const answers = await answersOf(reading.exec());
    const each = answers.length / Math.max(1, segments.length);
    return segments.map((segment, i) => {
      const bits = answers.slice(i * each, i * each + this.#bits.length) as (Buffer | null)[];
      const lists = answers.slice(i * each + this.#bits.length, (i + 1) * each) as string[][];
      const both = and(bits);
      if (!both) return [];
      if (this.#lists.length === 0) return setPlaces(both);
      return this.#listed(lists, segment).filter((place) => isSet(both, place));
    });
  }

  /** Places that stand in one list of each group. `found`: what stands in the lists, in their order. */
  #listed(found: readonly string[][], segment: number): number[] {
    let at = 0;
    let left: Set<number> | undefined;
    for (const group of this.#lists) {
      const members = found.slice(at, (at += group.length)).flat();
      const places = new Set(members.map((n) => Number(n) - segment * SEGMENT));
      left = left ? new Set([...left].filter((place) => places.has(place))) : places;
    }
    return [...(left ?? [])];
  }

  /** The candidates of each segment within the time that is asked for, the newest first. */
  async #begun(segments: readonly number[], places: readonly number[][]): Promise<Candidate[][]> {
    const { redis, keys } = this.#parts;
    const { from, before } = this.#read;
    const reading = redis.pipeline();
    segments.forEach((segment, i) => {
      const here = places[i] ?? [];
      if (here.length > FEW) reading.getBuffer(keys.starts(segment));
      else
        for (const place of here) {
          reading.getrangeBuffer(keys.starts(segment), place * START_BYTES, (place + 1) * START_BYTES - 1);
        }
    });
    const answers = (await answersOf(reading.exec())) as Buffer[];
    let at = 0;
    return segments.map((_, i) => {
      const here = places[i] ?? [];
      const starts = here.length > FEW ? startsOf(answers[at++], here) : here.map(() => startOf(answers[at++], 0));
      return here
        .map((place, j): Candidate => ({ place, startedAt: starts[j] ?? 0 }))
        .filter(({ startedAt }) => startedAt >= from && startedAt <= before.startedAt)
        .sort((a, b) => b.startedAt - a.startedAt);
    });
  }

  /** The newest of a segment's candidates that match in all; one more than a page, and all of one instant. */
  async #look(segment: number, candidates: readonly Candidate[]): Promise<Found[]> {
    const { redis, keys } = this.#parts;
    const { limit, before } = this.#read;
    const found: Found[] = [];
    const batch = Math.max(BATCH, limit + 1);
    for (let at = 0; at < candidates.length; at += batch) {
      const last = found.at(-1);
      if (found.length > limit && candidates[at]?.startedAt !== last?.startedAt) break;
      const some = candidates.slice(at, at + batch);
      const texts = await redis.hmget(keys.entries(segment), ...some.map(({ place }) => String(place)));
      for (const text of texts) {
        const entry = parseEntry(text);
        if (!entry || compareTime(entry, before) >= 0) continue;
        if (!hasNumber(entry.number, this.#query) || !hasNote(entry.note, this.#query)) continue;
        found.push({ id: entry.id, startedAt: entry.startedAt });
      }
    }
    return found;
  }
}

function bitsAsked({ direction, trunk, phase, extension, unit, held, note }: CallQuery): [string, string][] {
  const asked = { direction, trunk, phase, extension, unit };
  const values = Object.entries(asked).filter((pair): pair is [string, string] => pair[1] !== undefined);
  if (held === true) values.push(['held', '']);
  if (note !== undefined && note.trim() !== '') values.push(['noted', '']);
  return values.length > 0 ? values : [['all', '']];
}

/** Of each condition on the number, the ends of which a call's number must have one. */
function numberLists({ number, numberEnd }: CallQuery): string[][] {
  const lists: string[][] = [];
  if (number !== undefined) lists.push([endOf(number)]);
  if (numberEnd === undefined) return lists;
  if (numberEnd.length > 3) lists.push([endOf(numberEnd)]);
  else lists.push([numberEnd, ...BEFORE_END.map((before) => before + numberEnd)]);
  return lists;
}

const trigramsOfParts = (note: string): string[] => note.split(/\s+/).flatMap(trigramsOf);

/** Bits that are set in all; undefined if none can be. */
function and(bits: readonly (Buffer | null)[]): Buffer | undefined {
  const all = bits.filter((one) => one !== null);
  const [first] = all;
  if (!first || all.length < bits.length) return undefined;
  const both = Buffer.from(first.subarray(0, Math.min(...all.map(({ length }) => length))));
  for (const one of all.slice(1)) for (let i = 0; i < both.length; i++) both[i] = (both[i] ?? 0) & (one[i] ?? 0);
  return both;
}

/** Redis counts bits from the highest of the first byte. */
const isSet = (bits: Buffer, place: number): boolean => (((bits[place >> 3] ?? 0) >> (7 - (place & 7))) & 1) === 1;

function setPlaces(bits: Buffer): number[] {
  const places: number[] = [];
  for (let byte = 0; byte < bits.length; byte++) {
    if (bits[byte] === 0) continue;
    for (let place = byte << 3; place < (byte + 1) << 3; place++) if (isSet(bits, place)) places.push(place);
  }
  return places;
}

const startOf = (starts: Buffer | undefined, place: number): number =>
  starts && starts.length >= (place + 1) * START_BYTES ? starts.readUIntBE(place * START_BYTES, START_BYTES) : 0;

const startsOf = (starts: Buffer | undefined, places: readonly number[]): number[] =>
  places.map((place) => startOf(starts, place));

/** The calls of a page, and whether there are more. Rejects when Redis does not answer. */
export const findInIndex = (
  parts: Pick<IndexSearchParts, 'redis' | 'keys'>,
  query: CallQuery,
): Promise<{ found: readonly Found[]; more: boolean }> => new Search(parts, query).run();

/** Rejects when Redis does not answer. */
export async function searchIndex(parts: IndexSearchParts, query: CallQuery): Promise<CallPage> {
  const { found, more } = await findInIndex(parts, query);
  const records = await Promise.all(found.map(({ id }) => parts.store.read(id)));
  const calls = records.flatMap((record): FoundCall[] => (record ? [record] : []));
  const last = found.at(-1);
  return { calls, ...(more && last ? { next: cursorOf(last) } : {}), answeredBy: 'index' };
}
