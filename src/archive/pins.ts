/** Recordings that somebody uses just now, however many times at once. */
import type { CallId } from '../base/brands.js';

export class Pins {
  readonly #times = new Map<CallId, number>();

  /** It is in use until the function that is given back is called. */
  add(id: CallId): () => void {
    this.#times.set(id, (this.#times.get(id) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#times.get(id) ?? 1) - 1;
      if (left === 0) this.#times.delete(id);
      else this.#times.set(id, left);
    };
  }

  has(id: CallId): boolean {
    return this.#times.has(id);
  }
}
