/**
 * Slowing guesses down without locking the office out. A browser in which the person has signed in before carries a device
 * token; its tries are counted by themselves. Everyone else's tries at an account are counted together, and so are all tries
 * from one address, or of IPv6 one network: whoever has an address there has them all. So strangers can make strangers wait,
 * never the person at the own desk (the "device cookie" scheme).
 *
 * A try counts as failed from its beginning, and is taken back where it was none: of a hundred that come at once no more are
 * looked at than of a hundred that come one after another.
 */
import type { Clock } from '../base/clock.js';
import { networkOf } from '../base/network-of.js';

const FREE_TRIES = { device: 10, account: 10, source: 30 } as const;
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 15 * 60_000;
/** Counts are forgotten after so long without a failure. */
const MEMORY_MS = 60 * 60_000;
const MOST_COUNTERS = 50_000;

interface Counter {
  failures: number;
  /** By the monotonic clock. */
  last: number;
}

export interface Try {
  readonly login: string;
  readonly source: string;
  /** The id in a valid device token for this very account. */
  readonly device?: string;
}

export class Throttle {
  readonly #clock: Clock;
  readonly #counters = new Map<string, Counter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds until this try would be looked at; 0: now. */
  waitMs(attempt: Try): number {
    return Math.max(0, ...keysOf(attempt).map(([kind, key]) => this.#waitOf(kind, key)));
  }

  /** A try begins. The function that it gives takes it back: it was no wrong guess. */
  begin(attempt: Try): () => void {
    this.#count(attempt);
    return () => {
      for (const [, key] of keysOf(attempt)) {
        const counter = this.#counters.get(key);
        if (counter) counter.failures -= 1;
      }
    };
  }

  #count(attempt: Try): void {
    const now = this.#clock.monotonic();
    for (const [, key] of keysOf(attempt)) {
      const counter = this.#counters.get(key);
      const fresh = !counter || now - counter.last > MEMORY_MS;
      this.#counters.delete(key);
      this.#counters.set(key, { failures: fresh ? 1 : counter.failures + 1, last: now });
    }
    for (const key of this.#counters.keys()) {
      if (this.#counters.size <= MOST_COUNTERS) break;
      this.#counters.delete(key); // the one that was quiet longest
    }
  }

  /** The person is in: the count of their own device begins anew; those of others do not. */
  succeeded(attempt: Try): void {
    if (attempt.device !== undefined) this.#counters.delete(`device ${attempt.device}`);
  }

  #waitOf(kind: keyof typeof FREE_TRIES, key: string): number {
    const counter = this.#counters.get(key);
    if (!counter) return 0;
    const over = counter.failures - FREE_TRIES[kind];
    const since = this.#clock.monotonic() - counter.last;
    if (over < 0 || since > MEMORY_MS) return 0;
    return Math.max(0, Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(over, 20)) - since);
  }
}

function keysOf({ login, source, device }: Try): (readonly [keyof typeof FREE_TRIES, string])[] {
  if (device !== undefined) return [['device', `device ${device}`]];
  return [
    ['account', `account ${login}`],
    ['source', `source ${networkOf(source)}`],
  ];
}
