/**
 * The archive: what the office keeps of its calls, and the one door to it. It has the ledger of the call application
 * and the budget of the media engine; it makes recordings of spools, keeps the disk inside its budget, finds calls
 * again, and after a crash brings every call to its end.
 */
import type { Redis } from 'ioredis';
import type { CallId } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import { errorMessage, HalinaError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { FileStore } from '../journal/file-store.js';
import type { SpoolBudget } from '../media/engine.js';
import { Budget } from './budget.js';
import { CallIndex } from './call-index.js';
import { measureOther, removeEmptyFolders } from './disk-walk.js';
import { Encoding } from './encoding.js';
import { Folders } from './folders.js';
import { Housekeeping } from './housekeeping.js';
import { searchIndex } from './index-search.js';
import { verifyIndex } from './index-verify.js';
import type { CallRecord } from './lifecycle.js';
import { Ledger } from './ledger.js';
import type { FoundFiles, RecordingEncoder, StoragePolicy } from './ports.js';
import { reconcile } from './reconcile.js';
import { recover } from './recovery.js';
import type { RecoveryReport } from './recovery.js';
import { RedisKeys } from './redis-keys.js';
import { RecordStore } from './record-store.js';
import { Retention } from './retention.js';
import type { EvictionPlan } from './retention.js';
import { searchJournal } from './search.js';
import type { CallPage, CallQuery } from './search.js';
import { SpoolRoom } from './spool-room.js';
import { usageOf } from './usage.js';
import type { Usage } from './usage.js';
import { verifyDisk } from './verify.js';
import type { Difference, VerifyParts } from './verify.js';

export interface ArchiveOptions {
  /** The data folder; its lock (`lockDataFolder`) is held by the caller. */
  readonly data: string;
  readonly policy: StoragePolicy;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly encoder: RecordingEncoder;
  readonly found: FoundFiles;
  /** Spools that are encoded at a time. */
  readonly workers: number;
  /** Where the index is kept (see `connectRedis`); without it searches are answered from memory. */
  readonly redis?: Redis;
}

interface Parts {
  readonly options: ArchiveOptions;
  readonly folders: Folders;
  readonly store: RecordStore;
  readonly budget: Budget;
  readonly retention: Retention;
  readonly room: SpoolRoom;
  readonly encoding: Encoding;
  readonly ledger: Ledger;
  readonly recovered: RecoveryReport;
  readonly index: IndexLink | undefined;
}

interface IndexLink {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly calls: CallIndex;
}

export class Archive {
  readonly #parts: Parts;
  readonly #housekeeping: Housekeeping;
  /** The look at all recordings after the start. */
  readonly #reconciling: Promise<void>;
  readonly #closing = new AbortController();

  private constructor(parts: Parts) {
    this.#parts = parts;
    const { clock, log } = parts.options;
    this.#housekeeping = new Housekeeping(clock, log, [
      { name: 'pay what is owed to the journal', everyMs: 0, run: () => this.#payOwed() },
      { name: 'room for running calls', everyMs: 0, run: () => parts.room.keepAhead() },
      { name: 'retention', everyMs: 10_000, run: () => parts.retention.enforce() },
      { name: 'compaction', everyMs: 10_000, run: () => this.#compact() },
      { name: 'other files', everyMs: 60_000, run: () => this.#measureOther() },
      { name: 'index', everyMs: 0, run: async () => parts.index?.calls.check() },
      { name: 'metadata', everyMs: 3_600_000, run: () => parts.retention.forgetMetadata() },
    ]);
    this.#reconciling = this.#reconcile();
  }

  /** Opens the archive and brings what a crash left into order; what that leaves to do goes on afterwards. */
  static async open(options: ArchiveOptions): Promise<Archive> {
    const { files, log } = options;
    const folders = new Folders(options.data);
    for (const folder of [folders.spool, folders.recordings, folders.temporary, folders.journalFolder]) {
      await files.makeFolder(folder);
    }
    const store = await RecordStore.open(files, folders.journal);
    reportReplay(store, log);
    try {
      return await Archive.#start(options, folders, store);
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  static async #start(options: ArchiveOptions, folders: Folders, store: RecordStore): Promise<Archive> {
    const { files, clock, log, encoder, found, workers, policy } = options;
    const budget = new Budget(() => ({ size: store.journal.size, live: store.catalogue.liveBytes }));
    const common = { files, folders, store, budget, clock, log };
    const expectedBytes = (durationMs: number): number => encoder.expectedBytes(durationMs);
    const retention = new Retention(common, policy);
    const room = new SpoolRoom({ ...common, retention, expectedBytes });
    const quota = (): number => retention.policy.quota;
    const encoding = new Encoding({ ...common, encoder, found, workers, quota });
    retention.start();
    const recovered = await recover({ ...common, found, expectedBytes });
    budget.other = await measureOther(files, folders);
    for (const id of recovered.unfinished) encoding.add(id);
    const index = options.redis && linkIndex(options.redis, store, options);
    const ledger = new Ledger({ ...common, room, encoding });
    return new Archive({ options, folders, store, budget, retention, room, encoding, ledger, recovered, index });
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

  /** Where a call's recording is, if it has one. To read it, hold it by `pin`. */
  recordingPath(id: CallId): string | undefined {
    const item = this.#parts.store.catalogue.get(id);
    return item?.phase === 'recorded' ? this.#parts.folders.recordingOf(item) : undefined;
  }

  /** A page of the calls that match, the newest first. Answered from memory when Redis is away or behind. */
  async search(query: CallQuery): Promise<CallPage> {
    const { index, store, options } = this.#parts;
    if (index?.calls.following) {
      try {
        return await searchIndex(index.redis, index.keys, query);
      } catch (error) {
        if (error instanceof HalinaError) throw error;
        options.log.warn({ error: errorMessage(error) }, 'Redis did not answer a search; memory does');
      }
    }
    return searchJournal(store, query);
  }

  /** Writes the whole index in Redis anew. */
  async reindex(): Promise<void> {
    const { index } = this.#parts;
    if (!index) throw new HalinaError('INDEX_NONE', 'there is no Redis to index in', { hint: 'see redis.url' });
    await index.calls.rebuild();
  }

  /** Resolves when everything so far is in the index; waits for Redis. */
  async indexed(): Promise<void> {
    await this.#parts.index?.calls.caughtUp({ patient: true });
  }

  usage(): Usage {
    const { budget, retention, store, options } = this.#parts;
    return usageOf(store.catalogue, budget, retention, options.clock.now());
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

  /** Keeps the recording from eviction, while it is listened to, until the function that is given back is called. */
  pin(id: CallId): () => void {
    return this.#parts.retention.pin(id);
  }

  /** Compares journal, index and disk; yields every difference. `hash`: reads every recording and checks its SHA-256. */
  async *verify({ hash = true } = {}): AsyncGenerator<Difference> {
    const { index, store } = this.#parts;
    yield* verifyDisk(this.#verifyParts, { hash });
    if (index) yield* verifyIndex({ ...index, store, caughtUp: () => index.calls.caughtUp() });
  }

  /** Resolves when the start is over and nothing is being encoded or waits for it. */
  async idle(): Promise<void> {
    await this.#reconciling;
    await this.#parts.encoding.idle();
    await this.#housekeeping.idle();
  }

  /** Stops: spools that are not encoded yet are taken up at the next start. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reconciling;
    await this.#housekeeping.close();
    await this.#parts.encoding.close();
    await this.#parts.index?.calls.close();
    await this.#parts.store.close();
  }

  get #verifyParts(): VerifyParts {
    const { options, folders, store, budget, encoding } = this.#parts;
    return { files: options.files, folders, store, budget, busy: (id) => encoding.has(id) };
  }

  async #reconcile(): Promise<void> {
    const { options, folders, retention } = this.#parts;
    try {
      await retention.enforce(); // the quota may have been made smaller since the last run
      const { found, log } = options;
      await reconcile({ ...this.#verifyParts, retention, found, log, signal: this.#closing.signal });
      await removeEmptyFolders(options.files, folders.recordings);
    } catch (error) {
      options.log.error({ error: errorMessage(error) }, 'cannot compare the recordings on the disk with the journal');
    }
  }

  async #payOwed(): Promise<void> {
    const { store, encoding } = this.#parts;
    for (const { entry } of await store.payOwed()) encoding.add(entry.id);
  }

  async #compact(): Promise<void> {
    const { store, retention, options } = this.#parts;
    if (!store.wantsCompaction(retention.policy.quota)) return;
    const won = await store.compact();
    options.log.info({ wonBytes: won, bytes: store.journal.size }, 'the journal was compacted');
  }

  async #measureOther(): Promise<void> {
    const { budget, options, folders } = this.#parts;
    budget.other = await measureOther(options.files, folders);
  }
}

function linkIndex(redis: Redis, store: RecordStore, { clock, log }: ArchiveOptions): IndexLink {
  const keys = new RedisKeys(store.journal.id);
  return { redis, keys, calls: new CallIndex({ redis, store, keys, clock, log }) };
}

function reportReplay({ journal, catalogue }: RecordStore, log: Log): void {
  const { damage, torn, lines } = journal.replayed;
  log.info({ lines, calls: catalogue.size, bytes: journal.size }, 'the journal was replayed');
  if (torn > 0) log.warn({ bytes: torn }, 'the journal had a torn end; nothing that was acknowledged stood there');
  for (const { line, offset, length, what } of damage) {
    log.error({ line, offset, length, what }, 'the journal is damaged');
  }
}
