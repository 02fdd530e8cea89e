/**
 * Live reload: looks at the configuration file when it changes (or when asked, on SIGHUP), validates it whole, and hands
 * on what a running program can take over. A file with mistakes changes nothing: they are told, and what runs runs on.
 */
import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Clock, Timer } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { Mutex } from '../base/mutex.js';
import { changedSettings, effectOf, takenOver } from './changes.js';
import type { Config } from './schema.js';

/** Editors write in several steps; the file is read when it has been left alone for so long. */
const CALM_MS = 200;

/** What a look at the file came to. */
export type Reload =
  | { readonly state: 'unchanged' }
  | { readonly state: 'refused'; readonly error: unknown }
  | {
      readonly state: 'changed';
      /** What is in effect now. */
      readonly config: Config;
      /** Settings that are in effect now, or from the next call on. */
      readonly applied: readonly string[];
      /** Settings that differ from what runs and wait for a restart. */
      readonly waiting: readonly string[];
    };

export interface ConfigWatcherOptions {
  readonly file: string;
  /** What runs now. */
  readonly config: Config;
  /** Reads and validates the file as it was read at start. */
  readonly load: () => Promise<Config>;
  /** Takes the new configuration over; what takes a restart is in it as it was. */
  readonly apply: (config: Config, applied: readonly string[]) => Promise<void> | void;
  readonly clock: Clock;
  readonly log: Log;
}

export class ConfigWatcher {
  readonly #options: ConfigWatcherOptions;
  readonly #oneByOne = new Mutex();
  readonly #stop: () => void;
  #running: Config;
  #waiting = '';
  #timer: Timer | undefined;

  private constructor(options: ConfigWatcherOptions, observe: Observe) {
    this.#options = options;
    this.#running = options.config;
    this.#stop = this.#observe(observe);
  }

  /** Watches from now on. `observe` is how changes of a file are noticed. */
  static start(options: ConfigWatcherOptions, observe: Observe = observeFile): ConfigWatcher {
    return new ConfigWatcher(options, observe);
  }

  /** What is in effect. */
  get config(): Config {
    return this.#running;
  }

  /** Looks at the file now. Never rejects: what is wrong is in the log and in the result. */
  reload(): Promise<Reload> {
    this.#timer?.cancel();
    return this.#oneByOne.run(() => this.#reload());
  }

  /** Stops watching; a reload that has begun is waited for. */
  async close(): Promise<void> {
    this.#stop();
    this.#timer?.cancel();
    await this.#oneByOne.idle();
  }

  #observe(observe: Observe): () => void {
    const { file, log } = this.#options;
    try {
      return observe(file, () => this.#soon());
    } catch (error) {
      log.warn(
        { file, error: errorMessage(error) },
        'changes of the file are not noticed here: send SIGHUP after each',
      );
      return () => undefined;
    }
  }

  #soon(): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.setTimer(CALM_MS, () => void this.reload());
  }

  async #reload(): Promise<Reload> {
    const { file, load, apply, log } = this.#options;
    try {
      const wanted = await load();
      const changed = changedSettings(this.#running, wanted);
      const waiting = changed.filter((setting) => effectOf(setting) === 'restart');
      const applied = changed.filter((setting) => effectOf(setting) !== 'restart');
      if (applied.length > 0) {
        const config = takenOver(this.#running, wanted);
        await apply(config, applied);
        this.#running = config;
        log.info({ file, settings: applied }, 'the configuration was changed');
      }
      const news = this.#tellWaiting(waiting);
      if (applied.length === 0 && !news) return { state: 'unchanged' };
      return { state: 'changed', config: this.#running, applied, waiting };
    } catch (error) {
      log.error({ file, error: errorMessage(error) }, 'the changed configuration is not used; what ran before runs on');
      return { state: 'refused', error };
    }
  }

  /** Says once which settings wait for a restart. */
  #tellWaiting(waiting: readonly string[]): boolean {
    const key = waiting.join(' ');
    if (key === this.#waiting) return false;
    this.#waiting = key;
    if (waiting.length > 0)
      this.#options.log.warn({ settings: waiting }, 'these changes of the configuration take effect at the next start');
    return true;
  }
}

/** Calls `changed` whenever a file may have changed, until the function that it returns is called. */
export type Observe = (file: string, changed: () => void) => () => void;

/** Watches the folder: editors and our own edits put a new file in the place of the old one. */
const observeFile: Observe = (file, changed) => {
  const name = basename(file);
  const watcher = watch(dirname(file), { persistent: false }, (_event, changedName) => {
    if (changedName === null || changedName === name) changed();
  });
  watcher.on('error', changed);
  return () => watcher.close();
};
