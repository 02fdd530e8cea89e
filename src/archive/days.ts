/** Statistics by day, from memory: a month of a busy office is counted in some hundredths of a second. */
import { setImmediate as immediate } from 'node:timers/promises';
import type { Catalogue, TimeKey } from './catalogue.js';
import { dayPath } from './folders.js';

/** A day of the office's zone. */
export interface DayCount {
  /** `2026-03-23`. */
  readonly day: string;
  readonly calls: number;
  readonly inbound: number;
  readonly outbound: number;
  /** With a recording that is still there. */
  readonly recorded: number;
  /** Whose recording went, or was erased. */
  readonly gone: number;
  readonly talkMs: number;
  /** Of the recordings that are there. */
  readonly bytes: number;
}

/** Calls looked at before others get their turn. */
const SLICE = 20_000;

type Counting = { -readonly [K in keyof DayCount]: DayCount[K] };

/** The days on which calls began from `from` to before `to` (Unix milliseconds), the first one first. */
export async function countDays(catalogue: Catalogue, from: number, to: number): Promise<DayCount[]> {
  const days = new Map<string, Counting>();
  let reached: TimeKey = { startedAt: to, id: '' };
  for (let looked = SLICE; looked === SLICE;) {
    looked = 0;
    for (const item of catalogue.newestFirst(reached, from)) {
      reached = { startedAt: item.startedAt, id: item.id };
      const name = dayPath(item.startedAt, item.zone).replaceAll('/', '-');
      const day = days.get(name) ?? emptyDay(name);
      days.set(name, day);
      day.calls += 1;
      day[item.direction] += 1;
      day.talkMs += item.talkMs ?? 0;
      if (item.phase === 'recorded') {
        day.recorded += 1;
        day.bytes += item.bytes;
      } else if (item.phase === 'evicted' || item.phase === 'erased') day.gone += 1;
      looked += 1;
      if (looked === SLICE) break;
    }
    if (looked === SLICE) await immediate();
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}

const emptyDay = (day: string): Counting => ({
  day,
  calls: 0,
  inbound: 0,
  outbound: 0,
  recorded: 0,
  gone: 0,
  talkMs: 0,
  bytes: 0,
});
