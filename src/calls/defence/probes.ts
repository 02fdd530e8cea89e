/**
 * Who asks for many users and proves to be none of them: a scan of extensions. Users that were challenged at an address
 * are remembered until one of them shows its password; too many that never did, are a scan. Nothing of it depends on
 * whether the users exist.
 */
import type { Clock } from '../../base/clock.js';

/** A handset answers its challenge within moments. */
const PATIENCE_MS = 10_000;
const WINDOW_MS = 600_000;
const MOST_ADDRESSES = 5_000;

export class Probes {
  readonly #clock: Clock;
  readonly #most: number;
  /** By address: when each user was challenged first, on the monotonic clock. */
  readonly #asked = new Map<string, Map<string, number>>();

  /** @param most users that may be left unproved at an address */
  constructor(clock: Clock, most = 30) {
    this.#clock = clock;
    this.#most = most;
  }

  /** A user was challenged at an address. Whether that makes it a scan. */
  challenged(address: string, user: string): boolean {
    const now = this.#clock.monotonic();
    const asked = this.#asked.get(address) ?? new Map<string, number>();
    // The address was heard of last: it is forgotten last.
    this.#asked.delete(address);
    this.#asked.set(address, asked);
    for (const [one, at] of asked) if (now - at > WINDOW_MS) asked.delete(one);
    if (!asked.has(user) && asked.size < this.#most * 2) asked.set(user, now);
    const [oldest] = this.#asked.keys();
    if (this.#asked.size > MOST_ADDRESSES && oldest !== undefined) this.#asked.delete(oldest);
    let unproved = 0;
    for (const at of asked.values()) if (now - at > PATIENCE_MS) unproved++;
    return unproved >= this.#most;
  }

  /** A user at an address has shown its password. */
  proved(address: string, user: string): void {
    this.#asked.get(address)?.delete(user);
  }

  forget(address: string): void {
    this.#asked.delete(address);
  }
}
