/** Parked calls: each in an orbit, from which any handset of the office may take it. */
import type { Taker } from './taker.js';

/** A call that waits in an orbit. */
export interface Parked {
  /** A handset takes it; false where it is gone already. */
  take(taker: Taker): boolean;
}

export class Orbits {
  readonly #parked = new Map<string, Parked>();

  /** Puts a call into an orbit; false where there is one. */
  put(orbit: string, call: Parked): boolean {
    if (this.#parked.has(orbit)) return false;
    this.#parked.set(orbit, call);
    return true;
  }

  isFree(orbit: string): boolean {
    return !this.#parked.has(orbit);
  }

  /** A handset asks for what is in the orbit; false where there is nothing. */
  take(orbit: string, taker: Taker): boolean {
    return this.#parked.get(orbit)?.take(taker) ?? false;
  }

  /** The call has left its orbit. */
  leave(orbit: string, call: Parked): void {
    if (this.#parked.get(orbit) === call) this.#parked.delete(orbit);
  }
}
