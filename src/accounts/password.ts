/**
 * Passwords: argon2id (RFC 9106) with 64 MiB and three passes, at most two at a time, so that guesses can use up neither
 * the memory nor the processor that calls need. What waits longer than a short queue is turned away.
 */
import { hash, verify } from '@node-rs/argon2';
import { HalinaError } from '../base/errors.js';

/** `algorithm` 2 is argon2id (the library's own name for it is a const enum, which isolated modules can't read). */
export const COST = { algorithm: 2, memoryCost: 65_536, timeCost: 3, parallelism: 1 };
const AT_ONCE = 2;
const QUEUE = 20;

/** Equal texts become equal bytes, however the keyboard made them (NIST SP 800-63B § 3.1.1.2). */
const normal = (password: string): string => password.normalize('NFKC');

export class Passwords {
  readonly #cost: typeof COST;
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #decoy: Promise<string> | undefined;

  constructor(cost = COST) {
    this.#cost = cost;
  }

  hash(password: string): Promise<string> {
    return this.#turn(() => hash(normal(password), this.#cost));
  }

  /** Without a hash (no such account) it takes as long, and is false. */
  async verify(kept: string | undefined, password: string): Promise<boolean> {
    this.#decoy ??= hash('no account has this', this.#cost);
    const against = kept ?? (await this.#decoy);
    const right = await this.#turn(() => verify(against, normal(password)));
    return right && kept !== undefined;
  }

  async #turn<T>(task: () => Promise<T>): Promise<T> {
    if (this.#waiting.length >= QUEUE) {
      throw new HalinaError('BUSY', 'too many sign-ins at once', { hint: 'try again in a moment' });
    }
    if (this.#running >= AT_ONCE) await new Promise<void>((go) => this.#waiting.push(go));
    else this.#running += 1;
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
