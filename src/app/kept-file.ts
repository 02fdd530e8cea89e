/** A small file of the data folder that the program keeps for itself: read at the start, written anew, whole or not at all. */
import { join } from 'node:path';
import type { z } from 'zod';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { FileStore } from '../journal/file-store.js';
import { readAll, writeWhole } from '../journal/whole-file.js';

export interface KeptPlace {
  readonly files: FileStore;
  /** The data folder. */
  readonly data: string;
  readonly name: string;
  readonly log: Log;
  /** What it holds, for the log. */
  readonly what: string;
}

export class KeptFile {
  readonly #place: KeptPlace;
  /** What is to be written next. */
  #next: string | undefined;
  #writing: Promise<void> | undefined;

  constructor(place: KeptPlace) {
    this.#place = place;
  }

  /** What stands in it; undefined where there is none, or none that can be read, which is said in the log. */
  async read<T>(schema: z.ZodType<T>): Promise<T | undefined> {
    const { files, log, what } = this.#place;
    try {
      const text = (await readAll(files, this.#path)).toString('utf8');
      return text === '' ? undefined : schema.parse(JSON.parse(text));
    } catch (error) {
      log.warn({ path: this.#path, error: errorMessage(error) }, `${what} of before cannot be read: forgotten`);
      return undefined;
    }
  }

  save(value: unknown): void {
    this.#next = `${JSON.stringify(value)}\n`;
    this.#writing ??= this.#write();
  }

  /** Resolves when nothing is being written any more. */
  async close(): Promise<void> {
    await this.#writing;
  }

  get #path(): string {
    return join(this.#place.data, this.#place.name);
  }

  /** What comes while it writes is written after it, all at once. */
  async #write(): Promise<void> {
    const { files, data, log, what } = this.#place;
    for (let text = this.#next; text !== undefined; text = this.#next) {
      this.#next = undefined;
      await writeWhole(files, data, this.#path, text).catch((error: unknown) =>
        log.warn({ path: this.#path, error: errorMessage(error) }, `${what} would not outlive a restart`),
      );
    }
    this.#writing = undefined;
  }
}
