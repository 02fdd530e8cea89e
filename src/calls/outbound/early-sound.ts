/**
 * What the calling handset hears before it is answered: the reminder to give the notice first and whole, then the
 * callee's own sound (announcements, ringing of its network), else ringing tone.
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
  readonly signal: AbortSignal;
}

export class EarlySound {
  readonly #options: EarlySoundOptions;
  #reminder: 'unwanted' | 'playing' | 'heard' = 'unwanted';
  #callee: 'silent' | 'rings' | 'sounds' = 'silent';
  #connected = false;

  constructor(options: EarlySoundOptions) {
    this.#options = options;
  }

  /** Begins the reminder. */
  remind(): void {
    this.#reminder = 'playing';
    void this.#play().then(() => this.#next());
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

  /** Both talk. A reminder that was cut off by that is whispered now, whole: only the employee hears it. */
  connected(): void {
    this.#connected = true;
    if (this.#reminder === 'playing') void this.#play();
  }

  #next(): void {
    if (this.#connected || this.#reminder === 'playing') return;
    const { session, leg } = this.#options;
    if (this.#callee === 'sounds') session.bridge();
    else if (this.#callee === 'rings') session.tone(leg, 'ringback');
  }

  async #play(): Promise<void> {
    const { session, leg, language, log, signal } = this.#options;
    try {
      const played = await session.play(leg, { name: 'reminder', language }, { signal });
      if (played.framesSent >= played.framesTotal) this.#reminder = 'heard';
    } catch (error) {
      this.#reminder = 'heard'; // It can't be; the call matters more.
      log.warn({ error: errorMessage(error) }, 'the reminder was not played');
    }
  }
}
