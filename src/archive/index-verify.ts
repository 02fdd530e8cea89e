/** Compares the index in Redis with the journal: every call there as it is, wherever it is found by, and no other. */
import { errorMessage } from '../base/errors.js';
import type { Item } from './catalogue.js';
import {
  bitsOf,
  blockOf,
  entryOf,
  parseEntry,
  placeInBlock,
  placeOf,
  postingsOf,
  segmentOf,
  START_BYTES,
} from './index-entry.js';
import type { IndexEntry } from './index-entry.js';
import { readSpans } from './index-writer.js';
import { answersOf } from './redis-link.js';
import type { RedisLink } from './redis-link.js';
import type { RedisKeys } from './redis-keys.js';
import type { RecordStore } from './record-store.js';
import type { Difference } from './verify.js';

export interface IndexVerifyParts {
  readonly redis: RedisLink;
  readonly keys: RedisKeys;
  readonly store: RecordStore;
  /** Waits until what changed meanwhile is written. */
  readonly caughtUp: () => Promise<void>;
}

const BATCH = 500;
const REMEDY = 'run halina reindex';

/** What is wrong with each of the calls, or undefined. */
async function compare(parts: IndexVerifyParts, items: readonly Item[]): Promise<(string | undefined)[]> {
  const { redis, keys, store } = parts;
  const reading = redis.pipeline();
  const asked = await Promise.all(items.map(async (item) => ({ n: item.n, entry: await wanted(store, item) })));
  for (const { n, entry } of asked) {
    const [segment, place] = [segmentOf(n), placeOf(n)];
    reading.hget(keys.entries(segment), String(place));
    reading.getrangeBuffer(keys.starts(segment), place * START_BYTES, (place + 1) * START_BYTES - 1);
    for (const [attribute, value] of bitsOf(entry)) {
      reading.getbit(keys.bits(blockOf(n), attribute, value), placeInBlock(n));
    }
    for (const [attribute, value] of postingsOf(entry)) reading.zscore(keys.posting(attribute, value), String(n));
  }
  const answers = await answersOf(reading.exec());
  let at = 0;
  return asked.map(({ entry }) => {
    const count = 2 + bitsOf(entry).length + postingsOf(entry).length;
    return wrong(entry, answers.slice(at, (at += count)));
  });
}

async function wanted(store: RecordStore, item: Item): Promise<IndexEntry> {
  const { seq } = item;
  return entryOf(item, seq, item.noted ? ((await store.read(item.id)) ?? {}) : {});
}

function wrong(entry: IndexEntry, [text, start, ...listed]: unknown[]): string | undefined {
  const found = parseEntry(text as string | null);
  if (!found) return 'the call is not in the index';
  if (found.id !== entry.id) return `the index has call ${found.id} in its place`;
  if (found.seq !== entry.seq) return `the index has line ${found.seq} of it, the journal ${entry.seq}`;
  const begun = start as Buffer;
  if (begun.length < START_BYTES || begun.readUIntBE(0, START_BYTES) !== entry.startedAt) {
    return 'the index has another time of its beginning';
  }
  return listed.some((one) => one === 0 || one === null) ? 'the call is not found by all that it has' : undefined;
}

export async function* verifyIndex(parts: IndexVerifyParts): AsyncGenerator<Difference> {
  try {
    yield* missing(parts);
    yield* unknown(parts);
  } catch (error) {
    const what = `Redis could not be asked: ${errorMessage(error)}`;
    yield { kind: 'index-away', what, todo: 'see that Redis runs; calls and recordings do not need it' };
  }
}

async function* missing(parts: IndexVerifyParts): AsyncGenerator<Difference> {
  const items = [...parts.store.catalogue.items()];
  for (let i = 0; i < items.length; i += BATCH) {
    const batch = items.slice(i, i + BATCH);
    const first = await compare(parts, batch);
    const doubtful = batch.filter((item, j) => first[j] !== undefined && !item.forgotten);
    if (doubtful.length === 0) continue;
    await parts.caughtUp(); // it may only just have changed
    const second = await compare(parts, doubtful);
    for (const [j, item] of doubtful.entries()) {
      const what = second[j];
      if (what !== undefined && !item.forgotten) yield { kind: 'index-missing', id: item.id, what, todo: REMEDY };
    }
  }
}

async function* unknown({ redis, keys, store, caughtUp }: IndexVerifyParts): AsyncGenerator<Difference> {
  for (const [segment] of await readSpans(redis, keys)) {
    for (const { id } of await strangersOf({ redis, keys, store }, segment)) {
      await caughtUp();
      const left = await strangersOf({ redis, keys, store }, segment);
      if (!left.some((one) => one.id === id)) continue;
      yield { kind: 'index-unknown', id, what: 'the index has a call that the journal has not', todo: REMEDY };
    }
  }
}

/** What a segment of the index has and the journal has not. */
export async function strangersOf(
  { redis, keys, store }: Omit<IndexVerifyParts, 'caughtUp'>,
  segment: number,
): Promise<(IndexEntry & { readonly place: number })[]> {
  const found = await redis.hgetall(keys.entries(segment));
  return Object.entries(found).flatMap(([place, text]) => {
    const entry = parseEntry(text);
    const item = entry && store.catalogue.get(entry.id);
    const isKnown = item && segmentOf(item.n) === segment && placeOf(item.n) === Number(place);
    return entry && !isKnown ? [{ ...entry, place: Number(place) }] : [];
  });
}
