/** How long the event loop was busy at a stretch, lately. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export class LoopLag {
  readonly #delay = monitorEventLoopDelay({ resolution: 20 });
  #since = performance.now();
  #before = 0;

  constructor() {
    this.#delay.enable();
  }

  /** The longest of the last half to whole minute, milliseconds. */
  get worstMs(): number {
    const now = performance.now();
    const worst = this.#delay.count > 0 ? this.#delay.max / 1e6 : 0;
    const both = Math.max(worst, this.#before);
    if (now - this.#since > 30_000) {
      this.#before = worst;
      this.#delay.reset();
      this.#since = now;
    }
    return both;
  }

  close(): void {
    this.#delay.disable();
  }
}
