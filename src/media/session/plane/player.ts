/**
 * Plays a sound towards a leg, frame by frame on an ideal line of time. A frame that is a little late is caught up with
 * at double pace; after a standstill of the process the line begins anew, with a gap in the timestamps, since a burst
 * would only be thrown away by the peer's jitter buffer. While the peer may not be sent to (hold) the sound waits: a
 * notice is heard whole or not counted as played.
 */
import { type EncodedSound, FRAME_MS, framesOf } from './sound.js';
import type { Paced } from './pacer.js';

export interface PlayerTarget {
  /** Sends frame `index` of the sound; `begin`: it does not follow the frame before without a gap. */
  sendFrame(sound: EncodedSound, index: number, begin: boolean, now: number): void;
  /** Whether the peer may be sent to at present. */
  readonly maySend: boolean;
}

export interface PlayResult {
  readonly framesSent: number;
  readonly framesTotal: number;
  /** Monotonic milliseconds; equal when nothing was sent. */
  readonly began: number;
  readonly ended: number;
}

/** Milliseconds of lateness that are caught up with; more is left as a gap. */
const STANDSTILL = 200;

export class Player implements Paced {
  readonly #target: PlayerTarget;
  readonly #sound: EncodedSound;
  readonly #total: number;
  readonly #loop: boolean;
  readonly #done: (result: PlayResult) => void;
  #index = 0;
  #gap = true;
  /** When frame 0 was or would have been due. */
  #line: number | undefined;
  #began: number | undefined;
  #last = 0;

  /** @param options `loop`: from the beginning again until stopped; `done`: called once, at the end or when stopped */
  constructor(target: PlayerTarget, sound: EncodedSound, options: { loop: boolean; done: (r: PlayResult) => void }) {
    this.#target = target;
    this.#sound = sound;
    this.#total = framesOf(sound);
    this.#loop = options.loop;
    this.#done = options.done;
  }

  step(now: number): number | undefined {
    this.#line ??= now;
    if (this.#index === this.#total && !this.#loop) {
      this.finish(now);
      return undefined;
    }
    const due = this.#line + this.#index * FRAME_MS;
    if (now < due) return due;
    if (!this.#target.maySend || now - due > STANDSTILL) {
      this.#line += now - due;
      this.#gap = true;
      if (!this.#target.maySend) return now + FRAME_MS;
    }
    this.#send(now);
    return Math.max(this.#line + this.#index * FRAME_MS, now + FRAME_MS / 2);
  }

  #send(now: number): void {
    this.#target.sendFrame(this.#sound, this.#index % this.#total, this.#gap, now);
    this.#began ??= now;
    this.#last = now;
    this.#gap = false;
    this.#index++;
  }

  /** Ends it here and says how far it came. Call it once. */
  finish(now: number): void {
    const began = this.#began ?? now;
    const ended = this.#began === undefined ? now : Math.min(now, this.#last + FRAME_MS);
    this.#done({ framesSent: this.#index, framesTotal: this.#total, began, ended });
  }
}
