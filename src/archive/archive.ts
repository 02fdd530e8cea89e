/**
 * The archive: what the office keeps of its calls, and the one door to it. It has the ledger of the call application
 * and the budget of the media engine; it makes recordings of spools, keeps the disk inside its budget, finds calls
 * again, holds, opens and erases recordings, and after a crash brings every call to its end.
 */
import type { CallId } from '../base/brands.js';
import { errorMessage, HalinaError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { noProgress } from '../base/progress.js';
import type { Progress } from '../base/progress.js';
import type { SpoolBudget } from '../media/engine.js';
import { countDays } from './days.js';
import type { DayCount } from './days.js';
import { tellingTexts } from './erasure.js';
import type { Erasure, ErasureWish } from './erasure.js';
import { doerOf } from './guards.js';
import type { Doer, Guard, GuardWish, ReleaseWish } from './guards.js';
import { searchIndex } from './index-search.js';
import { verifyIndex } from './index-verify.js';
import type { CallRecord } from './lifecycle.js';
import type { Ledger } from './ledger.js';
import { openParts } from './opening.js';
import { readerPartsOf, verifyPartsOf } from './parts.js';
import type { ArchiveOptions, Parts } from './parts.js';
import { forecastOf } from './pace.js';
import type { DatedForecast } from './pace.js';
import type { StoragePolicy } from './ports.js';
import { listen, openRecording, openSpool } from './reader.js';
import type { Listening, RecordingReader } from './reader.js';
import type { RecoveryReport } from './recovery.js';
import type { EvictionPlan } from './retention.js';
import type { Rules } from './rules.js';
import { searchJournal } from './search.js';
import { takeKeys } from './taking-keys.js';
import type { TakenKeys } from './taking-keys.js';
import type { CallPage, CallQuery } from './search.js';
import type { SealKey } from '../vault/seal-key.js';
import type { Vault } from '../vault/vault.js';
import { Upkeep } from './upkeep.js';
import { usageOf } from './usage.js';
import type { Usage } from './usage.js';
import { erasureDifferences, verifyDisk } from './verify.js';
import type { Difference } from './verify.js';

export type { ArchiveOptions } from './parts.js';

export interface ReindexReport {
  /** In the index now. */
  readonly calls: number;
  /** Recordings that the journal did not know and that were entered from their tags, since the start. */
  readonly entered: number;
  /** What was found and could not be put right. */
  readonly open: readonly Difference[];
}

export class Archive {
  readonly #parts: Parts;
  readonly #upkeep: Upkeep;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.#upkeep = new Upkeep(parts);
  }

  /** Opens the archive and brings what a crash left into order; what that leaves to do goes on afterwards. */
  static async open(options: ArchiveOptions): Promise<Archive> {
    return new Archive(await openParts(options));
  }

  /** Chosen by chance when the archive began; the name of its index in Redis. */
  get id(): string {
    return this.#parts.store.journal.id;
  }

  /** What the start found. */
  get recovered(): RecoveryReport {
    return this.#parts.recovered;
  }

  /** The dialogs of interrupted calls were ended: they are not named again at the next start. */
  async dialogsEnded(): Promise<void> {
    const { recovered, ledger } = this.#parts;
    const left = recovered.interrupted.filter(({ dialogs }) => dialogs.length > 0);
    await Promise.all(left.map(({ entry }) => ledger.saveDialogs(entry.id, [])));
  }

  /** For the call application: where calls are entered. */
  get ledger(): Ledger {
    return this.#parts.ledger;
  }

  /** For the media engine: who grants the bytes of spools. */
  get spoolBudget(): SpoolBudget {
    return this.#parts.room;
  }

  /** All that is known of a call. */
  find(id: CallId): Promise<CallRecord | undefined> {
    return this.#parts.store.read(id);
  }

  /** Where a call's recording is, if it has one. To read it, see `open`. */
  recordingPath(id: CallId): string | undefined {
    const item = this.#parts.store.catalogue.get(id);
    return item?.phase === 'recorded' ? this.#parts.folders.recordingOf(item) : undefined;
  }

  /** A page of the calls that match, the newest first. Answered from memory when Redis is away or behind. */
  async search(query: CallQuery): Promise<CallPage> {
    const { index, store, options } = this.#parts;
    if (index?.calls.following) {
      try {
        return await searchIndex({ ...index, store }, query);
      } catch (error) {
        if (error instanceof HalinaError) throw error;
        options.log.warn({ error: errorMessage(error) }, 'Redis did not answer a search; memory does');
      }
    }
    return searchJournal(store, query);
  }

  /** How many calls there were on each day on which one began from `from` to before `to`, Unix milliseconds. */
  days({ from, to }: { readonly from: number; readonly to: number }): Promise<DayCount[]> {
    return countDays(this.#parts.store.catalogue, from, to);
  }

  /** Enters recordings that the journal does not know, by their tags, and writes the whole index in Redis anew. */
  async reindex(progress: Progress = noProgress): Promise<ReindexReport> {
    const { index, store } = this.#parts;
    if (!index) throw new HalinaError('INDEX_NONE', 'there is no Redis to index in', { hint: 'see redis.url' });
    const { adopted, open } = await this.#upkeep.compare(progress);
    const { size } = store.catalogue;
    await index.calls.rebuild((done) => progress(done, Math.max(size, done), 'calls in the index'));
    return { calls: store.catalogue.size, entered: adopted, open };
  }

  /** Every call that has a recording. */
  async *recorded(): AsyncGenerator<CallRecord & { readonly state: { readonly phase: 'recorded' } }> {
    const { store } = this.#parts;
    for (const { id, phase } of store.catalogue.items()) {
      const record = phase === 'recorded' ? await store.read(id) : undefined;
      if (record?.state.phase === 'recorded') yield { ...record, state: record.state };
    }
  }

  /** Resolves when everything so far is in the index; waits for Redis. */
  async indexed(): Promise<void> {
    await this.#parts.index?.calls.caughtUp({ patient: true });
  }

  usage(): Usage {
    const { budget, retention, store, options, guards } = this.#parts;
    return usageOf({ catalogue: store.catalogue, budget, retention, held: guards.held }, options.clock.now());
  }

  /** How far back the archive will reach at the pace of the last weeks; `quota` (bytes): if that were the quota. */
  forecast(quota?: number): Promise<DatedForecast> {
    const { store, budget, options, retention } = this.#parts;
    const parts = { catalogue: store.catalogue, budget, now: options.clock.now() };
    return forecastOf(parts, { ...retention.policy, ...(quota === undefined ? {} : { quota }) });
  }

  /** The terms that hold for a call, and why it is kept. */
  retentionOf(id: CallId): Rules | undefined {
    const item = this.#parts.store.catalogue.get(id);
    return item && this.#parts.retention.rulesOf(item);
  }

  /** What is still to be done, and whether the index follows. */
  get work(): { spoolBytes: number; waiting: number; oldestWaitingMs: number; owed: number; following: boolean } {
    const { budget, encoding, store, index } = this.#parts;
    const { spools } = budget.sum(0);
    const { backlog, oldestMs } = encoding;
    const following = index?.calls.following ?? false;
    return { spoolBytes: spools, waiting: backlog, oldestWaitingMs: oldestMs, owed: store.owed, following };
  }

  /** Evicts what is due now; `dryRun`: only says what would go for room. */
  async evict({ dryRun = false } = {}): Promise<EvictionPlan> {
    const { retention } = this.#parts;
    const plan = retention.plan(retention.policy);
    if (!dryRun) await retention.enforce();
    return plan;
  }

  /** Changes the quota (bytes) at once; `dryRun`: only says what would go. */
  setQuota(bytes: number, options: { dryRun?: boolean } = {}): Promise<EvictionPlan> {
    return this.setPolicy({ ...this.#parts.retention.policy, quota: bytes }, options);
  }

  /** Changes the rules of retention at once; `dryRun`: only says what would go for room. */
  async setPolicy(policy: StoragePolicy, { dryRun = false } = {}): Promise<EvictionPlan> {
    const { retention } = this.#parts;
    const plan = retention.plan(policy);
    if (!dryRun) await retention.setPolicy(policy);
    return plan;
  }

  /** Someone wants to hear this call: its recording is made next. */
  hurry(id: CallId): void {
    this.#parts.encoding.hurry(id);
  }

  /** Keeps the recording, while it is listened to. Throws `ARCHIVE_NO_RECORDING` or `ARCHIVE_RESTRICTED`. */
  listening(id: CallId): Listening {
    return listen(readerPartsOf(this.#parts), id);
  }

  /** Opens the recording for reading in ranges; a listening too, until it is closed. Rejects as `listening` throws. */
  open(id: CallId): Promise<RecordingReader> {
    return openRecording(readerPartsOf(this.#parts), id);
  }

  /** Places a hold: neither eviction nor erasure takes the recording until it is released. See `GuardKeeper.place`. */
  hold(id: CallId, wish: GuardWish): Promise<Guard> {
    return this.#parts.guards.place(id, 'hold', wish);
  }

  /** As a hold, and nobody may hear the recording either (GDPR art. 18). */
  restrict(id: CallId, wish: GuardWish): Promise<Guard> {
    return this.#parts.guards.place(id, 'restriction', wish);
  }

  /** Releases one hold or restriction. Rejects with `GUARD_UNKNOWN` if none such stands. */
  release(id: CallId, guard: string, wish: ReleaseWish): Promise<Guard> {
    return this.#parts.guards.release(id, guard, wish);
  }

  /** The spool of a call whose recording is not made yet, as the pcap that it is. See `reader.openSpool`. */
  openSpool(id: CallId): ReturnType<typeof openSpool> {
    return openSpool(readerPartsOf(this.#parts), id);
  }

  /** Takes keys of a backup for what is here and has none. See `taking-keys.ts`. */
  takeKeys(keys: readonly SealKey[]): Promise<TakenKeys> {
    return takeKeys(verifyPartsOf(this.#parts), keys);
  }

  /** What holds the call and what held it, the oldest first. */
  async guards(id: CallId): Promise<readonly Guard[]> {
    const record = await this.find(id);
    if (!record) throw new HalinaError('ARCHIVE_UNKNOWN_CALL', `call ${id} is not there`);
    return record.guards ?? [];
  }

  /** Everything that is held, the oldest call first. */
  async held(): Promise<readonly CallRecord[]> {
    const items = [...this.#parts.guards.held].sort((a, b) => a.startedAt - b.startedAt);
    const records = await Promise.all(items.map(({ id }) => this.find(id)));
    return records.filter((record) => record !== undefined);
  }

  /** Erases a call: the sound, and everything that tells who it was with. For its errors see `Erasures.erase`. */
  async erase(id: CallId, wish: ErasureWish): Promise<void> {
    const record = await this.find(id);
    await this.#parts.erasures.erase(id, wish);
    await this.#parts.options.audit?.forget?.({ kind: 'recording', id }, record ? tellingTexts(record.entry) : []);
    this.#parts.index?.calls.purge();
    await this.#upkeep.measure();
  }

  /** All erasures that were ever made: what a restored backup must not bring back. */
  get erasures(): readonly Erasure[] {
    return this.#parts.erasures.list;
  }

  /** Writes a note to the call, in place of what was there; an empty text takes it away. */
  async annotate(id: CallId, { text, ...doer }: Doer & { readonly text: string }): Promise<void> {
    const at = this.#parts.options.clock.now();
    await this.#parts.store.advance(id, { type: 'noted', at, text: text.trim(), doer: doerOf(doer) });
  }

  /** Compares journal, index and disk; yields every difference. `hash`: reads every recording and checks its SHA-256. */
  async *verify({ hash = true, progress = noProgress } = {}): AsyncGenerator<Difference> {
    const { index, store, erasures, folders } = this.#parts;
    yield* erasureDifferences(folders.erasures, erasures.damage);
    yield* verifyDisk(verifyPartsOf(this.#parts), { hash, progress });
    if (index) yield* verifyIndex({ ...index, store, caughtUp: () => index.calls.caughtUp() });
  }

  /** Resolves when the audit log has what it can be told so far. */
  onRecord(): Promise<void> {
    return this.#parts.audit.settle();
  }

  /** Resolves when the start is over and nothing is being encoded or waits for it. */
  idle(): Promise<void> {
    return this.#upkeep.idle();
  }

  /** Stops: spools that are not encoded yet are taken up at the next start. */
  async close(): Promise<void> {
    const { encoding, index, audit, erasures, vault, store, options } = this.#parts;
    await this.#upkeep.close();
    await encoding.close();
    await index?.calls.close();
    await audit.settle();
    await erasures.close();
    await closeKeys(vault, options.log);
    await store.close();
  }
}

/** With nothing left in it of what is gone; where that cannot be written now, the next start does it. */
async function closeKeys({ keys }: Vault, log: Log): Promise<void> {
  try {
    await keys?.destroy();
  } catch (error) {
    log.warn({ error: errorMessage(error) }, 'keys of what is gone could not be destroyed now; the next start does it');
  }
  await keys?.close();
}
