/** What the archive does by the clock, one round at a time: a round that takes long delays the next one. */
import type { Clock, Timer } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';

export interface Chore {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
}

const ROUND_MS = 5000;

export class Housekeeping {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #chores: readonly Chore[];
  /** When each chore was last done, monotonic. */
  readonly #done = new Map<Chore, number>();
  #timer: Timer | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  /** A chore is done in the first round after its time has come. */
  constructor(clock: Clock, log: Log, chores: readonly Chore[]) {
    this.#clock = clock;
    this.#log = log;
    this.#chores = chores;
    this.#schedule();
  }

  /** Resolves when no round is under way. */
  idle(): Promise<void> {
    return this.#round;
  }

  async close(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#round;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = this.#clock.setTimer(ROUND_MS, () => {
      this.#round = this.#doRound().then(() => this.#schedule());
    });
  }

  /** Never rejects. */
  async #doRound(): Promise<void> {
    for (const chore of this.#chores) {
      const now = this.#clock.monotonic();
      if (now - (this.#done.get(chore) ?? Number.NEGATIVE_INFINITY) < chore.everyMs || this.#stopped) continue;
      this.#done.set(chore, now);
      try {
        await chore.run();
      } catch (error) {
        this.#log.error({ chore: chore.name, error: errorMessage(error) }, 'a chore of the archive failed');
      }
    }
  }
}
