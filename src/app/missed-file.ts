/** Missed calls in the data folder, `missed.json`: small, written anew whenever one is added, whole or not at all. */
import { join } from 'node:path';
import { z } from 'zod';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { MissedCounts, MissedStore } from '../calls/presence/missed-calls.js';
import type { FileStore } from '../journal/file-store.js';
import { readAll, writeWhole } from '../journal/whole-file.js';

const stored = z.record(z.string(), z.number().int().min(1));

interface Place {
  readonly files: FileStore;
  readonly data: string;
  readonly log: Log;
}

export class MissedFile implements MissedStore {
  readonly counts: MissedCounts;
  readonly #place: Place;
  /** What is to be written next. */
  #next: string | undefined;
  #writing: Promise<void> | undefined;

  private constructor(place: Place, counts: MissedCounts) {
    this.#place = place;
    this.counts = counts;
  }

  /** Reads them. A file that cannot be read costs lamps, not calls: the counts begin anew. */
  static async open(files: FileStore, data: string, log: Log): Promise<MissedFile> {
    const place = { files, data, log };
    try {
      const text = (await readAll(files, pathIn(data))).toString('utf8');
      return new MissedFile(place, new Map(Object.entries(text === '' ? {} : stored.parse(JSON.parse(text)))));
    } catch (error) {
      log.warn({ path: pathIn(data), error: errorMessage(error) }, 'missed calls of before cannot be read: they are forgotten'); // prettier-ignore
      return new MissedFile(place, new Map());
    }
  }

  save(counts: MissedCounts): void {
    this.#next = `${JSON.stringify(Object.fromEntries(counts))}\n`;
    this.#writing ??= this.#write();
  }

  /** Resolves when nothing is being written any more. */
  async close(): Promise<void> {
    await this.#writing;
  }

  /** What comes while it writes is written after it, all at once. */
  async #write(): Promise<void> {
    const { files, data, log } = this.#place;
    for (let text = this.#next; text !== undefined; text = this.#next) {
      this.#next = undefined;
      await writeWhole(files, data, pathIn(data), text).catch((error: unknown) =>
        log.warn({ error: errorMessage(error) }, 'a missed call would not outlive a restart'),
      );
    }
    this.#writing = undefined;
  }
}

const pathIn = (data: string): string => join(data, 'missed.json');
