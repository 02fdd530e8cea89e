/**
 * Nonces that need no memory until they have been used well: each carries the time of its making, chance, and a
 * signature over both and the address it was given to. Only for a nonce with which somebody has proved to know a
 * password are the counts (RFC 7616 § 3.4, `nc`) remembered, so strangers cannot fill the memory.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../base/clock.js';

/** `foreign`: not ours, or given to another address. */
export type NonceState = 'fresh' | 'old' | 'foreign';

/** Counts may come out of order by so many, as when requests overtake each other. */
const WINDOW = 32;
const TIME_BYTES = 6;
const CHANCE_BYTES = 10;
const SIGNATURE_BYTES = 16;

interface Used {
  readonly madeAt: number;
  highest: number;
  /** Bit n: `highest - n` was seen. */
  seen: number;
}

export class Nonces {
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  readonly #key = randomBytes(32);
  readonly #used = new Map<string, Used>();

  /** @param maxAgeMs how long a nonce may be used from its making on */
  constructor(clock: Clock, maxAgeMs = 300_000) {
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
  }

  /** A new nonce for a peer at this address. */
  make(address: string): string {
    const head = Buffer.alloc(TIME_BYTES + CHANCE_BYTES);
    head.writeUIntBE(Math.floor(this.#clock.monotonic()), 0, TIME_BYTES);
    randomBytes(CHANCE_BYTES).copy(head, TIME_BYTES);
    return Buffer.concat([head, this.#sign(head, address)]).toString('base64url');
  }

  state(nonce: string, address: string): NonceState {
    const madeAt = this.#madeAt(nonce, address);
    if (madeAt === undefined) return 'foreign';
    return this.#clock.monotonic() - madeAt > this.#maxAgeMs ? 'old' : 'fresh';
  }

  /**
   * Notes that a nonce was used with this count by somebody who knows the password.
   * @returns false if the count was used before or is far behind: a replay
   */
  use(nonce: string, address: string, count: number): boolean {
    const madeAt = this.#madeAt(nonce, address);
    if (madeAt === undefined || count < 1) return false;
    this.#forgetOld();
    const used = this.#used.get(nonce);
    if (!used) {
      this.#used.set(nonce, { madeAt, highest: count, seen: 1 });
      return true;
    }
    const ahead = count - used.highest;
    if (ahead > 0) {
      used.seen = ahead >= WINDOW ? 1 : ((used.seen << ahead) | 1) >>> 0;
      used.highest = count;
      return true;
    }
    const bit = (1 << -ahead) >>> 0;
    if (-ahead >= WINDOW || (used.seen & bit) !== 0) return false;
    used.seen = (used.seen | bit) >>> 0;
    return true;
  }

  /** How many nonces are remembered. */
  get remembered(): number {
    return this.#used.size;
  }

  #madeAt(nonce: string, address: string): number | undefined {
    const bytes = Buffer.from(nonce, 'base64url');
    if (bytes.length !== TIME_BYTES + CHANCE_BYTES + SIGNATURE_BYTES) return undefined;
    const head = bytes.subarray(0, TIME_BYTES + CHANCE_BYTES);
    if (!timingSafeEqual(bytes.subarray(head.length), this.#sign(head, address))) return undefined;
    return head.readUIntBE(0, TIME_BYTES);
  }

  #sign(head: Buffer, address: string): Buffer {
    return createHmac('sha256', this.#key).update(head).update(address).digest().subarray(0, SIGNATURE_BYTES);
  }

  /** Entries stand in about the order of their making: the oldest are at the front. */
  #forgetOld(): void {
    for (const [nonce, used] of this.#used) {
      if (this.#clock.monotonic() - used.madeAt <= this.#maxAgeMs) return;
      this.#used.delete(nonce);
    }
  }
}
