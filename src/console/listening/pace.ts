/**
 * The pace at which a recording is given out: a bit ahead of the ear, and then no faster than anyone can listen. Who only
 * wants to have the file waits as long as it plays.
 *
 * Two measures hold: each range has a start that a browser needs to sound at once (Chromium reads 64 KiB before it does), and goes on
 * at the fastest speed of the player; all ranges together have what some jumps need, and go on a little faster, so that the next
 * jump is free again soon.
 */

/** Of one range: sound that may be ahead, milliseconds, but at least so many bytes. */
const START_MS = 12_000;
const START_BYTES = 81_920;
/** The player's fastest is 2. */
const RANGE_SPEED = 2.1;
/** Of the whole grant: some jumps one after another. */
const RESERVE_MS = 160_000;
const WHOLE_SPEED = 2.5;

/** Bytes that become allowed as time goes on, up to a measure. */
class Measure {
  allowed: number;
  #at: number;

  constructor(
    private readonly most: number,
    private readonly perMs: number,
    now: number,
  ) {
    this.allowed = most;
    this.#at = now;
  }

  /** Bytes that may go now. */
  at(now: number): number {
    this.allowed = Math.min(this.most, this.allowed + (now - this.#at) * this.perMs);
    this.#at = now;
    return Math.floor(this.allowed);
  }

  /** Milliseconds until so many may go. */
  until(bytes: number): number {
    return Math.max(0, Math.ceil((bytes - this.allowed) / this.perMs));
  }
}

/** One range's. */
export interface RangePace {
  /** Bytes that may go out now, of those that are wanted; 0: ask again after `waitMs`. */
  take(wanted: number, now: number): { readonly bytes: number; readonly waitMs: number };
}

export class Pace {
  readonly #bytesPerMs: number;
  readonly #whole: Measure;

  /** `now`: monotonic milliseconds. */
  constructor(bytes: number, durationMs: number, now: number) {
    this.#bytesPerMs = bytes / Math.max(1, durationMs);
    const reserve = Math.max(2 * START_BYTES, this.#bytesPerMs * RESERVE_MS);
    this.#whole = new Measure(reserve, this.#bytesPerMs * WHOLE_SPEED, now);
  }

  range(now: number): RangePace {
    const perMs = this.#bytesPerMs;
    const own = new Measure(Math.max(START_BYTES, perMs * START_MS), perMs * RANGE_SPEED, now);
    const both = [own, this.#whole];
    return {
      take: (wanted, at) => {
        const bytes = Math.min(wanted, ...both.map((measure) => measure.at(at)));
        // Not byte by byte: a quarter of a second at a time, or all that is wanted.
        const least = Math.min(wanted, Math.ceil(perMs * 250));
        if (bytes < least) return { bytes: 0, waitMs: Math.max(...both.map((measure) => measure.until(least))) };
        for (const measure of both) measure.allowed -= bytes;
        return { bytes, waitMs: 0 };
      },
    };
  }
}
