/**
 * Grants to hear one recording: bound to an account, a browser session, a recording and a purpose. They live in this
 * process alone: when it ends, or the session, or the account's right, they end, and what is being sent stops at once.
 */
import { randomBytes } from 'node:crypto';
import type { CallId } from '../../base/brands.js';
import type { Clock, Timer } from '../../base/clock.js';
import type { HearingWish } from '../../requests/listening.js';
import { Pace } from './pace.js';

export interface GrantWish {
  readonly person: string;
  /** Browser session. */
  readonly session: string;
  readonly call: CallId;
  /** What it is heard for, if the listener stated it: asked about again while it is heard. */
  readonly stated: Pick<HearingWish, 'purpose' | 'reference'>;
  readonly role: string;
  readonly source: string;
  /** The access request in whose listening session it is heard. */
  readonly request?: string;
  /** Of the file. */
  readonly bytes: number;
  readonly durationMs: number;
}

export interface Grant extends GrantWish {
  /** For the audit log; opens nothing. */
  readonly id: string;
  readonly pace: Pace;
  /** Ends what is being sent. */
  readonly ended: AbortSignal;
  readonly expiresAt: () => number;
}

export type WhyEnded = 'expired' | 'ended';

interface Held {
  readonly grant: Grant;
  readonly token: string;
  readonly stop: AbortController;
  expiresAt: number;
}

/** After the last request for sound. */
const IDLE_MS = 10 * 60_000;
const LOOK_MS = 5_000;
const MOST_OF_A_PERSON = 5;

export class Grants {
  readonly #held = new Map<string, Held>();
  #timer: Timer | undefined;

  /** `ended`: told of each grant that ends. */
  constructor(
    private readonly clock: Clock,
    private readonly ended: (grant: Grant, why: WhyEnded) => void,
  ) {}

  /** The token opens the recording for its session. The person's oldest goes where they have too many. */
  issue(wish: GrantWish): { readonly grant: Grant; readonly token: string } {
    const own = [...this.#held.values()].filter(({ grant }) => grant.person === wish.person);
    for (const { grant } of own.slice(0, Math.max(0, own.length - MOST_OF_A_PERSON + 1))) this.end(grant.id);
    const token = randomBytes(24).toString('base64url');
    const stop = new AbortController();
    const id = `g${randomBytes(9).toString('hex')}`;
    const held: Held = {
      token,
      stop,
      expiresAt: this.clock.now() + IDLE_MS,
      grant: {
        ...wish,
        id,
        pace: new Pace(wish.bytes, wish.durationMs, this.clock.monotonic()),
        ended: stop.signal,
        expiresAt: () => held.expiresAt,
      },
    };
    this.#held.set(token, held);
    this.#timer ??= this.clock.setTimer(LOOK_MS, () => this.#look());
    return { grant: held.grant, token };
  }

  /** The grant of a token, for the session that it was given to; it lives on by being used. */
  use(token: string, session: string): Grant | undefined {
    const held = this.#held.get(token);
    if (!held || held.grant.session !== session || held.expiresAt <= this.clock.now()) return undefined;
    held.expiresAt = this.clock.now() + IDLE_MS;
    return held.grant;
  }

  end(id: string): void {
    this.#endThose((grant) => grant.id === id, 'ended');
  }

  endSession(session: string): void {
    this.#endThose((grant) => grant.session === session, 'ended');
  }

  /** What the person may may have changed. */
  endPerson(person: string): void {
    this.#endThose((grant) => grant.person === person, 'ended');
  }

  endRequest(request: string): void {
    this.#endThose((grant) => grant.request === request, 'ended');
  }

  close(): void {
    this.#timer?.cancel();
    this.#endThose(() => true, 'ended');
  }

  #look(): void {
    const now = this.clock.now();
    const late = new Set([...this.#held.values()].filter((held) => held.expiresAt <= now).map(({ grant }) => grant.id));
    this.#endThose((grant) => late.has(grant.id), 'expired');
    this.#timer = this.#held.size > 0 ? this.clock.setTimer(LOOK_MS, () => this.#look()) : undefined;
  }

  #endThose(which: (grant: Grant) => boolean, why: WhyEnded): void {
    for (const { grant, token, stop } of this.#held.values()) {
      if (!which(grant)) continue;
      this.#held.delete(token);
      stop.abort();
      this.ended(grant, why);
    }
  }
}
