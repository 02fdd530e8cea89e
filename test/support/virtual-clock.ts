/** A clock that stands still until a test turns it; timers fire in the order of their times, on `advance`. */
import type { Clock, Timer } from '../../src/base/clock.js';

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

export class VirtualClock implements Clock {
  #time = 0;
  #order = 0;
  readonly #epoch: number;
  #pending: Pending[] = [];

  constructor(epoch = Date.UTC(2026, 0, 5, 8)) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#epoch + this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const pending = { at: this.#time + Math.max(0, delayMs), order: this.#order++, callback };
    this.#pending.push(pending);
    return {
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== pending);
      },
    };
  }

  /** How many timers wait. */
  get pendingTimers(): number {
    return this.#pending.length;
  }

  /** Moves time on by `ms`, firing every timer that falls due on the way, each at its own time. */
  advance(ms: number): void {
    const end = this.#time + ms;
    for (;;) {
      const next = this.#pending.filter((p) => p.at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!next) break;
      this.#pending = this.#pending.filter((p) => p !== next);
      this.#time = Math.max(this.#time, next.at);
      next.callback();
    }
    this.#time = end;
  }
}
