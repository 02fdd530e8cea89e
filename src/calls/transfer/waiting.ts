/** What the party hears that waits for another one, and how its entry and the spool know that it does. */
import type { Timer } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { Leg } from '../../media/engine.js';
import { HOLD_MUSIC } from '../call/music.js';
import type { ConversationOptions } from './options.js';
import { otherLeg } from './transition.js';

export interface WaitingFacts {
  /** Who is called, or the orbit. */
  readonly to: string;
  /** The extension that sent the call on. */
  readonly sender: string | undefined;
}

export class Waiting {
  readonly #options: ConversationOptions;
  #timer: Timer | undefined;
  #music: AbortController | undefined;

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  /**
   * The place on `leg` is to be given away; the other party waits. `ringing` is for a call that somebody has to take,
   * `connecting` for a party that is there already.
   */
  begin(leg: Leg, how: 'ringing' | 'connecting' | 'parked', { to, sender }: WaitingFacts): void {
    const { session, keeper } = this.#options;
    this.end();
    session.unbridge();
    const stays = otherLeg(leg);
    if (how === 'ringing') session.tone(stays, 'ringback');
    else this.#play(stays);
    const of = sender === undefined ? {} : { sender };
    if (how === 'parked') keeper?.facts.wait({ kind: 'parked', orbit: to, ...of });
    else keeper?.facts.wait({ kind: 'ringing', ...of });
    keeper?.changed();
  }

  /** Calls `late` after `ms` milliseconds, unless the waiting has ended by then. */
  atMost(ms: number, late: () => void): void {
    this.#timer = this.#options.context.clock.setTimer(ms, late);
  }

  /** It is over; whoever bridges next stops the ringing tone. */
  end(): void {
    this.#timer?.cancel();
    this.#music?.abort();
    this.#timer = undefined;
    this.#music = undefined;
  }

  /** The one who stays hears that nobody can take the call. */
  part(leg: Leg, done: () => void): void {
    const { session, language, call, log } = this.#options;
    this.end();
    session
      .play(leg, { name: 'no-answer', language }, { signal: call.signal })
      .catch((error: unknown) => log.warn({ error: errorMessage(error) }, 'an announcement was not played'))
      .finally(done);
  }

  /** The call is over. */
  close(): void {
    this.end();
  }

  /** The office's music, as long as the waiting lasts; ringing tone where it has none. */
  #play(leg: Leg): void {
    const { session, context, log, call } = this.#options;
    if (!context.media.prompt(HOLD_MUSIC.name, HOLD_MUSIC.language)) return session.tone(leg, 'ringback');
    this.#music = new AbortController();
    session
      .play(leg, HOLD_MUSIC, { loop: true, signal: AbortSignal.any([call.signal, this.#music.signal]) })
      .catch((error: unknown) => log.warn({ error: errorMessage(error) }, 'music was not played'));
    return undefined;
  }
}
