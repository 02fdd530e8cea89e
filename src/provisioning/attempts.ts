/** Who asks in vain too often is not looked at for a while, right or wrong: guessing leads nowhere. */
import type { Clock } from '../base/clock.js';
import { networkOf } from '../base/network-of.js';

const MOST = 10;
const WINDOW_MS = 600_000;
/** Sources that are remembered; the oldest go first. */
const MOST_SOURCES = 10_000;

export class Attempts {
  readonly #failed = new Map<string, { count: number; until: number }>();

  constructor(private readonly clock: Clock) {}

  /** Whether a source has used up its tries. */
  isOver(address: string): boolean {
    const entry = this.#failed.get(networkOf(address));
    return entry !== undefined && entry.count >= MOST && entry.until > this.clock.monotonic();
  }

  /** A try failed; true when it was the last. */
  failed(address: string): boolean {
    const key = networkOf(address);
    const now = this.clock.monotonic();
    const before = this.#failed.get(key);
    const count = before && before.until > now ? before.count + 1 : 1;
    this.#failed.delete(key);
    this.#failed.set(key, { count, until: now + WINDOW_MS });
    const [oldest] = this.#failed.keys();
    if (this.#failed.size > MOST_SOURCES && oldest !== undefined) this.#failed.delete(oldest);
    return count === MOST;
  }
}
