/**
 * How hard the spools of calls that are over are to be encoded. Encoding gives way to calls, so a busy machine lets it
 * starve: closed spools, some four times as large as what becomes of them, then fill the budget until there is no room
 * for a new call's. The more of it they take, or the longer the oldest one waits, the less encoding gives way.
 */

/** `calm`: everything else goes first; `behind`: calls go first; `pressing`: as important as the calls. */
export type EncodingUrgency = 'calm' | 'behind' | 'pressing';

export interface Backlog {
  /** Of closed spools, bytes. */
  readonly bytes: number;
  /** Of everything that may be kept, bytes. */
  readonly quota: number;
  /** How long the oldest one waits, milliseconds. */
  readonly oldestMs: number;
}

const BEHIND = { share: 0.05, oldestMs: 2 * 60_000 };
const PRESSING = { share: 0.15, oldestMs: 10 * 60_000 };

export function urgencyOf(backlog: Backlog): EncodingUrgency {
  if (isBeyond(backlog, PRESSING)) return 'pressing';
  return isBeyond(backlog, BEHIND) ? 'behind' : 'calm';
}

const isBeyond = ({ bytes, quota, oldestMs }: Backlog, limit: typeof BEHIND): boolean =>
  bytes > quota * limit.share || oldestMs > limit.oldestMs;
