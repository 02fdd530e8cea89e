/**
 * How much each source may send: a bucket of tokens an address, filled steadily. Sources are forgotten when their bucket
 * would be full again, and at most so many are remembered, so that a flood with forged addresses costs no memory.
 */
import type { Clock } from '../../base/clock.js';

export interface SourceRate {
  /** Requests a second that a source may send for long. */
  readonly perSecond: number;
  /** Requests that it may send at once. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  /** Monotonic time at which `tokens` was true. */
  at: number;
}

const MOST = 20_000;

export class SourceRates {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();
  #rate: SourceRate | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes another rate from now on; undefined: no limit. */
  set(rate: SourceRate | undefined): void {
    this.#rate = rate;
    this.#buckets.clear();
  }

  /** Whether one more request of this source is within its rate. */
  take(source: string): boolean {
    const rate = this.#rate;
    if (!rate) return true;
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.get(source) ?? { tokens: rate.burst, at: now };
    bucket.tokens = Math.min(rate.burst, bucket.tokens + ((now - bucket.at) * rate.perSecond) / 1000);
    bucket.at = now;
    // What was heard of last stands last, so the front is what can be forgotten.
    this.#buckets.delete(source);
    this.#buckets.set(source, bucket);
    this.#forget(now, rate);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  /** How many sources are remembered. */
  get remembered(): number {
    return this.#buckets.size;
  }

  #forget(now: number, rate: SourceRate): void {
    for (const [source, bucket] of this.#buckets) {
      const full = bucket.tokens + ((now - bucket.at) * rate.perSecond) / 1000 >= rate.burst;
      if (bucket.at === now || (!full && this.#buckets.size <= MOST)) return;
      this.#buckets.delete(source);
    }
  }
}
