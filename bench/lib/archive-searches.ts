/** What people ask an archive: every filter alone, every two of them, and more of them by chance. */
import type { Archive } from '../../src/archive/archive.js';
import type { CallQuery } from '../../src/archive/search.js';
import { chance } from '../../test/support/chance.js';
import { entryOf, now, percentile, seconds, SPACING_MS } from './archive-calls.js';

export function filtersOf(calls: number): CallQuery[] {
  const seldom = entryOf(Math.floor(calls / 2) + 1, calls).outside.number ?? '';
  const often = entryOf(5, calls).outside.number ?? '';
  return [
    { number: seldom },
    { number: often },
    { number: '+48000000000' },
    { numberEnd: seldom.slice(-4) },
    { numberEnd: seldom.slice(-3) },
    { extension: '217' },
    { unit: 'unit-3' },
    { trunk: 'second' },
    { direction: 'outbound' },
    { phase: 'evicted' },
    { phase: 'unrecorded' },
    { phase: 'failed' },
    { held: true },
    { note: 'skarga' },
    { note: 'podatek termin' },
    { note: 'na' },
    { note: 'q' },
    { from: now - (calls * SPACING_MS) / 2 },
    { to: now - (calls * SPACING_MS) / 3 },
  ];
}

/** All questions: none, one filter, two filters, and `more` of three to seven. */
export function queriesOf(calls: number, more: number): CallQuery[] {
  const filters = filtersOf(calls);
  const merge = (some: readonly CallQuery[]): CallQuery => Object.assign({}, ...some) as CallQuery;
  const pairs = filters.flatMap((one, i) => filters.slice(i + 1).map((other) => merge([one, other])));
  const random = chance(5);
  const several = Array.from({ length: more }, () => merge(filters.filter(() => random.below(4) === 0)));
  return [{}, ...filters, ...pairs, ...several];
}

export interface SearchTimes {
  readonly p50: number;
  readonly p99: number;
  /** The slowest first. */
  readonly slowest: readonly { readonly ms: number; readonly query: CallQuery }[];
}

/** So many of the slowest are told. */
const TOLD = 5;

/** Each of them, one after another, the best of so many tries; milliseconds. */
export async function searchTimes(
  archive: Archive,
  queries: readonly CallQuery[],
  by: string,
  tries = 1,
): Promise<SearchTimes> {
  await archive.search({}); // the first one of all pays for what is compiled then
  const times = queries.map((query) => ({ ms: Number.POSITIVE_INFINITY, query }));
  for (let tried = 0; tried < tries; tried++) {
    for (const time of times) {
      let answeredBy = '';
      const took = await seconds(async () => ({ answeredBy } = await archive.search(time.query)));
      if (answeredBy !== by) throw new Error(`${by} was to answer, ${answeredBy} did`);
      time.ms = Math.min(time.ms, 1000 * took);
    }
  }
  const slowest = times.toSorted((a, b) => b.ms - a.ms).slice(0, TOLD);
  const ms = times.map((one) => one.ms);
  return { p50: percentile(ms, 50), p99: percentile(ms, 99), slowest };
}
