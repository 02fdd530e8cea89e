/**
 * The UDP ports of one media process: pairs of an even port for RTP and the odd one after it for RTCP (RFC 3550 § 11).
 * A pair that was used rests for the drain time, so that what a former peer still sends meets no new call. Pairs are
 * handed out in turn, so that each rests as long as the range allows.
 */
import type { Clock } from '../../../base/clock.js';

export class PortPairs {
  readonly #clock: Clock;
  readonly #drainMs: number;
  /** First ports of free pairs with the time from which they may be used, oldest first. */
  readonly #free: { readonly port: number; readonly from: number }[] = [];

  /** The pairs that lie whole within `from` to `to`. */
  constructor(range: { from: number; to: number }, drainMs: number, clock: Clock) {
    this.#clock = clock;
    this.#drainMs = drainMs;
    for (let port = range.from + (range.from % 2); port < range.to; port += 2)
      this.#free.push({ port, from: -Infinity });
  }

  /** A pair's even port, or undefined when every one is used or drains. */
  take(): number | undefined {
    const first = this.#free[0];
    if (!first || first.from > this.#clock.monotonic()) return undefined;
    this.#free.shift();
    return first.port;
  }

  /** Gives a pair back after its use; it may be taken again when it has drained. */
  release(port: number): void {
    this.#free.push({ port, from: this.#clock.monotonic() + this.#drainMs });
  }

  /** How many pairs are neither used nor draining, for a test and a message. */
  get available(): number {
    const now = this.#clock.monotonic();
    return this.#free.filter(({ from }) => from <= now).length;
  }
}
