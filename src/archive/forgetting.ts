/**
 * How long the archive remembers that there was a call: entries without a recording go when their term is over, and
 * earlier, the oldest first, when they take more of the quota than their share.
 */
import type { Clock } from '../base/clock.js';
import type { Item } from './catalogue.js';
import type { RecordStore } from './record-store.js';
import type { RuleBook } from './rules.js';

export interface ForgettingParts {
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly rules: RuleBook;
  /** Bytes. */
  readonly quota: number;
  /** Whether its files may still be there. */
  readonly isLeaving: (item: Item) => boolean;
}

/** The share of the quota that the journal's living lines may take. */
const METADATA_SHARE = 8;
/** Calls whose facts share a sync. */
const BATCH = 64;

export const isOverShare = ({ catalogue }: RecordStore, quota: number): boolean =>
  catalogue.liveBytes > quota / METADATA_SHARE;

/** Forgets what is due; gives how many calls that were. */
export async function forgetMetadata(parts: ForgettingParts): Promise<number> {
  const { store } = parts;
  const due = dueNow(parts);
  for (let i = 0; i < due.length; i += BATCH) {
    await Promise.all(due.slice(i, i + BATCH).map((item) => store.forget(item.id)));
  }
  return due.length;
}

function dueNow({ store, clock, rules, quota, isLeaving }: ForgettingParts): Item[] {
  const shortest = rules.least('keepMetadata');
  const due: Item[] = [];
  let excess = store.catalogue.liveBytes - quota / METADATA_SHARE;
  for (const item of store.catalogue.oldestFirst()) {
    const { keepMetadata } = rules.of(item);
    const old = item.startedAt + shortest <= clock.now();
    if (!old && excess <= 0) break;
    if (item.settledAt === undefined || item.dialogs || item.held || isLeaving(item)) continue;
    if (item.settledAt + keepMetadata > clock.now() && excess <= 0) continue;
    due.push(item);
    excess -= item.length;
  }
  return due;
}
