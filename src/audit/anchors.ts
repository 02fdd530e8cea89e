/**
 * Makes anchors: every so many events, every so long where there is something new, at once when told to, and at the end. Each is appended to
 * `audit/anchors.log` and sent to every place outside that is configured. A place that can't be reached is an alarm and
 * gets the next one: a later anchor covers everything that an earlier one did.
 */
import { join } from 'node:path';
import type { AlarmBell } from '../base/alarms.js';
import type { Clock } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { Mutex } from '../base/mutex.js';
import type { FileStore } from '../journal/file-store.js';
import { readAll } from '../journal/whole-file.js';
import { formatAnchor, makeAnchor, parseAnchor, type Anchor } from './anchor.js';
import { AppendFile } from './append-file.js';
import type { ChainEnd } from './heal.js';
import { anchorLines, NO_LINE_BREAK } from './segments.js';
import type { SigningKey } from './signing-keys.js';

/** Somewhere else, where anchors are safe from whoever holds this machine. */
export interface AnchorPlace {
  /** For messages, e.g. `file /mnt/nas/anchors.log`. */
  readonly name: string;
  /** `line`: an anchor with its line break. */
  send(line: string): Promise<void>;
  /** Sends what it held back. */
  close?(): Promise<void>;
}

export interface AnchorsOptions {
  readonly files: FileStore;
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly alarms: AlarmBell;
  readonly places: readonly AnchorPlace[];
}

const UNSENT = 'ANCHOR_NOT_SENT';

export const anchorsPath = (folder: string): string => join(folder, 'anchors.log');

/** The last line that an anchor covers, as far as the file can be read. */
export async function lastAnchor(files: FileStore, folder: string): Promise<Anchor | undefined> {
  const lines = anchorLines(await readAll(files, anchorsPath(folder)));
  const last = lines.findLast(({ found }) => typeof found !== 'string')?.found;
  return typeof last === 'object' ? last : undefined;
}

/** A torn anchor is a beginning of one. A whole one with something else where its line break was is damage: it stays, as a line. */
async function settleEnd(file: AppendFile, { offset, length }: { offset: number; length: number }): Promise<void> {
  const text = (await file.read()).subarray(offset, offset + length - 1).toString('latin1');
  if (typeof parseAnchor(text) === 'string') await file.cut(offset);
  else await file.append('\n');
}

export class Anchors {
  readonly #options: AnchorsOptions;
  readonly #file: AppendFile;
  readonly #door = new Mutex();
  #last: Anchor | undefined;

  private constructor(options: AnchorsOptions, file: AppendFile, last: Anchor | undefined) {
    this.#options = options;
    this.#file = file;
    this.#last = last;
  }

  /** Opens the file and cuts off a torn end: an anchor that was being written when the world ended. */
  static async open(options: AnchorsOptions): Promise<Anchors> {
    const { files, folder } = options;
    const file = await AppendFile.open(files, anchorsPath(folder));
    const lines = anchorLines(await file.read());
    const end = lines.at(-1);
    if (end?.found === NO_LINE_BREAK) await settleEnd(file, end);
    return new Anchors(options, file, await lastAnchor(files, folder));
  }

  /** The last line that is covered; 0 if none is. */
  get seq(): number {
    return this.#last?.seq ?? 0;
  }

  /** When the last anchor was made, Unix milliseconds. */
  get at(): number | undefined {
    return this.#last && Date.parse(this.#last.at);
  }

  /** Makes an anchor for the line, unless it is covered, and sends it. Rejects where it can't be written here. */
  make({ seq, hash }: ChainEnd, key: SigningKey): Promise<void> {
    return this.#door.run(async () => {
      if (seq <= this.seq && this.#last?.key === key.id) return;
      const { clock } = this.#options;
      const anchor = makeAnchor({ n: (this.#last?.n ?? 0) + 1, at: clock.now(), seq, hash }, key);
      await this.#file.append(formatAnchor(anchor));
      this.#last = anchor;
      await this.#send(anchor);
    });
  }

  async close(): Promise<void> {
    await this.#door.idle();
    await this.#file.close();
    const { places, log } = this.#options;
    for (const place of places) {
      await place.close?.().catch((error: unknown) => {
        log.warn({ place: place.name, error: errorMessage(error) }, 'the last anchor was not sent');
      });
    }
  }

  async #send(anchor: Anchor): Promise<void> {
    const { places, alarms, log } = this.#options;
    const line = formatAnchor(anchor);
    for (const place of places) {
      try {
        await place.send(line);
        alarms.clear(UNSENT, place.name);
      } catch (error) {
        const message = `an anchor of the audit log could not be sent to ${place.name}: ${errorMessage(error)}; the next one is tried again`;
        alarms.raise(UNSENT, place.name, message);
        log.warn({ place: place.name, seq: anchor.seq, error: errorMessage(error) }, 'anchor not sent');
      }
    }
  }
}
