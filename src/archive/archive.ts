/**
 * The archive: what the office keeps of its calls, and the one door to it. It is the `CallLedger` of the call
 * application and the `SpoolBudget` of the media engine; it makes recordings of spools, keeps the disk inside its
 * budget, finds calls again, and after a crash brings every call to its end.
 */
import type { CallId } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { CallEntry } from '../entry/call-entry.js';
import type { SavedDialog, SpoolTicket } from '../entry/ledger.js';
import type { FileStore } from '../journal/file-store.js';
import type { SpoolBudget, SpoolEnd } from '../media/engine.js';
import { Budget } from './budget.js';
import { measureOther } from './disk-walk.js';
import { Encoding } from './encoding.js';
import { Folders } from './folders.js';
import { Housekeeping } from './housekeeping.js';
import { begun, transition } from './lifecycle.js';
import type { CallRecord, ClosedSpool } from './lifecycle.js';
import type { FoundFiles, RecordingEncoder, StoragePolicy } from './ports.js';
import { reconcile } from './reconcile.js';
import { recover } from './recovery.js';
import type { RecoveryReport } from './recovery.js';
import { RecordStore } from './record-store.js';
import { Retention } from './retention.js';
import type { EvictionPlan } from './retention.js';
import { SpoolRoom } from './spool-room.js';
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
}

export interface Usage {
  /** Bytes under the data folder (`redis/` and logs aside), spools in progress as far as they are granted. */
  readonly used: number;
  readonly quota: number;
  /** Bytes that can still be promised before something must be evicted. */
  readonly free: number;
  readonly recordings: number;
  /** When the oldest and the newest recorded call began, Unix milliseconds. */
  readonly oldest: number | undefined;
  readonly newest: number | undefined;
  /** Days, with fractions, between the oldest recording and now; 0 if there is none. */
  readonly reachesBackDays: number;
}

const DAY_MS = 86_400_000;

interface Parts {
  readonly options: ArchiveOptions;
  readonly folders: Folders;
  readonly store: RecordStore;
  readonly budget: Budget;
  readonly retention: Retention;
  readonly room: SpoolRoom;
  readonly encoding: Encoding;
  readonly recovered: RecoveryReport;
}

export class Archive implements SpoolBudget {
  readonly #parts: Parts;
  readonly #housekeeping: Housekeeping;
  /** Entries that wait to be written for `update`. */
  readonly #updates = new Map<CallId, CallEntry>();
  /** The look at all recordings after the start. */
  readonly #reconciling: Promise<void>;

