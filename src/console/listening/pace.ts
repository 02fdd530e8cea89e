/**
 * The pace at which a recording is given out: a bit ahead of the ear, and then no faster than anyone can listen. Who only
 * wants to have the file waits as long as it plays.
 *
 * Two measures hold. Each range has a start that a browser needs to sound at once, and goes on at the fastest speed of the player.
 * All ranges together have what some jumps need, and go on a little faster, so that the next jump is free again soon; what a
 * listener was sent before counts against the first measure alone: to hear a sentence again costs nothing.
 */

/** Of one range: sound that may be ahead, milliseconds, but at least so many bytes. */
const START_MS = 12_000;
const START_BYTES = 81_920;
/** The player's fastest is 2. */
const RANGE_SPEED = 2.1;
/** Of the whole grant: some jumps one after another. */
const RESERVE_MS = 60_000;
const WHOLE_SPEED = 2.5;
/** What was sent is known by blocks of so many bytes. */
const BLOCK = 4096;

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

/** How much of each block of a file went out. Whoever asks for one byte again and again gains nothing: each time counts. */
class Sent {
  readonly #blocks: Uint16Array;

  constructor(bytes: number) {
    this.#blocks = new Uint16Array(Math.ceil(bytes / BLOCK));
  }

  /** Of so many bytes from there on, those that count as new; `mark`: they go out now. */
  fresh(from: number, bytes: number, mark: boolean): number {
    let fresh = 0;
    for (let at = from; at < from + bytes;) {
      const block = Math.floor(at / BLOCK);
      const end = Math.min(from + bytes, (block + 1) * BLOCK);
      const own = Math.min(end - at, BLOCK - (this.#blocks[block] ?? 0));
      if (mark) this.#blocks[block] = (this.#blocks[block] ?? 0) + own;
      fresh += own;
      at = end;
    }
    return fresh;
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
  readonly #sent: Sent;

  /** `now`: monotonic milliseconds. */
  constructor(bytes: number, durationMs: number, now: number) {
    this.#bytesPerMs = bytes / Math.max(1, durationMs);
    const reserve = Math.max(2 * START_BYTES, this.#bytesPerMs * RESERVE_MS);
    this.#whole = new Measure(reserve, this.#bytesPerMs * WHOLE_SPEED, now);
    this.#sent = new Sent(bytes);
  }

  /** Of a range that begins at this byte of the file. */
  range(now: number, from: number): RangePace {
    const perMs = this.#bytesPerMs;
    const own = new Measure(Math.max(START_BYTES, perMs * START_MS), perMs * RANGE_SPEED, now);
    const whole = this.#whole;
    let place = from;
    return {
      take: (wanted, at) => {
        const most = Math.min(wanted, own.at(at));
        const allowed = whole.at(at);
        const bytes = this.#sent.fresh(place, most, false) <= allowed ? most : allowed;
        // Not byte by byte: a quarter of a second at a time, or all that is wanted.
        const least = Math.min(wanted, Math.ceil(perMs * 250));
        if (bytes < least) {
          const fresh = this.#sent.fresh(place, least, false);
          return { bytes: 0, waitMs: Math.max(1, own.until(least), whole.until(fresh)) };
        }
        own.allowed -= bytes;
        whole.allowed -= this.#sent.fresh(place, bytes, true);
        place += bytes;
        return { bytes, waitMs: 0 };
      },
    };
  }
}
