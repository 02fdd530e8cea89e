/** What the archive holds and how far back it reaches. */
import type { Budget } from './budget.js';
import type { Catalogue, Item } from './catalogue.js';
import type { Retention } from './retention.js';

export interface Usage {
  /** Bytes under the data folder (`redis/` and logs aside), spools in progress as far as they are granted. */
  readonly used: number;
  readonly quota: number;
  /** Bytes that can still be promised before something must be evicted. */
  readonly free: number;
  readonly recordings: number;
  /** When the oldest and the newest recorded call began, Unix milliseconds. */
  readonly oldest: number | undefined;
  readonly newest: number | undefined;
  /** Days, with fractions, between the oldest recording that nothing holds and now; 0 if there is none. */
  readonly reachesBackDays: number;
  /** Recordings that something keeps from eviction. */
  readonly held: { readonly recordings: number; readonly bytes: number };
}

export interface UsageParts {
  readonly catalogue: Catalogue;
  readonly budget: Budget;
  readonly retention: Retention;
  /** Calls that something holds. */
  readonly held: Iterable<Item>;
}

const DAY_MS = 86_400_000;

/** `now`: Unix milliseconds. */
export function usageOf(parts: UsageParts, now: number): Usage {
  const { catalogue, budget, retention, held } = parts;
  const { quota } = retention.policy;
  const free = oldestRecorded(catalogue);
  const recorded = [...held].filter(({ phase }) => phase === 'recorded');
  const oldest = recorded.reduce((least, { startedAt }) => Math.min(least ?? startedAt, startedAt), free);
  return {
    used: budget.used,
    quota,
    free: Math.max(0, quota - budget.committed(quota)),
    recordings: retention.recordings,
    oldest,
    newest: oldest === undefined ? undefined : newestRecorded(catalogue, oldest),
    reachesBackDays: free === undefined ? 0 : Math.max(0, now - free) / DAY_MS,
    held: { recordings: recorded.length, bytes: recorded.reduce((sum, { bytes }) => sum + bytes, 0) },
  };
}

function oldestRecorded(catalogue: Catalogue): number | undefined {
  for (const item of catalogue.evictable()) if (item.phase === 'recorded') return item.startedAt;
  return undefined;
}

function newestRecorded(catalogue: Catalogue, oldest: number): number | undefined {
  const end = { startedAt: Number.POSITIVE_INFINITY, id: '' };
  for (const item of catalogue.newestFirst(end, oldest)) if (item.phase === 'recorded') return item.startedAt;
  return undefined;
}
