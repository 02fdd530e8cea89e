/**
 * The pace at which a recording is given out: a bit ahead of the ear, and then no faster than anyone can listen. Who only
 * wants to have the file waits as long as it plays.
 */

/** Sound that may be ahead, milliseconds. */
const AHEAD_MS = 20_000;
/** The fastest that a player plays, and some more. */
const FASTEST = 2.5;

export class Pace {
  readonly #bytesPerMs: number;
  #allowed: number;
  #at: number;

  /** `now`: monotonic milliseconds. */
  constructor(bytes: number, durationMs: number, now: number) {
    this.#bytesPerMs = bytes / Math.max(1, durationMs);
    this.#allowed = this.#most;
    this.#at = now;
  }

  /** Bytes that may go out now, of those that are wanted; 0: ask again after `waitMs`. */
  take(wanted: number, now: number): { readonly bytes: number; readonly waitMs: number } {
    this.#allowed = Math.min(this.#most, this.#allowed + (now - this.#at) * this.#bytesPerMs * FASTEST);
    this.#at = now;
    const bytes = Math.min(wanted, Math.floor(this.#allowed));
    // Not byte by byte: a quarter of a second at a time, or all that is wanted.
    const least = Math.min(wanted, Math.ceil(this.#bytesPerMs * 250));
    if (bytes >= least) {
      this.#allowed -= bytes;
      return { bytes, waitMs: 0 };
    }
    return { bytes: 0, waitMs: Math.ceil((least - this.#allowed) / (this.#bytesPerMs * FASTEST)) };
  }

  get #most(): number {
    return Math.max(16_384, this.#bytesPerMs * AHEAD_MS);
  }
}
