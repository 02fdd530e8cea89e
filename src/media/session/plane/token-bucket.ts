/** Lets through so many things a second, and so many at once after a rest. */
import type { Clock } from '../../../base/clock.js';

export class TokenBucket {
  readonly #perSecond: number;
  readonly #most: number;
  readonly #clock: Clock;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, most: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#most = most;
    this.#clock = clock;
    this.#tokens = most;
    this.#at = clock.monotonic();
  }

  /** Whether one more may pass now. */
  take(): boolean {
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(this.#most, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
