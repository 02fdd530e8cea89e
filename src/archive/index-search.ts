/** Answers a query from the index: walks the shortest of the lists that it names, and looks at the rest call by call. */
import type { Redis } from 'ioredis';
import type { CallEntry } from '../entry/call-entry.js';
import { compareTime } from './catalogue.js';
import type { TimeKey } from './catalogue.js';
import type { Phase } from './lifecycle.js';
import { answersOf } from './redis-link.js';
import { listsOf } from './redis-keys.js';
import type { RedisKeys } from './redis-keys.js';
import { cursorOf, matches, readQuery } from './search.js';
import type { CallPage, CallQuery, FoundCall } from './search.js';

/** What of a call's hash a query looks at. */
const LOOKED_AT = ['number', 'extension', 'trunk', 'direction', 'phase'] as const;

/** The list with the fewest calls in the time that is asked for. */
async function shortestList(redis: Redis, keys: RedisKeys, query: CallQuery): Promise<string> {
  const lists = listsOf(query).map(([by, value]) => keys.list(by, value));
  if (lists.length < 2) return lists[0] ?? keys.calls;
  const counting = redis.pipeline();
  for (const list of lists)
    counting.zcount(list, query.from ?? '-inf', query.to === undefined ? '+inf' : `(${query.to}`);
  const counts = (await answersOf(counting.exec())) as number[];
  const least = counts.indexOf(Math.min(...counts));
  return lists[least] ?? keys.calls;
}

async function fields(redis: Redis, keys: RedisKeys, ids: readonly TimeKey[], query: CallQuery): Promise<TimeKey[]> {
  const named = LOOKED_AT.filter((field) => query[field] !== undefined);
  if (named.length === 0 || ids.length === 0) return [...ids];
  const reading = redis.pipeline();
  for (const { id } of ids) reading.hmget(keys.call(id), ...LOOKED_AT);
  const answers = (await answersOf(reading.exec())) as (string | null)[][];
  return ids.filter((_, i) => {
    const [number, extension, trunk, direction, phase] = (answers[i] ?? []).map((value) => value ?? undefined);
    const call = { number, extension, trunk: trunk ?? '', direction: direction as CallEntry['direction'] };
    return matches({ ...call, phase: phase as Phase }, query);
  });
}

/** Rejects when Redis does not answer. */
export async function searchIndex(redis: Redis, keys: RedisKeys, query: CallQuery): Promise<CallPage> {
  const { limit, from, before } = readQuery(query);
  const list = await shortestList(redis, keys, query);
  const chunk = Math.max(100, 2 * limit);
  const found: TimeKey[] = [];
  for (let offset = 0; found.length <= limit; offset += chunk) {
    const range = await redis.zrevrangebyscore(list, before.startedAt, from, 'WITHSCORES', 'LIMIT', offset, chunk);
    const keysOfTime: TimeKey[] = [];
    for (let i = 0; i < range.length; i += 2) keysOfTime.push({ id: range[i] ?? '', startedAt: Number(range[i + 1]) });
    const earlier = keysOfTime.filter((key) => compareTime(key, before) < 0);
    found.push(...(await fields(redis, keys, earlier, query)));
    if (keysOfTime.length < chunk) break;
  }
  const page = found.slice(0, limit);
  const reading = redis.pipeline();
  for (const { id } of page) reading.hget(keys.call(id), 'record');
  const records = (await answersOf(reading.exec())) as (string | null)[];
  const calls = records.flatMap((text): FoundCall[] => (text === null ? [] : [JSON.parse(text) as FoundCall]));
  const last = page.at(-1);
  return { calls, ...(found.length > limit && last ? { next: cursorOf(last) } : {}), answeredBy: 'index' };
}
