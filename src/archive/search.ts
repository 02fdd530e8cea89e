/** Questions to the archive and their answers, and how they are answered from memory. */
import { setImmediate as immediate } from 'node:timers/promises';
import { HalinaError } from '../base/errors.js';
import type { CallEntry } from '../entry/call-entry.js';
import type { Item, TimeKey } from './catalogue.js';
import { folded } from './index-entry.js';
import type { CallRecord, Phase } from './lifecycle.js';
import type { RecordStore } from './record-store.js';

/** All that is given must hold. */
export interface CallQuery {
  /** The outside party: E.164, or as signalled where it could not be understood. */
  readonly number?: string;
  /** The last digits of that number, three or more. */
  readonly numberEnd?: string;
  /** Of somebody who talked in it. */
  readonly extension?: string;
  /** A unit of the office that talked in it. */
  readonly unit?: string;
  readonly trunk?: string;
  readonly direction?: CallEntry['direction'];
  readonly phase?: Phase;
  /** `true`: only what something holds. */
  readonly held?: true;
  /** Each word of it must be part of the call's note; case does not matter. */
  readonly note?: string;
  /** Began at this time or later, Unix milliseconds. */
  readonly from?: number;
  /** Began before this time, Unix milliseconds. */
  readonly to?: number;
  /** Calls a page, 1 to 500; 50 where it is not given. */
  readonly limit?: number;
  /** From the page before. */
  readonly cursor?: string;
}

export type FoundCall = CallRecord;

/** The newest first. */
export interface CallPage {
  readonly calls: readonly FoundCall[];
  /** Asks for the next page; absent on the last one. */
  readonly next?: string;
  /** What answered: Redis, or, as long as that is away or behind, the journal's own memory. */
  readonly answeredBy: 'index' | 'journal';
}

const DEFAULT_LIMIT = 50;
const GREATEST_LIMIT = 500;
const LEAST_END = 3;

/** What a query asks for, read strictly. */
export interface ReadQuery {
  readonly limit: number;
  readonly from: number;
  /** Calls before this one in the order of time. */
  readonly before: TimeKey;
}

export const cursorOf = ({ startedAt, id }: TimeKey): string => `${startedAt}-${id}`;

/** Throws `SEARCH_INVALID`. */
export function readQuery(query: CallQuery): ReadQuery {
  const limit = query.limit ?? DEFAULT_LIMIT;
  if (!Number.isInteger(limit) || limit < 1 || limit > GREATEST_LIMIT) {
    throw new HalinaError('SEARCH_INVALID', `a page holds 1 to ${GREATEST_LIMIT} calls, not ${limit}`);
  }
  if (query.numberEnd !== undefined && query.numberEnd.length < LEAST_END) {
    const hint = `write at least ${LEAST_END} digits`;
    throw new HalinaError('SEARCH_INVALID', `'${query.numberEnd}' is too little of a number`, { hint });
  }
  // An id is never empty, so this stands before every call that began at `to`.
  let before: TimeKey = { startedAt: query.to ?? Number.MAX_SAFE_INTEGER, id: '' };
  if (query.cursor !== undefined) {
    const match = /^(\d{1,16})-([0-9A-Z]{26})$/.exec(query.cursor);
    if (!match) throw new HalinaError('SEARCH_INVALID', 'this is no cursor of a page', { hint: 'search anew' });
    before = { startedAt: Number(match[1]), id: match[2] ?? '' };
  }
  return { limit, from: query.from ?? 0, before };
}

export function hasNumber(number: string | undefined, query: CallQuery): boolean {
  if (query.number !== undefined && number !== query.number) return false;
  return query.numberEnd === undefined || (number?.endsWith(query.numberEnd) ?? false);
}

export function hasNote(note: string, query: CallQuery): boolean {
  if (query.note === undefined) return true;
  const text = folded(note);
  return folded(query.note)
    .split(/\s+/)
    .every((part) => text.includes(part));
}

/** What a call is found by, but for its time and the words of its note. */
export interface Findable {
  readonly number: string | undefined;
  readonly extensions: readonly string[];
  readonly units: readonly string[];
  readonly trunk: string;
  readonly direction: string;
  readonly phase: Phase;
  readonly held: boolean;
  readonly noted: boolean;
}

/** Whether all but the time and the note's words holds. */
export function matches(call: Findable, query: CallQuery): boolean {
  return (
    hasNumber(call.number, query) &&
    (query.extension === undefined || call.extensions.includes(query.extension)) &&
    (query.unit === undefined || call.units.includes(query.unit)) &&
    (query.trunk === undefined || call.trunk === query.trunk) &&
    (query.direction === undefined || call.direction === query.direction) &&
    (query.phase === undefined || call.phase === query.phase) &&
    (query.held === undefined || call.held) &&
    (query.note === undefined || query.note.trim() === '' || call.noted)
  );
}

/** Calls looked at before others get their turn: a search through a million must not hold up the calls. */
const SLICE = 20_000;

/** Up to `count` items that match, newest first. */
async function matching(store: RecordStore, query: CallQuery, count: number): Promise<Item[]> {
  const { from, before } = readQuery(query);
  const found: Item[] = [];
  let reached = before;
  for (let looked = SLICE; looked === SLICE;) {
    looked = 0;
    for (const item of store.catalogue.newestFirst(reached, from)) {
      reached = { startedAt: item.startedAt, id: item.id };
      if (matches(item, query) && (await isNoted(store, item, query)) && found.push(item) === count) return found;
      looked += 1;
      if (looked === SLICE) break;
    }
    if (looked === SLICE) await immediate();
  }
  return found;
}

async function isNoted(store: RecordStore, item: Item, query: CallQuery): Promise<boolean> {
  if (query.note === undefined || query.note.trim() === '') return true;
  return hasNote((await store.read(item.id))?.note?.text ?? '', query);
}

/** Answers from the catalogue, reading only the records of the page. */
export async function searchJournal(store: RecordStore, query: CallQuery): Promise<CallPage> {
  const { limit } = readQuery(query);
  const items = await matching(store, query, limit + 1);
  const page = items.slice(0, limit);
  const last = page.at(-1);
  const calls: FoundCall[] = await store.readMany(page.map(({ id }) => id));
  const next = items.length > limit && last ? { next: cursorOf(last) } : {};
  return { calls, ...next, answeredBy: 'journal' };
}
