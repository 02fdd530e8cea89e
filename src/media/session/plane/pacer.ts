/**
 * Sends things at their times: prompts, tones and made keys, all of a process on one timer. Times are kept on an ideal
 * line (`begin + n × 20 ms`), so that a late timer is caught up with and nothing drifts; what is late is sent at double
 * pace and never in a burst.
 */
import type { Clock, Timer } from '../../../base/clock.js';

export interface Paced {
  /** Does what is due and returns when it is to be called next (monotonic milliseconds); undefined: it is done. */
  step(now: number): number | undefined;
}

/** What is due within this many milliseconds is done at once: a timer of Node's is no finer. */
const GRAIN = 0.5;

export class Pacer {
  readonly #clock: Clock;
  readonly #due = new Map<Paced, number>();
  #timer: Timer | undefined;
  #timerAt = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins at once. */
  start(paced: Paced): void {
    const next = paced.step(this.#clock.monotonic());
    if (next === undefined) return;
    this.#due.set(paced, next);
    this.#arm(next);
  }

  stop(paced: Paced): void {
    this.#due.delete(paced);
  }

  close(): void {
    this.#due.clear();
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAt = Infinity;
  }

  #arm(at: number): void {
    if (at >= this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#clock.setTimer(Math.max(0, at - this.#clock.monotonic()), () => this.#tick());
  }

  #tick(): void {
    this.#timerAt = Infinity;
    const now = this.#clock.monotonic();
    let earliest = Infinity;
    for (const [paced, due] of this.#due) {
      const next = due <= now + GRAIN ? paced.step(Math.max(now, due)) : due;
      if (next === undefined) this.#due.delete(paced);
      else if (this.#due.has(paced)) {
        this.#due.set(paced, next);
        earliest = Math.min(earliest, next);
      }
    }
    if (earliest !== Infinity) this.#arm(earliest);
  }
}
