/**
 * Makes keys towards a leg as telephone-events (RFC 4733 § 2.5.1.2): 100 ms each in steps of 20 ms, the end said three
 * times, a pause between two keys. The queue is bounded: nobody dials that fast.
 */
import type { Paced } from './pacer.js';
import { FRAME, FRAME_MS } from './sound.js';

export interface KeyTarget {
  /** Sends a packet of the event. `duration`: timestamp units since the key's beginning. */
  sendEvent(key: string, packet: { first: boolean; ended: boolean; duration: number }, now: number): void;
}

/** Steps of 20 ms: of the key (the last says the end), of the end's repetitions, of the pause. */
const KEY_STEPS = 5;
const REPEAT_STEPS = 2;
const PAUSE_STEPS = 3;
const ALL_STEPS = KEY_STEPS + REPEAT_STEPS + PAUSE_STEPS;
const MAX_QUEUE = 32;

export class KeySender implements Paced {
  readonly #target: KeyTarget;
  readonly #queue: string[] = [];
  #step = 0;
  #due = 0;

  constructor(target: KeyTarget) {
    this.#target = target;
  }

  /** Whether a key is being sent, or waits. */
  get busy(): boolean {
    return this.#queue.length > 0;
  }

  /** Adds a key; false when there are too many already. Whoever adds the first one starts the pacing. */
  add(key: string): boolean {
    if (this.#queue.length >= MAX_QUEUE) return false;
    this.#queue.push(key);
    return true;
  }

  step(now: number): number | undefined {
    const key = this.#queue[0];
    if (key === undefined) return undefined;
    if (this.#step === 0) this.#due = now;
    if (this.#step < KEY_STEPS + REPEAT_STEPS) {
      const duration = FRAME * Math.min(this.#step + 1, KEY_STEPS);
      this.#target.sendEvent(key, { first: this.#step === 0, ended: this.#step >= KEY_STEPS - 1, duration }, now);
    }
    this.#step++;
    this.#due += FRAME_MS;
    if (this.#step === ALL_STEPS) {
      this.#step = 0;
      this.#queue.shift();
    }
    return Math.max(this.#due, now + FRAME_MS / 2);
  }

  clear(): void {
    this.#queue.length = 0;
    this.#step = 0;
  }
}
