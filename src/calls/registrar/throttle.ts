/**
 * Guesses of passwords are slowed and then banned for a while. Failures are counted by key (an address, or a user at an
 * address) within a window; each one more doubles the wait for the next answer, and too many ban the key.
 */
import type { Clock } from '../../base/clock.js';

export interface ThrottlePolicy {
  /** Failures that cost nothing: a person may mistype. */
  readonly free: number;
  /** Wait for the answer to the first failure after these; doubles with each further one. Milliseconds. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** So many failures within the window ban the key. */
  readonly banAfter: number;
  readonly windowMs: number;
  readonly banMs: number;
  /** Keys to remember at most; the longest unseen are forgotten first. */
  readonly mostKeys: number;
}

export const defaultPolicy: ThrottlePolicy = {
  free: 2,
  firstDelayMs: 500,
  longestDelayMs: 8_000,
  banAfter: 10,
  windowMs: 600_000,
  banMs: 900_000,
  mostKeys: 10_000,
};

export type Verdict =
  | { readonly kind: 'open' }
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** `untilMs`: on the clock's monotonic time. */
  | { readonly kind: 'banned'; readonly untilMs: number };

interface Record {
  /** Monotonic times of the failures within the window. */
  failures: readonly number[];
  bannedUntil: number;
}

export class Throttle {
  readonly #clock: Clock;
  readonly #policy: ThrottlePolicy;
  readonly #records = new Map<string, Record>();

  constructor(clock: Clock, policy: ThrottlePolicy = defaultPolicy) {
    this.#clock = clock;
    this.#policy = policy;
  }

  verdict(key: string): Verdict {
    const now = this.#clock.monotonic();
    const record = this.#records.get(key);
    if (!record) return { kind: 'open' };
    if (record.bannedUntil > now) return { kind: 'banned', untilMs: record.bannedUntil };
    const over = this.#recent(record).length - this.#policy.free;
    if (over <= 0) return { kind: 'open' };
    const delayMs = Math.min(this.#policy.longestDelayMs, this.#policy.firstDelayMs * 2 ** (over - 1));
    return { kind: 'slow', delayMs };
  }

  /** Counts a failure, and says what it led to. */
  failed(key: string): Verdict {
    const now = this.#clock.monotonic();
    const old = this.#records.get(key);
    const record: Record = { failures: old ? [...this.#recent(old), now] : [now], bannedUntil: old?.bannedUntil ?? 0 };
    if (record.failures.length >= this.#policy.banAfter) {
      record.bannedUntil = now + this.#policy.banMs;
      record.failures = [];
    }
    this.#records.delete(key);
    this.#records.set(key, record);
    this.#forget();
    return this.verdict(key);
  }

  /** The key's failures are forgiven. A ban stays. */
  succeeded(key: string): void {
    const record = this.#records.get(key);
    if (record && record.bannedUntil <= this.#clock.monotonic()) this.#records.delete(key);
  }

  #recent(record: Record): readonly number[] {
    const since = this.#clock.monotonic() - this.#policy.windowMs;
    return record.failures.filter((at) => at > since);
  }

  #forget(): void {
    for (const key of this.#records.keys()) {
      if (this.#records.size <= this.#policy.mostKeys) return;
      this.#records.delete(key);
    }
  }
}
