/** Gathers from the catalogue what a forecast needs. */
import { setImmediate as immediate } from 'node:timers/promises';
import type { Budget } from './budget.js';
import type { Catalogue, Item, TimeKey } from './catalogue.js';
import { dayPath } from './folders.js';
import { forecast, weekdayOf } from './forecast.js';
import type { DayBytes, Forecast } from './forecast.js';
import type { StoragePolicy } from './ports.js';
import { RuleBook } from './rules.js';

const DAY_MS = 86_400_000;
/** The last weeks tell the pace. */
const WEEKS = 4;
const SLICE = 20_000;
const QUARTER_MS = 900_000;

/** The day of an instant in a zone, as a number. */
class Days {
  readonly #known = new Map<string, number>();

  of(at: number, zone: string): number {
    const key = `${Math.floor(at / QUARTER_MS)} ${zone}`;
    const known = this.#known.get(key) ?? Date.parse(`${dayPath(at, zone).replaceAll('/', '-')}T00:00:00Z`) / DAY_MS;
    this.#known.set(key, known);
    return known;
  }
}

export interface PaceParts {
  readonly catalogue: Catalogue;
  readonly budget: Budget;
  /** Milliseconds since 1970. */
  readonly now: number;
}

interface Counted {
  readonly zone: string;
  /** Of those that may be evicted one day. */
  readonly present: Map<number, number>;
  /** Of every recording of the last weeks, whether it is still there or not. */
  readonly talk: Map<number, number>;
  readonly bytesPerMs: number;
  readonly firstDay: number;
}

async function count({ catalogue, now }: PaceParts): Promise<Counted> {
  const days = new Days();
  const present = new Map<number, number>();
  const talk = new Map<number, number>();
  const [newest] = catalogue.newestFirst({ startedAt: now, id: '~' }, 0);
  const zone = newest?.zone ?? 'UTC';
  let [bytes, ms, firstDay] = [0, 0, days.of(now, zone)];
  const take = (item: Item): void => {
    const day = days.of(item.startedAt, item.zone);
    firstDay = Math.min(firstDay, day);
    if (item.phase === 'recorded') {
      bytes += item.bytes;
      ms += item.talkMs ?? 0;
    }
    if (item.evictable) present.set(day, (present.get(day) ?? 0) + item.bytes);
    const was = item.phase === 'recorded' || item.phase === 'evicted' || item.phase === 'erased';
    if (was && now - item.startedAt < (7 * WEEKS + 1) * DAY_MS)
      talk.set(day, (talk.get(day) ?? 0) + (item.talkMs ?? 0));
  };
  let reached: TimeKey = { startedAt: now, id: '~' };
  for (let looked = SLICE; looked === SLICE;) {
    looked = 0;
    for (const item of catalogue.newestFirst(reached, 0)) {
      reached = { startedAt: item.startedAt, id: item.id };
      take(item);
      looked += 1;
      if (looked === SLICE) break;
    }
    if (looked === SLICE) await immediate();
  }
  return { zone, present, talk, bytesPerMs: ms > 0 ? bytes / ms : 0, firstDay };
}

/** What each weekday brought on average; days before the archive began say nothing. */
function paceOf({ talk, bytesPerMs, firstDay }: Counted, today: number): number[] {
  const sums = Array.from({ length: 7 }, () => ({ bytes: 0, days: 0 }));
  const from = Math.max(firstDay, today - 7 * WEEKS);
  for (let day = from; day < today; day++) {
    const sum = sums[weekdayOf(day)];
    if (!sum) continue;
    sum.bytes += (talk.get(day) ?? 0) * bytesPerMs;
    sum.days += 1;
  }
  const known = sums.filter(({ days }) => days > 0);
  const average = known.reduce((sum, { bytes, days }) => sum + bytes / days, 0) / Math.max(1, known.length);
  // Of a weekday that the archive has not seen yet nothing is known but the others.
  return sums.map(({ bytes, days }) => (days > 0 ? bytes / days : average));
}

/** With the day on which it was made. */
export interface DatedForecast extends Forecast {
  readonly today: number;
}

/** The forecast under a policy. */
export async function forecastOf(parts: PaceParts, policy: StoragePolicy): Promise<DatedForecast> {
  const counted = await count(parts);
  const { quota } = policy;
  const today = new Days().of(parts.now, counted.zone);
  const present = [...counted.present].map(([day, bytes]): DayBytes => ({ day, bytes }));
  const evictable = present.reduce((sum, { bytes }) => sum + bytes, 0);
  const fixed = parts.budget.committed(quota) - evictable;
  // Calls in progress need their place again and again.
  const room = Math.max(0, quota - fixed - parts.budget.claimsToCome);
  const rules = new RuleBook(policy);
  const keepAtLeast = rules.promise.keepAtLeast / DAY_MS;
  const maxAge = policy.maxAge / DAY_MS;
  return { ...forecast({ today, present, pace: paceOf(counted, today), room, maxAge, keepAtLeast }), today };
}

/** `2026-03-03` */
export const dayName = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** For a person: `at this pace the archive reaches back 143 days; on 2026-03-03 it will reach the promised 90`. */
export function forecastText({ reachDays, promise, fullOn }: Forecast): string {
  const days = (count: number): string => `${Math.floor(count)} ${Math.floor(count) === 1 ? 'day' : 'days'}`;
  const reach = `at this pace the archive reaches back ${days(reachDays)}`;
  const full = fullOn === undefined ? '' : `; it is full on ${dayName(fullOn)}`;
  if (!promise) return reach + full;
  const on = dayName(promise.on ?? 0);
  switch (promise.state) {
    case 'kept':
      return `${reach}; the promised ${days(promise.days)} are kept`;
    case 'comes':
      return `${reach}; on ${on} it will reach the promised ${Math.floor(promise.days)}`;
    case 'breaks':
      return `${reach}; from ${on} there is no room for the promised ${days(promise.days)}`;
    case 'never':
      return `${reach}; the promised ${days(promise.days)} do not fit: from ${on} new recordings have no room`;
  }
}
