/**
 * The call application's side of the archive: the `CallLedger` that it asks for. What is said here of a call is in the
 * journal when the promise resolves; where the journal can't be written, the promise rejects, the call may go on, and
 * what was said is written when that is possible again.
 */
import type { CallId } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { CallEntry } from '../entry/call-entry.js';
import type { SavedDialog, SpoolTicket } from '../entry/ledger.js';
import type { FileStore } from '../journal/file-store.js';
import type { SpoolEnd } from '../media/engine.js';
import type { Vault } from '../vault/vault.js';
import type { Budget } from './budget.js';
import type { Encoding } from './encoding.js';
import type { Folders } from './folders.js';
import { begun, transition } from './lifecycle.js';
import type { CallRecord, ClosedSpool } from './lifecycle.js';
import type { RecordStore } from './record-store.js';
import type { SpoolRoom } from './spool-room.js';

export interface LedgerParts {
  readonly files: FileStore;
  readonly folders: Folders;
  readonly vault: Vault;
  readonly store: RecordStore;
  readonly budget: Budget;
  readonly room: SpoolRoom;
  readonly encoding: Encoding;
  readonly clock: Clock;
  readonly log: Log;
}

export class Ledger {
  readonly #parts: LedgerParts;
  /** Entries that wait to be written for `update`. */
  readonly #updates = new Map<CallId, CallEntry>();

  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

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
    const { store, room, folders, vault, clock, log } = this.#parts;
    const { id } = entry;
    if (!(await room.open(id))) {
      log.warn({ callId: id }, 'the budget has no room for the recording of this call');
      await store.change(id, (record) => transition({ ...record, entry }, { type: 'spool-refused' }));
      return { refused: 'no-room' };
    }
    try {
      const at = clock.now();
      const opened = store.change(id, (record) => transition({ ...record, entry }, { type: 'spool-opened', at }));
      const [seal] = await Promise.all([vault.newKey('spool', id), opened]);
      return { path: folders.spoolOf(id), ...(seal ? { seal } : {}) };
    } catch (error) {
      vault.drop(id, 'spool');
      room.drop(id);
      throw error;
    }
  }

  /** What is known of a running call changed. */
  update(entry: CallEntry): void {
    const { store, log } = this.#parts;
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
      log.warn({ callId: id, error: errorMessage(error) }, 'cannot write what changed in a call');
    });
  }

  /** The call ended and its spool, if any, is closed. Durable when it resolves. */
  async end(entry: CallEntry, spool: SpoolEnd | undefined): Promise<void> {
    const { store, encoding, clock } = this.#parts;
    const { id } = entry;
    const closed = await this.#closeSpool(id, spool);
    const event = { type: 'ended', at: clock.now(), entry, spool: closed } as const;
    let hadSpool = closed !== undefined;
    await store.change(id, (record) => {
      if (record.state.phase === 'running' && record.state.spoolSince !== undefined) hadSpool = true;
      return { ...transition(record, event), dialogs: [] };
    });
    if (hadSpool) encoding.add(id); // else there is nothing to encode, nor to remove
  }

  /** What there is of the call's spool on the disk, and from here its exact bytes count. */
  async #closeSpool(id: CallId, said: SpoolEnd | undefined): Promise<ClosedSpool | undefined> {
    const { files, folders, vault, room, budget, log } = this.#parts;
    if (!budget.claim(id)) return undefined;
    const path = folders.spoolOf(id);
    const bytes = await files.stat(path).then(
      (facts) => facts?.bytes ?? 0,
      (error: unknown) => {
        log.warn({ callId: id, path, error: errorMessage(error) }, 'cannot look at a spool');
        return said?.bytes ?? 0;
      },
    );
    if (bytes === 0) {
      vault.drop(id, 'spool');
      room.drop(id);
      return undefined;
    }
    const spanMs = room.close(id, bytes);
    return said?.cut === undefined ? { bytes, spanMs } : { bytes, spanMs, cut: said.cut };
  }
}
