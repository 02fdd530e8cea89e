/** What is free on the file system, asked for not more often than it need be. */
import type { Clock } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { FileStore } from '../journal/file-store.js';
import type { Folders } from './folders.js';

export interface FreeSpaceParts {
  readonly files: FileStore;
  readonly folders: Folders;
  readonly clock: Clock;
  readonly log: Log;
}

/** How old the file system's own figure may be, milliseconds. */
const AGE = 1000;

export class FreeSpace {
  readonly #parts: FreeSpaceParts;
  #bytes = Number.POSITIVE_INFINITY;
  #at = Number.NEGATIVE_INFINITY;

  constructor(parts: FreeSpaceParts) {
    this.#parts = parts;
  }

  /** When the file system was last asked, less what was granted since. */
  get bytes(): number {
    return this.#bytes;
  }

  /** So many bytes were granted to somebody. */
  take(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** Asks, if it was not asked just now. */
  async look(): Promise<void> {
    const { clock, files, folders, log } = this.#parts;
    if (clock.monotonic() - this.#at < AGE) return;
    const at = clock.monotonic();
    try {
      this.#bytes = await files.free(folders.data);
      this.#at = at;
    } catch (error) {
      log.warn({ error: errorMessage(error) }, 'cannot ask the file system for its free bytes');
    }
  }

  /** Asks now. */
  lookAgain(): Promise<void> {
    this.#at = Number.NEGATIVE_INFINITY;
    return this.look();
  }
}
