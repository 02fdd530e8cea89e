/**
 * Which challenges a client gets. The rule is two, SHA-256 before MD5 (RFC 8760 § 2.3). But handsets that are older
 * than that RFC give up at the sight of an algorithm they do not know (tried: baresip 1.0, in whatever order) or take
 * the first challenge only (tried: SIPp), so a client gets MD5 alone
 * - when it is known to stumble,
 * - when it has answered with MD5 before, though it could have chosen,
 * - when it was offered both and came again with nothing: it heals by itself at its next try.
 * None of this depends on whether the user exists.
 */
import type { Clock } from '../../base/clock.js';
import type { DigestAlgorithm } from './compute.js';
import type { Offer } from './server.js';

const BOTH: Offer = ['SHA-256', 'MD5'];
/** For clients that do not say what they are: one that takes the first challenge only is content with it. */
const BOTH_OLD_FIRST: Offer = ['MD5', 'SHA-256'];
const OLD: Offer = ['MD5'];

const STUMBLING = [/^baresip v(0\.|1\.0\.)/i];
const REMEMBER_MS = 86_400_000;
const MOST = 10_000;

export interface Client {
  readonly address: string;
  /** Who it claims to be. */
  readonly user: string;
  readonly userAgent: string | undefined;
}

interface Memory {
  readonly knows: 'unanswered' | 'MD5';
  readonly at: number;
}

export class Offers {
  readonly #clock: Clock;
  readonly #memory = new Map<string, Memory>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What to offer to a client. `answered`: the algorithm of the credentials that it has just sent, if any. */
  offer(client: Client, answered: DigestAlgorithm | undefined): Offer {
    const key = `${client.address} ${client.user}`;
    const known = this.#recall(key);
    if (answered?.startsWith('SHA')) return BOTH;
    if (answered || known || STUMBLING.some((pattern) => pattern.test(client.userAgent ?? ''))) {
      this.#remember(key, 'MD5');
      return OLD;
    }
    this.#remember(key, 'unanswered');
    return client.userAgent === undefined ? BOTH_OLD_FIRST : BOTH;
  }

  /** A client has answered a challenge. */
  answered(client: Client, algorithm: DigestAlgorithm): void {
    const key = `${client.address} ${client.user}`;
    if (algorithm.startsWith('MD5')) this.#remember(key, 'MD5');
    else this.#memory.delete(key);
  }

  #recall(key: string): Memory | undefined {
    const memory = this.#memory.get(key);
    return memory && this.#clock.monotonic() - memory.at < REMEMBER_MS ? memory : undefined;
  }

  #remember(key: string, knows: Memory['knows']): void {
    this.#memory.delete(key);
    this.#memory.set(key, { knows, at: this.#clock.monotonic() });
    const [oldest] = this.#memory.keys();
    if (this.#memory.size > MOST && oldest !== undefined) this.#memory.delete(oldest);
  }
}
