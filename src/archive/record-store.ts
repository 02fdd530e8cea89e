/**
 * The call records, durable: the journal, the catalogue that is folded from it, and compaction when it is worth it.
 * Changes of one call run one after another, each on what the one before it made durable.
 */
import type { CallId } from '../base/brands.js';
import { HalinaError } from '../base/errors.js';
import { Mutex } from '../base/mutex.js';
import { Journal } from '../journal/journal.js';
import type { FileStore } from '../journal/file-store.js';
import { Catalogue, Item } from './catalogue.js';
import { transition } from './lifecycle.js';
import type { CallEvent, CallRecord } from './lifecycle.js';
import { extensionsOf, formatForgotten, formatRecord, parseRecord } from './record-line.js';

const JOURNAL = { name: 'halina-archive', version: 1 };

/** Compact when this much is garbage, in bytes, and half of the file. */
const GARBAGE = 512 * 1024;

export type EventListener = (record: CallRecord, event: CallEvent) => void;

/** A change that somebody waits for. */
interface Waiting {
  readonly change: (record: CallRecord) => CallRecord;
  readonly resolve: (record: CallRecord) => void;
  readonly reject: (error: unknown) => void;
}

/** What is to be done for one call, one after another. */
interface Lane {
  readonly mutex: Mutex;
  users: number;
  /** The last that is to be done are changes, to which others can be added: they are written as one line. */
  changes: Waiting[] | undefined;
}

export class RecordStore {
  readonly catalogue: Catalogue;
  readonly journal: Journal;
  /** The unit of a handset, by its extension. */
  unitOf: (extension: string) => string | undefined = () => undefined;
  readonly #lanes = new Map<CallId, Lane>();
  readonly #owed = new Map<CallId, CallRecord>();
  readonly #compacting = new Mutex();
  #compactions = 0;
  /** Calls in progress, so that their end needs no reading. */
  readonly #running = new Map<CallId, CallRecord>();

  readonly #listeners: EventListener[] = [];

  private constructor(catalogue: Catalogue, journal: Journal) {
    this.catalogue = catalogue;
    this.journal = journal;
  }

  /** The folder of `path` must be there. */
  static async open(files: FileStore, path: string): Promise<RecordStore> {
    const catalogue = new Catalogue();
    const journal = await Journal.open({ ...JOURNAL, files, path }, catalogue.take);
    return new RecordStore(catalogue, journal);
  }

  /** The whole record of a call, as it last became durable or is owed. */
  async read(id: CallId): Promise<CallRecord | undefined> {
    const kept = this.#owed.get(id) ?? this.#running.get(id);
    if (kept) return kept;
    const item = this.catalogue.get(id);
    return item && parseRecord(await this.journal.read(item));
  }

  /** The whole records of calls, in their order, without those that are not there. */
  async readMany(ids: readonly CallId[]): Promise<CallRecord[]> {
    const known = ids.map((id) => this.#owed.get(id) ?? this.#running.get(id) ?? this.catalogue.get(id));
    const payloads = (await this.journal.readMany(known.filter((one) => one instanceof Item))).values();
    return known.flatMap((one) => (one instanceof Item ? parseRecord(payloads.next().value as Buffer) : (one ?? [])));
  }

  /** Enters a call; resolves when it is durable. If it can't be written now it is owed. */
  begin(record: CallRecord): Promise<CallRecord> {
    const { id } = record.entry;
    return this.#inLane(id, async () => {
      if (this.catalogue.get(id) || this.#owed.has(id)) throw unknown(id, 'is there already');
      return this.#putOrOwe(this.#dressed({ ...record, n: this.catalogue.takeNumber() }));
    });
  }

  /**
   * Changes what is said of a running call; resolves when it is durable, perhaps together with others that were asked for
   * meanwhile. If the journal can't be written now, the change holds in memory, is owed to the journal (see `payOwed`), and
   * this rejects.
   */
  change(id: CallId, change: (record: CallRecord) => CallRecord): Promise<CallRecord> {
    return new Promise((resolve, reject) => {
      const waiting = { change, resolve, reject };
      const lane = this.#laneOf(id);
      if (lane.changes) return void lane.changes.push(waiting);
      const changes = [waiting];
      const made = this.#inLane(id, () => this.#makeChanges(id, lane, changes));
      lane.changes = changes;
      return void made.catch((error: unknown) => {
        for (const one of changes) one.reject(error);
      });
    });
  }

