/**
 * Whether times of the wall clock that are over may be taken as such. Where it was set on by more than an hour since the
 * last look, nothing goes by age for an hour of real time: a wrong clock must not empty the archive before someone can
 * see it.
 */
import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';

/** How far the clock may be set on between two looks before nobody trusts it, and how long then. */
const LEAP_MS = 3_600_000;

export class ClockTrust {
  readonly #clock: Clock;
  readonly #log: Log;
  /** Both clocks at the last look. */
  #looked: { readonly wall: number; readonly monotonic: number } | undefined;
  #distrustUntil = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** As of the last look. */
  get holds(): boolean {
    return this.#clock.monotonic() >= this.#distrustUntil;
  }

  /** Compares both clocks with the last look. */
  look(): boolean {
    const before = this.#looked;
    const now = { wall: this.#clock.now(), monotonic: this.#clock.monotonic() };
    this.#looked = now;
    const leapMs = before ? now.wall - before.wall - (now.monotonic - before.monotonic) : 0;
    if (leapMs > LEAP_MS) {
      const message = 'the clock was set on: for an hour no recording goes by its age; see that the time is right';
      this.#log.error({ leapMs }, message);
      this.#distrustUntil = now.monotonic + LEAP_MS;
    }
    return this.holds;
  }
}
