/**
 * Keeps the archive inside its budget. Room is made before bytes are written: whoever wants to write asks `reserve`,
 * and if the bytes do not fit, the oldest recordings go first, as many as are needed. A recording goes in this order:
 * the journal says so (durably), then the file goes, then its bytes count as free; the entry stays as a tombstone for
 * `keepMetadata`. Recordings in use, held, or younger than `keepAtLeast` stay; if nothing else is left, `reserve`
 * answers no, and it is for the asker to do without.
 */
import { dirname } from 'node:path';
import type { CallId } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import { errorMessage, HalinaError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { Mutex } from '../base/mutex.js';
import type { FileStore } from '../journal/file-store.js';
import { systemErrorCode } from '../journal/file-store.js';
import type { Budget } from './budget.js';
import type { Before, Item } from './catalogue.js';
import type { Folders } from './folders.js';
import type { EvictionReason } from './lifecycle.js';
import type { StoragePolicy } from './ports.js';
import type { RecordStore } from './record-store.js';

/** What an eviction takes, or would take. */
export interface EvictionPlan {
  readonly recordings: number;
  readonly bytes: number;
  /** Start of the oldest recording that stays, Unix milliseconds; undefined if none does. */
  readonly reachesBackTo: number | undefined;
  /** Whether the budget is kept afterwards. */
  readonly fits: boolean;
}

export interface RetentionParts {
  readonly files: FileStore;
  readonly folders: Folders;
  readonly store: RecordStore;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly log: Log;
}

/** Recordings that are evicted in one go: their facts share a sync. */
const BATCH = 64;
/** How old the file system's own figure may be, milliseconds. */
const FREE_AGE = 1000;
/** The share of the quota that entries without a recording may take; beyond it the oldest are forgotten early. */
const METADATA_SHARE = 4;

export class Retention {
  readonly #parts: RetentionParts;
  #policy: StoragePolicy;
  readonly #room = new Mutex();
  /** Bytes free on the file system when it was last asked, less what was granted since. */
  #free = { bytes: Number.POSITIVE_INFINITY, at: Number.NEGATIVE_INFINITY };
  /** Recordings that are being listened to, with how many times. */
  readonly #pins = new Map<CallId, number>();
  readonly #quarantined = new Set<Item>();
  /** Evicted in the journal, files not gone yet; with the bytes of the recording. */
  readonly #leaving = new Map<Item, number>();
  /** Recordings that are not where they should be. */
  readonly #absent = new Set<Item>();
  #recordings = 0;

  constructor(parts: RetentionParts, policy: StoragePolicy) {
    this.#parts = parts;
    this.#policy = policy;
  }

  get policy(): StoragePolicy {
    return this.#policy;
  }

  /** How many recordings there are. */
  get recordings(): number {
    return this.#recordings;
  }

  /** Takes in what the catalogue holds, once, and follows it from then on. */
  start(): void {
    const { catalogue } = this.#parts.store;
    for (const item of catalogue.items()) this.#follow(item, undefined);
    catalogue.onChange((item, before) => this.#follow(item, before));
  }

  /** The recording's file is not there (or, `absent` false, is there again): its bytes do not count. */
  setAbsent(item: Item, absent: boolean): void {
    if (absent === this.#absent.has(item)) return;
    this.#parts.budget.addRecording(absent ? -item.bytes : item.bytes);
    if (absent) this.#absent.add(item);
    else this.#absent.delete(item);
  }

  /** Keeps a recording from eviction until the function that is given back is called. */
  pin(id: CallId): () => void {
    this.#pins.set(id, (this.#pins.get(id) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (this.#pins.get(id) ?? 1) - 1;
      if (left === 0) this.#pins.delete(id);
      else this.#pins.set(id, left);
    };
  }

  /**
   * Asks for `bytes` more. `take` is called, without a pause between, when there is room for them, and must enter them
   * in the budget. False: there is no room and none can be made.
   */
  async reserve(bytes: number, take: () => void): Promise<boolean> {
    await this.#look();
    if (this.#lacks(bytes) === undefined) {
      this.#take(bytes, take);
      return true;
    }
    return this.#room.run(async () => {
      if (!(await this.#makeRoom(bytes))) return false;
      this.#take(bytes, take);
      return true;
    });
  }

  /** Evicts what is past its time, and what the budget has no room for now. */
  async enforce(): Promise<void> {
    await this.#room.run(async () => {
      await this.#removeLeft();
      await this.#expire();
      await this.#look();
      await this.#makeRoom(0);
    });
  }

  /** What `enforce` would evict for room under this policy. */
  plan(policy: StoragePolicy): EvictionPlan {
    const { budget } = this.#parts;
    let lacking = Math.max(budget.committed(policy.quota) - policy.quota, policy.minFree - this.#free.bytes);
    let recordings = 0;
    let bytes = 0;
    const youngest = this.#parts.clock.now() - policy.keepAtLeast;
    for (const item of this.#parts.store.catalogue.evictable()) {
      if (lacking <= 0 || item.startedAt > youngest)
        return { recordings, bytes, reachesBackTo: item.startedAt, fits: lacking <= 0 };
      if (this.#pins.has(item.id)) continue;
      recordings += 1;
      bytes += item.bytes;
      lacking -= this.#worth(item);
    }
    return { recordings, bytes, reachesBackTo: undefined, fits: lacking <= 0 };
  }

  /** From here this policy holds. */
  async setPolicy(policy: StoragePolicy): Promise<void> {
    this.#policy = policy;
    await this.enforce();
  }

  /** Forgets entries that are past their term, or more than the budget has a place for. */
  async forgetMetadata(): Promise<number> {
    const { store, clock } = this.#parts;
    const { keepMetadata, quota } = this.#policy;
    const due: Item[] = [];
    let excess = store.catalogue.liveBytes - quota / METADATA_SHARE;
    for (const item of store.catalogue.oldestFirst()) {
      const old = item.startedAt + keepMetadata <= clock.now();
      if (!old && excess <= 0) break;
      if (item.settledAt === undefined || item.dialogs || this.#leaving.has(item)) continue;
      if (item.settledAt + keepMetadata > clock.now() && excess <= 0) continue;
      due.push(item);
      excess -= item.length;
    }
    for (let i = 0; i < due.length; i += BATCH) {
      await Promise.all(due.slice(i, i + BATCH).map((item) => store.forget(item.id)));
    }
    return due.length;
  }

  /** The sums follow the catalogue. */
  #follow(item: Item, before: Before | undefined): void {
    const { budget } = this.#parts;
    const was = before?.phase === 'recorded' && !this.#absent.delete(item) ? before.bytes : 0;
    const isRecorded = item.phase === 'recorded' && !item.forgotten;
    this.#recordings += Number(isRecorded) - Number(before?.phase === 'recorded');
    budget.running += Number(item.phase === 'running' && !item.forgotten) - Number(before?.phase === 'running');
    if (before && before.phase !== 'evicted' && item.phase === 'evicted') {
      budget.recordingLeaves(was);
      this.#leaving.set(item, was);
    } else budget.addRecording((isRecorded ? item.bytes : 0) - was);
    if (item.quarantinedAt !== undefined && item.evictable) this.#quarantined.add(item);
    else this.#quarantined.delete(item);
  }

  #take(bytes: number, take: () => void): void {
    this.#free.bytes -= bytes;
    take();
  }

  /** Why `bytes` more do not fit now; undefined if they do. */
  #lacks(bytes: number): 'quota' | 'min-free' | undefined {
    const { quota, minFree } = this.#policy;
    if (this.#parts.budget.committed(quota) + bytes > quota) return 'quota';
    return this.#free.bytes - bytes < minFree ? 'min-free' : undefined;
  }

  /** Asks the file system what is free, if it was not asked just now. */
  async #look(): Promise<void> {
    const { clock, files, folders, log } = this.#parts;
    if (clock.monotonic() - this.#free.at < FREE_AGE) return;
    const at = clock.monotonic();
    try {
      this.#free = { bytes: await files.free(folders.data), at };
    } catch (error) {
      log.warn({ error: errorMessage(error) }, 'cannot ask the file system for its free bytes');
    }
  }

  *#candidates(policy: StoragePolicy): Generator<Item> {
    const youngest = this.#parts.clock.now() - policy.keepAtLeast;
    for (const item of this.#parts.store.catalogue.evictable()) {
      if (item.startedAt > youngest) return;
      if (!this.#pins.has(item.id)) yield item;
    }
  }

  /** Evicts until `bytes` fit; false if they can't be made to. Runs under the mutex. */
  async #makeRoom(bytes: number): Promise<boolean> {
    for (let why = this.#lacks(bytes); why !== undefined; why = this.#lacks(bytes)) {
      const { quota, minFree } = this.#policy;
      const over = this.#parts.budget.committed(quota) + bytes - quota;
      let lacking = Math.max(over, bytes + minFree - this.#free.bytes);
      const batch: Item[] = [];
      for (const item of this.#candidates(this.#policy)) {
        if (lacking <= 0 || batch.length === BATCH) break;
        batch.push(item);
        lacking -= this.#worth(item);
      }
      if (batch.length === 0 || (await this.#evict(batch, why)) === 0) return false;
    }
    return true;
  }

  async #expire(): Promise<void> {
    const { store, clock } = this.#parts;
    const due: Item[] = [];
    const born = clock.now() - this.#policy.maxAge;
    for (const item of store.catalogue.evictable()) {
      if (item.startedAt > born) break;
      due.push(item);
    }
    const quarantined = clock.now() - this.#policy.quarantine;
    const released = [...this.#quarantined].filter((item) => (item.quarantinedAt ?? 0) <= quarantined);
    for (let i = 0; i < due.length; i += BATCH) await this.#evict(due.slice(i, i + BATCH), 'age');
    const rest = released.filter((item) => item.evictable);
    for (let i = 0; i < rest.length; i += BATCH) await this.#evict(rest.slice(i, i + BATCH), 'quarantine');
  }

  /** Bytes that its eviction wins. */
  #worth(item: Item): number {
    return this.#absent.has(item) ? 0 : item.bytes;
  }

  /** Gives how many went. */
  async #evict(batch: readonly Item[], why: EvictionReason): Promise<number> {
    const { log } = this.#parts;
    const told = await Promise.allSettled(batch.map((item) => this.#tell(item, why)));
    const failure = told.find((result) => result.status === 'rejected');
    if (failure) await this.#evictOnFullDisk(batch, why, failure.reason);
    const gone = batch.filter((item) => item.phase === 'evicted');
    await this.#removeLeft();
    for (const item of gone) log.info({ callId: item.id, why }, 'recording evicted');
    return gone.length;
  }

  /** The journal writes that the recording goes. */
  async #tell(item: Item, why: EvictionReason): Promise<void> {
    await this.#parts.store.advance(item.id, { type: 'evicted', at: this.#parts.clock.now(), why });
  }

  /**
   * Where something else has filled the disk to the last byte, even the fact of an eviction has no room. Then, and only
   * then, one file goes before its fact: a crash between leaves a recording that is named as missing.
   */
  async #evictOnFullDisk(batch: readonly Item[], why: EvictionReason, failure: unknown): Promise<void> {
    const { files, folders, log } = this.#parts;
    log.error({ error: errorMessage(failure) }, 'cannot write an eviction to the journal');
    const full = failure instanceof HalinaError && systemErrorCode(failure.cause) === 'ENOSPC';
    const item = batch.find((candidate) => candidate.phase === 'recorded');
    if (!full || !item) return;
    try {
      await files.remove(folders.recordingOf(item));
      await this.#tell(item, why);
    } catch (error) {
      log.error({ callId: item.id, error: errorMessage(error) }, 'cannot evict a recording from a full disk');
    }
  }

  /** Removes the files of what was evicted; what can't be removed now is tried again the next time. */
  async #removeLeft(): Promise<void> {
    const { files, folders, budget, log } = this.#parts;
    const touched = new Set<string>();
    for (const [item, bytes] of this.#leaving) {
      const path = folders.recordingOf(item);
      try {
        if (await files.remove(path)) {
          this.#free.bytes += bytes;
          touched.add(dirname(path));
        }
        if (await files.remove(folders.spoolOf(item.id))) touched.add(folders.spool);
        this.#leaving.delete(item);
        budget.recordingLeft(bytes);
        budget.dropClaim(item.id);
      } catch (error) {
        log.error({ callId: item.id, path, error: errorMessage(error) }, 'cannot remove an evicted recording');
      }
    }
    for (const folder of touched) {
      try {
        await files.syncFolder(folder);
      } catch (error) {
        log.warn({ folder, error: errorMessage(error) }, 'cannot sync a folder after an eviction');
      }
    }
  }
}
