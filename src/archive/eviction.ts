/**
 * How a recording goes: the journal says so, durably; then the file goes; then its bytes count as free. The entry stays
 * as a tombstone. Of a call whose recording is not made yet the spool goes; what is being made of it is given up before.
 * What can't be removed from the disk is remembered, still counts, and is tried again.
 */
import { dirname } from 'node:path';
import type { Clock } from '../base/clock.js';
import { errorMessage, HalinaError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { systemErrorCode } from '../journal/file-store.js';
import type { FileStore } from '../journal/file-store.js';
import type { Vault } from '../vault/vault.js';
import type { Budget } from './budget.js';
import type { Item } from './catalogue.js';
import type { Encoding } from './encoding.js';
import type { Folders } from './folders.js';
import { isSpooled } from './lifecycle.js';
import type { EvictionReason } from './lifecycle.js';
import type { RecordStore } from './record-store.js';

export interface EvictionParts {
  readonly files: FileStore;
  readonly folders: Folders;
  readonly vault: Vault;
  readonly store: RecordStore;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly log: Log;
  /** Who makes recordings of spools. */
  readonly work: Pick<Encoding, 'letGo' | 'add'>;
}

/** Recordings that go at a time: their facts share a sync. The recovery looks at twice as many, and more. */
export const BATCH = 64;

/** Something was placed to hold the recording between its choice and its turn: it stays. */
const isHeldMeanwhile = (error: unknown): boolean => error instanceof HalinaError && error.code === 'ARCHIVE_HELD';

export class Eviction {
  readonly #parts: EvictionParts;
  /** Evicted in the journal, files not gone yet; with the bytes of the recording. */
  readonly #leaving = new Map<Item, number>();

  constructor(parts: EvictionParts) {
    this.#parts = parts;
  }

  /** The journal says that the call's recording, of so many bytes, goes. */
  leaves(item: Item, bytes: number): void {
    this.#parts.budget.recordingLeaves(bytes);
    this.#leaving.set(item, bytes);
  }

  /** Whether the call's files may still be there although it is evicted. */
  isLeaving(item: Item): boolean {
    return this.#leaving.has(item);
  }

  /** Evicts all of them; gives those that went. */
  async evict(items: readonly Item[], why: EvictionReason): Promise<Item[]> {
    const gone: Item[] = [];
    const spools = new Set(items.filter(isSpooled));
    for (let i = 0; i < items.length; i += BATCH) {
      const batch = items.slice(i, i + BATCH);
      const told = await Promise.allSettled(batch.map((item) => this.#tell(item, why)));
      const failure = told.find((result) => result.status === 'rejected' && !isHeldMeanwhile(result.reason));
      if (failure?.status === 'rejected') await this.#evictOnFullDisk(batch, why, failure.reason);
      await this.removeLeft();
      gone.push(...batch.filter((item) => item.phase === 'evicted'));
    }
    for (const item of gone) {
      const unmade = spools.has(item);
      this.#parts.log.info(
        { callId: item.id, why },
        unmade ? 'call evicted before its recording was made' : 'recording evicted',
      );
    }
    return gone;
  }

  /** Removes the files of what was evicted; what can't be removed now is tried again the next time. */
  async removeLeft(): Promise<void> {
    const { files, log } = this.#parts;
    const touched = new Set<string>();
    const leaving = [...this.#leaving];
    for (let i = 0; i < leaving.length; i += BATCH) {
      await Promise.all(leaving.slice(i, i + BATCH).map(([item, bytes]) => this.#remove(item, bytes, touched)));
    }
    for (const folder of touched) {
      try {
        await files.syncFolder(folder);
      } catch (error) {
        log.warn({ folder, error: errorMessage(error) }, 'cannot sync a folder after an eviction');
      }
    }
  }

  /** Never rejects. */
  async #remove(item: Item, bytes: number, touched: Set<string>): Promise<void> {
    const { files, folders, vault, budget, log } = this.#parts;
    const path = folders.recordingOf(item);
    try {
      if (await files.remove(path)) touched.add(dirname(path));
      if (await files.remove(folders.spoolOf(item.id))) touched.add(folders.spool);
      vault.drop(item.id);
      this.#leaving.delete(item);
      budget.recordingLeft(bytes);
      budget.dropClaim(item.id);
    } catch (error) {
      log.error({ callId: item.id, path, error: errorMessage(error) }, 'cannot remove an evicted recording');
    }
  }

  /** The journal writes that the recording, or the spool of which none is made yet, goes. */
  async #tell(item: Item, why: EvictionReason, first?: () => Promise<void>): Promise<void> {
    const { store, clock, work } = this.#parts;
    const { id } = item;
    const spooled = isSpooled(item);
    try {
      if (spooled) await work.letGo(id);
      await store.advance(id, { type: 'evicted', at: clock.now(), why }, first);
    } catch (error) {
      if (spooled) work.add(id);
      throw error;
    }
  }

  /**
   * Where something else has filled the disk to the last byte, even the fact of an eviction has no room. Then, and only
   * then, one call's sound goes before its fact: a crash between leaves a recording, or a spool, that is named as missing.
   */
  async #evictOnFullDisk(batch: readonly Item[], why: EvictionReason, failure: unknown): Promise<void> {
    const { files, folders, log } = this.#parts;
    log.error({ error: errorMessage(failure) }, 'cannot write an eviction to the journal');
    const full = failure instanceof HalinaError && systemErrorCode(failure.cause) === 'ENOSPC';
    const item = batch.find((candidate) => candidate.evictable);
    if (!full || !item) return;
    try {
      // In the call's turn: what is placed to hold it meanwhile comes before, and then nothing is removed, or after.
      await this.#tell(item, why, async () => {
        await files.remove(folders.recordingOf(item));
        await files.remove(folders.spoolOf(item.id));
      });
    } catch (error) {
      log.error({ callId: item.id, error: errorMessage(error) }, 'cannot evict a recording from a full disk');
    }
  }
}