  /** Makes all changes, and tells who waits for each. Rejects where that is the same for all. */
  async #makeChanges(id: CallId, lane: Lane, changes: readonly Waiting[]): Promise<void> {
    const record = await this.read(id);
    if (lane.changes === changes) lane.changes = undefined;
    if (!record) throw unknown(id, 'is not there');
    let after = record;
    for (const { change, reject } of changes) {
      try {
        after = change(after);
      } catch (error) {
        reject(error);
      }
    }
    const isRunning = record.state.phase === 'running';
    if (after !== record) after = await this.#putOrOwe(isRunning ? this.#dressed(after) : after);
    for (const { resolve } of changes) resolve(after);
  }

  /**
   * Moves a call to its next state. If this rejects, the call is in the state it was in. `first` is done before it is
   * written, and after it is known that it may be.
   */
  advance(id: CallId, event: CallEvent, first?: () => Promise<void>): Promise<CallRecord> {
    return this.#inLane(id, async () => {
      const record = await this.read(id);
      if (!record) throw unknown(id, 'is not there');
      const next = transition(record, event);
      const after = event.type === 'ended' ? this.#dressed(next) : next;
      await first?.();
      await this.journal.append(formatRecord(after));
      this.#written(after);
      for (const listener of this.#listeners) listener(after, event);
      return after;
    });
  }

  /** The listener is told of each event that happened to a call, when it is durable. It must not throw. */
  onEvent(listener: EventListener): void {
    this.#listeners.push(listener);
  }

  /** Calls whose last change is not durable. */
  get owed(): number {
    return this.#owed.size;
  }

  /** Writes what is owed; rejects if it still can't be written. Gives the calls that were paid. */
  async payOwed(): Promise<readonly CallRecord[]> {
    const paid: CallRecord[] = [];
    for (const id of this.#owed.keys()) {
      await this.#inLane(id, async () => {
        const record = this.#owed.get(id);
        if (!record) return;
        await this.#putOrOwe(record);
        paid.push(record);
      });
    }
    return paid;
  }

  /** Nothing is to be remembered of this call any more. */
  async forget(id: CallId): Promise<void> {
    await this.journal.append(formatForgotten(id));
  }

  /** Whether a compaction would win enough; a small quota (bytes) makes it worth it earlier. */
  wantsCompaction(quota: number): boolean {
    const { size } = this.journal;
    const garbage = size - this.catalogue.liveBytes;
    return garbage > Math.min(GARBAGE, quota / 80) && garbage > size / 2;
  }

  /**
   * Resolves with the bytes that were won; 0 if a compaction is under way already. `whole`: waits for that one, so that
   * every line which does not count now is gone.
   */
  compact({ whole = false } = {}): Promise<number> {
    if (this.#compactions > 0 && !whole) return Promise.resolve(0);
    this.#compactions += 1;
    const compaction = this.#compacting.run(() =>
      this.journal.compact(this.catalogue.items(), (relocate) => this.catalogue.relocate(relocate)),
    );
    return compaction.finally(() => (this.#compactions -= 1));
  }

  close(): Promise<void> {
    return this.journal.close();
  }

  /** With the units of who talked, as long as that may change. */
  #dressed(record: CallRecord): CallRecord {
    const talked = extensionsOf(record.entry);
    const units = [...new Set(talked.flatMap((extension) => this.unitOf(extension) ?? []))];
    if (units.length === 0 && !record.units) return record;
    return { ...record, units };
  }

  async #putOrOwe(record: CallRecord): Promise<CallRecord> {
    const { id } = record.entry;
    try {
      await this.journal.append(formatRecord(record));
      return this.#written(record);
    } catch (error) {
      this.#owed.set(id, record);
      throw error;
    }
  }

  #written(record: CallRecord): CallRecord {
    const { id } = record.entry;
    this.#owed.delete(id);
    if (record.state.phase === 'running') this.#running.set(id, record);
    else this.#running.delete(id);
    return record;
  }

  #laneOf(id: CallId): Lane {
    const known = this.#lanes.get(id);
    if (known) return known;
    const lane: Lane = { mutex: new Mutex(), users: 0, changes: undefined };
    this.#lanes.set(id, lane);
    return lane;
  }

  async #inLane<T>(id: CallId, task: () => Promise<T>): Promise<T> {
    const lane = this.#laneOf(id);
    lane.users += 1;
    lane.changes = undefined; // what is asked for from now on comes after this
    try {
      return await lane.mutex.run(task);
    } finally {
      lane.users -= 1;
      if (lane.users === 0) this.#lanes.delete(id);
    }
  }
}

function unknown(id: CallId, what: string): HalinaError {
  return new HalinaError('ARCHIVE_UNKNOWN_CALL', `call ${id} ${what}`);
}
