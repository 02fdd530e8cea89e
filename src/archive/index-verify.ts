/** Compares the index in Redis with the journal: every call there as it is, in its lists, and no other. */
import type { Redis } from 'ioredis';
import type { CallId } from '../base/brands.js';
import { errorMessage } from '../base/errors.js';
import type { Item } from './catalogue.js';
import { answersOf } from './redis-link.js';
import { listsOf } from './redis-keys.js';
import type { RedisKeys } from './redis-keys.js';
import type { RecordStore } from './record-store.js';
import type { Difference } from './verify.js';

export interface IndexVerifyParts {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly store: RecordStore;
  /** Waits until what changed meanwhile is written. */
  readonly caughtUp: () => Promise<void>;
}

const BATCH = 500;
const TODO = 'run halina reindex';

/** What is wrong with each of the calls, or undefined. */
async function compare({ redis, keys }: IndexVerifyParts, items: readonly Item[]): Promise<(string | undefined)[]> {
  const wanted = items.map((item) => ({ seq: item.seq, lists: listsOf(item), startedAt: item.startedAt }));
  const reading = redis.pipeline();
  items.forEach((item, i) => {
    reading.hget(keys.call(item.id), 'seq').zscore(keys.calls, item.id);
    for (const [by, value] of wanted[i]?.lists ?? []) reading.zscore(keys.list(by, value), item.id);
  });
  const answers = await answersOf(reading.exec());
  let at = 0;
  return wanted.map(({ seq, lists, startedAt }) => {
    const [found, ...scores] = answers.slice(at, (at += 2 + lists.length));
    if (found === null) return 'the call is not in the index';
    if (Number(found) !== seq) return `the index has line ${Number(found)} of it, the journal ${seq}`;
    return scores.some((score) => Number(score) !== startedAt) ? 'the call is not in all of its lists' : undefined;
  });
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
      if (what !== undefined && !item.forgotten) yield { kind: 'index-missing', id: item.id, what, todo: TODO };
    }
  }
}

async function* unknown({ redis, keys, store }: IndexVerifyParts): AsyncGenerator<Difference> {
  const ids = new Set<string>();
  let cursor = '0';
  do {
    const [next, found] = await redis.zscan(keys.calls, cursor, 'COUNT', BATCH);
    for (let i = 0; i < found.length; i += 2) ids.add(found[i] ?? '');
    cursor = next;
  } while (cursor !== '0');
  for (const id of ids) {
    if (store.catalogue.get(id as CallId)) continue;
    if ((await redis.zscore(keys.calls, id)) === null) continue;
    yield {
      kind: 'index-unknown',
      id: id as CallId,
      what: 'the index has a call that the journal has not',
      todo: TODO,
    };
  }
}