  private constructor(parts: Parts) {
    this.#parts = parts;
    const { clock, log } = parts.options;
    this.#housekeeping = new Housekeeping(clock, log, [
      { name: 'pay what is owed to the journal', everyMs: 0, run: () => this.#payOwed() },
      { name: 'room for running calls', everyMs: 0, run: () => parts.room.keepAhead() },
      { name: 'retention', everyMs: 10_000, run: () => parts.retention.enforce() },
      { name: 'compaction', everyMs: 10_000, run: () => this.#compact() },
      { name: 'other files', everyMs: 60_000, run: () => this.#measureOther() },
      { name: 'metadata', everyMs: 3_600_000, run: () => parts.retention.forgetMetadata() },
    ]);
    this.#reconciling = this.#reconcile();
  }

  /** Opens the archive and brings what a crash left into order; what that leaves to do goes on afterwards. */
  static async open(options: ArchiveOptions): Promise<Archive> {
    const { files, clock, log, encoder, found, workers, policy } = options;
    const folders = new Folders(options.data);
    for (const folder of [folders.spool, folders.recordings, folders.temporary, folders.journalFolder]) {
      await files.makeFolder(folder);
    }
    const store = await RecordStore.open(files, folders.journal);
    reportReplay(store, log);
    const budget = new Budget(() => ({ size: store.journal.size, live: store.catalogue.liveBytes }));
    const common = { files, folders, store, budget, clock, log };
    const expectedBytes = (durationMs: number): number => encoder.expectedBytes(durationMs);
    const retention = new Retention(common, policy);
    const room = new SpoolRoom({ ...common, retention, expectedBytes });
    const encoding = new Encoding({ ...common, encoder, found, workers });
    retention.start();
    const recovered = await recover({ ...common, found, expectedBytes });
    budget.other = await measureOther(files, folders);
    for (const id of recovered.unfinished) encoding.add(id);
    return new Archive({ options, folders, store, budget, retention, room, encoding, recovered });
  }

  /** What the start found. */
  get recovered(): RecoveryReport {
    return this.#parts.recovered;
  }

  // ─── the ledger of the call application ───

  /** A call with the outside began. Durable when it resolves. */
  async begin(entry: CallEntry): Promise<void> {
    await this.#parts.store.begin(begun(entry));
  }

  /** The dialogs that would have to be ended after a crash; replaces what was said before. Durable when it resolves. */
  async saveDialogs(id: CallId, dialogs: readonly SavedDialog[]): Promise<void> {
    await this.#parts.store.change(id, (record) => ({ ...record, dialogs }));
  }

  /** A place for the call's spool, with its first bytes reserved. Durable when it resolves. */
  async openSpool(entry: CallEntry): Promise<SpoolTicket> {
    const { store, room, folders, options } = this.#parts;
    const { id } = entry;
    if (!(await room.open(id))) {
      options.log.warn({ callId: id }, 'the budget has no room for the recording of this call');
      await store.change(id, (record) => transition({ ...record, entry }, { type: 'spool-refused' }));
      return { refused: 'no-room' };
    }
    try {
      const at = options.clock.now();
      await store.change(id, (record) => transition({ ...record, entry }, { type: 'spool-opened', at }));
    } catch (error) {
      room.drop(id);
      throw error;
    }
    return { path: folders.spoolOf(id) };
  }

  /** What is known of a running call changed. */
  update(entry: CallEntry): void {
    const { store, options } = this.#parts;
    const { id } = entry;
    const queued = this.#updates.has(id);
    this.#updates.set(id, entry);
    if (queued) return;
    const change = (record: CallRecord): CallRecord => {
      const latest = this.#updates.get(id) ?? entry;
      this.#updates.delete(id);
      return record.state.phase === 'running' ? { ...record, entry: latest } : record;
    };
    store.change(id, change).catch((error: unknown) => {
      this.#updates.delete(id);
      options.log.warn({ callId: id, error: errorMessage(error) }, 'cannot write what changed in a call');
    });
  }

  /** The call ended and its spool, if any, is closed. Durable when it resolves. */
  async end(entry: CallEntry, spool: SpoolEnd | undefined): Promise<void> {
    const { store, encoding, options } = this.#parts;
    const { id } = entry;
    const closed = await this.#closeSpool(id, spool);
    const event = { type: 'ended', at: options.clock.now(), entry, spool: closed } as const;
    await store.change(id, (record) => ({ ...transition(record, event), dialogs: [] }));
    encoding.add(id);
  }

  // ─── the budget of the media engine ───

  /** Asks for `bytes` more for this call's spool; false: there is no room, and the spool is cut. */
  reserve(id: CallId, bytes: number): Promise<boolean> {
    return this.#parts.room.reserve(id, bytes);
  }

  // ─── finding calls ───

  /** All that is known of a call. */
  find(id: CallId): Promise<CallRecord | undefined> {
    return this.#parts.store.read(id);
  }

  // ─── retention ───

  usage(): Usage {
    const { budget, retention, store, options } = this.#parts;
    const { quota } = retention.policy;
    let oldest: number | undefined;
    for (const item of store.catalogue.evictable()) {
      if (item.phase !== 'recorded') continue;
      oldest = item.startedAt;
      break;
    }
    let newest: number | undefined;
    const end = { startedAt: Number.POSITIVE_INFINITY, id: '' };
    for (const item of oldest === undefined ? [] : store.catalogue.newestFirst(end, oldest)) {
      if (item.phase !== 'recorded') continue;
      newest = item.startedAt;
      break;
    }
    return {
      used: budget.used,
      quota,
      free: Math.max(0, quota - budget.committed(quota)),
      recordings: retention.recordings,
      oldest,
      newest,
      reachesBackDays: oldest === undefined ? 0 : Math.max(0, options.clock.now() - oldest) / DAY_MS,
    };
  }

  /** Evicts what is due now; `dryRun`: only says what would go for room. */
  async evict({ dryRun = false } = {}): Promise<EvictionPlan> {
    const { retention } = this.#parts;
    const plan = retention.plan(retention.policy);
    if (!dryRun) await retention.enforce();
    return plan;
  }

  /** Changes the quota (bytes) at once; `dryRun`: only says what would go. */
  async setQuota(bytes: number, { dryRun = false } = {}): Promise<EvictionPlan> {
    const { retention } = this.#parts;
    const policy = { ...retention.policy, quota: bytes };
    const plan = retention.plan(policy);
    if (!dryRun) await retention.setPolicy(policy);
    return plan;
  }

  /** Keeps the recording from eviction, while it is listened to, until the function that is given back is called. */
  pin(id: CallId): () => void {
    return this.#parts.retention.pin(id);
  }

  /** Compares journal, index and disk; yields every difference. `hash`: reads every recording and checks its SHA-256. */
  verify({ hash = true } = {}): AsyncGenerator<Difference> {
    return verifyDisk(this.#verifyParts, { hash });
  }

  /** Resolves when the start is over and nothing is being encoded or waits for it. */
  async idle(): Promise<void> {
    await this.#reconciling;
    await this.#parts.encoding.idle();
    await this.#housekeeping.idle();
  }

  /** Stops: spools that are not encoded yet are taken up at the next start. */
  async close(): Promise<void> {
    await this.#reconciling;
    await this.#housekeeping.close();
    await this.#parts.encoding.close();
    await this.#parts.store.close();
  }

  get #verifyParts(): VerifyParts {
    const { options, folders, store, budget, encoding } = this.#parts;
    return { files: options.files, folders, store, budget, busy: (id) => encoding.has(id) };
  }

  async #reconcile(): Promise<void> {
    const { options, retention } = this.#parts;
    try {
      await reconcile({ ...this.#verifyParts, retention, found: options.found, log: options.log });
    } catch (error) {
      options.log.error({ error: errorMessage(error) }, 'cannot compare the recordings on the disk with the journal');
    }
  }

  /** What there is of the call's spool on the disk, and from here its exact bytes count. */
  async #closeSpool(id: CallId, said: SpoolEnd | undefined): Promise<ClosedSpool | undefined> {
    const { options, folders, room, budget } = this.#parts;
    if (!budget.claim(id)) return undefined;
    const path = folders.spoolOf(id);
    const bytes = await options.files.stat(path).then(
      (facts) => facts?.bytes ?? 0,
      (error: unknown) => {
        options.log.warn({ callId: id, path, error: errorMessage(error) }, 'cannot look at a spool');
        return said?.bytes ?? 0;
      },
    );
    if (bytes === 0) {
      room.drop(id);
      return undefined;
    }
    const spanMs = room.close(id, bytes);
    return said?.cut === undefined ? { bytes, spanMs } : { bytes, spanMs, cut: said.cut };
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

function reportReplay({ journal, catalogue }: RecordStore, log: Log): void {
  const { damage, torn, lines } = journal.replayed;
  log.info({ lines, calls: catalogue.size, bytes: journal.size }, 'the journal was replayed');
  if (torn > 0) log.warn({ bytes: torn }, 'the journal had a torn end; nothing that was acknowledged stood there');
  for (const { line, offset, length, what } of damage) {
    log.error({ line, offset, length, what }, 'the journal is damaged');
  }
}
