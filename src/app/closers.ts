/** What was started is stopped in the opposite order, all of it, whatever one of them says. */
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';

export class Closers {
  readonly #steps: { name: string; close: () => unknown }[] = [];

  constructor(private readonly log: Log) {}

  add(name: string, close: () => unknown): void {
    this.#steps.push({ name, close });
  }

  async close(): Promise<void> {
    for (const { name, close } of this.#steps.splice(0).toReversed()) {
      try {
        await close();
      } catch (error) {
        this.log.error({ part: name, error: errorMessage(error) }, 'a part could not be stopped in good order');
      }
    }
  }
}
