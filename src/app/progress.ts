/** What long commands are at, for whoever asks meanwhile: the command line that draws a bar. */
import type { Progress } from '../base/progress.js';

export interface Work {
  /** The command. */
  readonly name: string;
  readonly done: number;
  readonly all: number;
  /** What is counted. */
  readonly what: string;
}

export class ProgressBoard {
  readonly #works = new Map<symbol, Work>();

  /** All that is under way. */
  get works(): readonly Work[] {
    return [...this.#works.values()];
  }

  /** Does the work; as long as it lasts, what it tells of its progress is here. */
  async during<T>(name: string, work: (progress: Progress) => Promise<T>): Promise<T> {
    const key = Symbol(name);
    try {
      return await work((done, all, what) => this.#works.set(key, { name, done, all, what }));
    } finally {
      this.#works.delete(key);
    }
  }
}
