/**
 * What the calling handset hears before it is answered: first the reminder to give the notice, then the callee's own
 * sound (announcements, ringing of its network), else ringing tone. A callee who answers is heard from the first word:
 * that cuts the reminder short, and the entry says so.
 */
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { Leg, MediaSession } from '../../media/engine.js';

export interface EarlySoundOptions {
  readonly session: MediaSession;
  /** The calling handset's. */
  readonly leg: Leg;
  readonly language: string;
  readonly log: Log;
  /** `signal`: aborted when the call is over. */
  readonly call: { readonly signal: AbortSignal };
  /** The reminder is over. `whole`: it was played to its end. */
  readonly reminded: (whole: boolean) => void;
}

export class EarlySound {
  readonly #options: EarlySoundOptions;
  #reminder: 'unwanted' | 'playing' | 'over' = 'unwanted';
  #callee: 'silent' | 'rings' | 'sounds' = 'silent';
  #connected = false;

  constructor(options: EarlySoundOptions) {
    this.#options = options;
  }

  /** Begins the reminder. */
  remind(): void {
    this.#reminder = 'playing';
    void this.#play().then((whole) => {
      this.#reminder = 'over';
      this.#options.reminded(whole);
      this.#next();
    });
  }

  /** The callee rings. `media`: its sound is there to be heard. */
  rings(media: boolean): void {
    if (this.#callee !== 'sounds') this.#callee = media ? 'sounds' : 'rings';
    this.#next();
  }

  /** The callee listens to the notice: ringing tone, whatever it was before. */
  ringOn(): void {
    this.#callee = 'rings';
    this.#options.session.unbridge();
    this.#next();
  }

  /** Both talk: whatever played has stopped with that. */
  connected(): void {
    this.#connected = true;
  }

  #next(): void {
    if (this.#connected || this.#reminder === 'playing') return;
    const { session, leg } = this.#options;
    if (this.#callee === 'sounds') session.bridge();
    else if (this.#callee === 'rings') session.tone(leg, 'ringback');
  }

  /** Whether it was played to its end; where it cannot be, the call matters more. */
  async #play(): Promise<boolean> {
    const { session, leg, language, log, call } = this.#options;
    try {
      const reminder = { name: 'reminder', language };
      const { framesSent, framesTotal } = await session.play(leg, reminder, { signal: call.signal });
      return framesSent >= framesTotal;
    } catch (error) {
      log.warn({ error: errorMessage(error) }, 'the reminder was not played');
      return false;
    }
  }
}
