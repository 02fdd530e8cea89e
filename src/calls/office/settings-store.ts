/**
 * Keeps the settings: in memory, where calls look at them, and in a file of the data folder, whole and at once: written
 * beside, synced, renamed. They change some times a day, so there is nothing to gain from a journal or from Redis, and
 * a restart reads them without either. Calls go by what is in memory even if the disk refuses a change; that is said in the
 * log and to whoever made it, and the next change writes all of them.
 */
import { dirname } from 'node:path';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import { Mutex } from '../../base/mutex.js';
import { systemErrorCode, type FileStore } from '../../journal/file-store.js';
import { changed, noSettings, settingsSchema, type Change, type Settings } from './settings.js';

/** Makes settings outlive the program. Rejects where it cannot. */
export type SaveSettings = (settings: Settings) => Promise<void>;

export class SettingsStore {
  readonly #save: SaveSettings;
  readonly #log: Log;
  readonly #listeners = new Set<() => void>();
  readonly #writing = new Mutex();
  #settings: Settings;

  constructor(settings: Settings, save: SaveSettings, log: Log) {
    this.#settings = settings;
    this.#save = save;
    this.#log = log;
  }

  /** Reads them. A file that cannot be read is put beside, and the office begins with what the configuration says. */
  static async open(files: FileStore, path: string, log: Log): Promise<SettingsStore> {
    const save: SaveSettings = (settings) => write(files, path, `${JSON.stringify(settings, null, 2)}\n`);
    try {
      const text = await read(files, path);
      return new SettingsStore(text === undefined ? noSettings : settingsSchema.parse(JSON.parse(text)), save, log);
    } catch (error) {
      log.error(
        { path, error: errorMessage(error) },
        'what handsets had set (night mode, forwards, log-ins) cannot be read and was put beside as .damaged: set it again',
      );
      await files.rename(path, `${path}.damaged`);
      return new SettingsStore(noSettings, save, log);
    }
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Told after every change. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Counts at once. Resolves with whether it will outlive a restart. */
  async change(change: Change): Promise<boolean> {
    this.#settings = changed(this.#settings, change);
    for (const listener of this.#listeners) listener();
    try {
      await this.#writing.run(() => this.#save(this.#settings));
      return true;
    } catch (error) {
      this.#log.error({ error: errorMessage(error) }, 'a setting of a handset would not outlive a restart');
      return false;
    }
  }

  /** Resolves when nothing is being written any more. */
  close(): Promise<void> {
    return this.#writing.idle();
  }
}

async function write(files: FileStore, path: string, text: string): Promise<void> {
  const beside = `${path}.new`;
  const file = await files.open(beside, 'write');
  try {
    await file.truncate(0);
    await file.write(Buffer.from(text), 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(beside, path);
  await files.syncFolder(dirname(path));
}

/** Undefined where there is no such file. */
async function read(files: FileStore, path: string): Promise<string | undefined> {
  try {
    const bytes = (await files.stat(path))?.bytes;
    if (bytes === undefined) return undefined;
    const file = await files.open(path, 'read');
    try {
      return (await file.read(0, bytes)).toString('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
