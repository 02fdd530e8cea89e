/** What the archive does by itself: once after the start, and then by the clock. */
import { errorMessage } from '../base/errors.js';
import { noProgress } from '../base/progress.js';
import type { Progress } from '../base/progress.js';
import { Compactor } from './compactor.js';
import { measureOther, removeEmptyFolders } from './disk-walk.js';
import { Housekeeping } from './housekeeping.js';
import { forecastOf } from './pace.js';
import type { Parts } from './parts.js';
import { verifyPartsOf } from './parts.js';
import { dropLeftKeys } from './left-keys.js';
import { reconcile } from './reconcile.js';
import type { ReconcileReport } from './reconcile.js';
import type { Difference } from './verify.js';

export class Upkeep {
  readonly #parts: Parts;
  readonly #housekeeping: Housekeeping;
  readonly #compactor: Compactor;
  /** The look at all recordings after the start. */
  readonly #reconciling: Promise<void>;
  #entered = 0;
  readonly #closing = new AbortController();

  constructor(parts: Parts) {
    this.#parts = parts;
    const { clock, log } = parts.options;
    this.#housekeeping = new Housekeeping(clock, log, [
      { name: 'pay what is owed to the journal', everyMs: 0, run: () => this.#payOwed() },
      { name: 'audit', everyMs: 0, run: () => parts.audit.settle() },
      { name: 'room for running calls', everyMs: 0, run: () => parts.room.keepAhead() },
      { name: 'erasures', everyMs: 60_000, run: () => parts.erasures.retry() },
      { name: 'holds that end', everyMs: 10_000, run: () => this.#releaseEnded() },
      { name: 'retention', everyMs: 10_000, run: () => parts.retention.enforce() },
      { name: 'shares of the budget', everyMs: 60_000, run: () => Promise.resolve(parts.retention.watch()) },
      { name: 'forecast', everyMs: 3_600_000, run: () => this.#promised() },
      { name: 'other files', everyMs: 60_000, run: () => this.measure() },
      { name: 'index', everyMs: 0, run: async () => parts.index?.calls.check() },
      { name: 'keys of what is gone', everyMs: 3_600_000, run: () => this.#destroyKeys() },
      { name: 'metadata', everyMs: 60_000, run: () => parts.retention.forgetMetadata() },
    ]);
    this.#compactor = new Compactor({ store: parts.store, clock, log, quota: () => parts.retention.policy.quota });
    this.#reconciling = this.#reconcile();
  }

  /** Resolves when the look after the start is over and no round is under way. */
  async idle(): Promise<void> {
    await this.#reconciling;
    await this.#parts.encoding.idle();
    await this.#housekeeping.idle();
    await this.#compactor.idle();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reconciling;
    await this.#housekeeping.close();
    await this.#compactor.close();
  }

  /** Compares the recordings on the disk with the journal once more; `adopted`: since the start. */
  async compare(progress: Progress): Promise<ReconcileReport> {
    await this.#reconciling;
    const { open } = await this.#compare(progress);
    return { adopted: this.#entered, open };
  }

  /** Counts what is under the data folder and not the archive's own. */
  async measure(): Promise<void> {
    const { budget, options, folders } = this.#parts;
    budget.other = await measureOther(options.files, folders, (bytes) => budget.onDisk(bytes));
  }

  async #reconcile(): Promise<void> {
    const { options, folders, retention } = this.#parts;
    try {
      this.#compactor.look(); // what the last run left
      await retention.enforce(); // the quota may have been made smaller since the last run
      const { signal } = this.#closing;
      await retention.forgetMetadata();
      const { open } = await this.#compare(noProgress);
      await removeEmptyFolders(options.files, folders.recordings);
      this.#alarmOfKeys(open);
      const missing = open.filter(({ kind }) => kind === 'recording-missing').length;
      const now = options.clock.now();
      if (!signal.aborted) await dropLeftKeys(verifyPartsOf(this.#parts), { now, missing });
      if (!signal.aborted) await this.#destroyKeys();
    } catch (error) {
      options.log.error({ error: errorMessage(error) }, 'cannot compare the recordings on the disk with the journal');
    }
  }

  #alarmOfKeys(open: readonly Difference[]): void {
    const recordings = open.filter(({ kind }) => kind === 'key-missing').length;
    if (recordings === 0) return;
    const message = `${recordings} sealed recordings have no key: halina key restore FOLDER takes the keys of a backup`;
    this.#parts.options.alarms?.raise('KEYS_MISSING', 'archive', message, { recordings });
  }

  /** Of what was evicted since the last time, together: each time the whole keystore is written anew. */
  async #destroyKeys(): Promise<void> {
    const { vault, options } = this.#parts;
    const keys = (await vault.keys?.destroy()) ?? 0;
    if (keys > 0) options.log.info({ keys, epoch: vault.keys?.epoch }, 'keys of what is gone were destroyed');
  }

  async #compare(progress: Progress): Promise<ReconcileReport> {
    const { options, retention } = this.#parts;
    const { found, log } = options;
    const { signal } = this.#closing;
    const report = await reconcile({ ...verifyPartsOf(this.#parts), retention, found, log, signal, progress });
    this.#entered += report.adopted;
    return report;
  }

  async #payOwed(): Promise<void> {
    const { store, encoding, options } = this.#parts;
    try {
      for (const { entry } of await store.payOwed()) encoding.add(entry.id);
      options.alarms?.clear('JOURNAL_BEHIND', 'archive');
    } catch (error) {
      const message = 'the journal cannot be written; see that the disk has room and is sound';
      options.alarms?.raise('JOURNAL_BEHIND', 'archive', message, { error: errorMessage(error), owed: store.owed });
    }
  }

  async #releaseEnded(): Promise<void> {
    const { guards, retention } = this.#parts;
    if (retention.trustsClock) await guards.releaseEnded();
  }

  async #promised(): Promise<void> {
    const { store, budget, options, retention, alarms } = this.#parts;
    if (retention.policy.keepAtLeast === 0 && !retention.policy.classes) return;
    const now = options.clock.now();
    alarms.promised(await forecastOf({ catalogue: store.catalogue, budget, now }, retention.policy));
  }
}
