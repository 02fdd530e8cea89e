/**
 * Erasure on purpose (GDPR art. 17, an objection, a court): the sound and everything that tells who the call was with
 * go; that there was a call, and who had its recording erased and why, stays.
 *
 * Order: the list of erasures (a journal of its own, never compacted) says it first, then the archive's journal, then
 * the files go, then their keys (the keystore is written anew, so copies of a sealed file open nowhere any more), then
 * the archive's journal is compacted, so that its earlier lines with names and numbers go too. The
 * list outlives every restored backup: at each start, whatever it names and the archive still has is erased again
 * before anything is served.
 */
import type { CallId } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import { defined } from '../base/defined.js';
import { errorMessage, HalinaError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { CallEntry } from '../entry/call-entry.js';
import type { FileStore } from '../journal/file-store.js';
import type { Vault } from '../vault/vault.js';
import { Journal, type Damage } from '../journal/journal.js';
import type { Folders } from './folders.js';
import { doerOf, heldError, isHeld } from './guards.js';
import type { Doer } from './guards.js';
import type { RecordStore } from './record-store.js';

export interface ErasureWish {
  /** Two persons: who asked, and who confirmed. */
  readonly askedBy: string;
  readonly confirmedBy: string;
  readonly reason: string;
  /** The legal basis, e.g. `art. 17(1)(c) GDPR`. */
  readonly basis?: string;
  readonly reference?: string;
  readonly role?: string;
  readonly source?: string;
  /** Where it was asked for at the command line: the user id of the operating system. */
  readonly uid?: number;
}

/** An item of the list that a restore applies. `at`: Unix milliseconds. */
export interface Erasure {
  readonly id: CallId;
  readonly at: number;
  readonly askedBy: string;
  readonly confirmedBy: string;
  readonly reason: string;
  readonly basis?: string;
  readonly reference?: string;
}

/** After a line of the archive's journal that took names out, this says that its earlier lines and the keys are gone too. */
interface Scrubbed {
  readonly scrubbed: number;
}

/** Shorter texts tell nobody apart. */
const TELLING = 5;

/** What tells who the call was with, as it may stand elsewhere. */
export function tellingTexts({ outside: { number, signalled, displayName } }: CallEntry): string[] {
  return [number, signalled, displayName].filter((text) => text !== undefined).filter((text) => text.length >= TELLING);
}

const JOURNAL = { name: 'halina-erasures', version: 1 };

export interface ErasuresParts {
  readonly files: FileStore;
  readonly folders: Folders;
  readonly store: RecordStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether something is at work on the call's files. */
  readonly isBusy: (id: CallId) => boolean;
  readonly isListened: (id: CallId) => boolean;
  /** Removes the files of what has gone. */
  readonly removeFiles: () => Promise<void>;
}

export class Erasures {
  readonly #parts: ErasuresParts;
  readonly #journal: Journal;
  readonly #list: Map<CallId, Erasure>;
  /** Erasures whose traces in the archive's journal are gone. */
  #scrubbed: number;
  #scrubbing: Promise<void> | undefined;
  /** The list names a call that the archive still has. */
  #behind = false;

  private constructor(parts: ErasuresParts, journal: Journal, list: Map<CallId, Erasure>, scrubbed: number) {
    this.#parts = parts;
    this.#journal = journal;
    this.#list = list;
    this.#scrubbed = scrubbed;
  }

  static async open(parts: ErasuresParts): Promise<Erasures> {
    const list = new Map<CallId, Erasure>();
    let scrubbed = 0;
    const { files, folders } = parts;
    const journal = await Journal.open({ ...JOURNAL, files, path: folders.erasures }, (_place, payload) => {
      const said = JSON.parse(payload.toString('utf8')) as Erasure | Scrubbed;
      if ('scrubbed' in said) scrubbed = said.scrubbed;
      else list.set(said.id, said);
    });
    for (const { line, offset, what } of journal.replayed.damage) {
      parts.log.error({ line, offset, what }, 'the list of erasures is damaged');
    }
    return new Erasures(parts, journal, list, scrubbed);
  }

  /** Lines of the list that can't be read. */
  get damage(): readonly Damage[] {
    return this.#journal.replayed.damage;
  }

  /** All that were ever made, the oldest first. */
  get list(): readonly Erasure[] {
    return [...this.#list.values()];
  }

  /** Whether names of erased calls still stand in earlier lines of the archive's journal. */
  get unscrubbed(): boolean {
    return this.#scrubbed < this.#list.size;
  }

  /** Erases what the list names and the archive still has: after a crash or a failure, or when a backup was put back. */
  async apply(): Promise<void> {
    const { store, log } = this.#parts;
    this.#behind = false;
    for (const erasure of this.#list.values()) {
      const item = store.catalogue.get(erasure.id);
      if (!item || item.phase === 'erased') continue;
      await this.#tell(erasure, { by: 'halina' }, true);
      this.#scrubbed = Math.min(this.#scrubbed, this.#list.size - 1);
      log.warn({ callId: erasure.id }, 'an erasure was applied again: the archive still had the call');
    }
    await this.#parts.removeFiles();
    if (this.unscrubbed) await this.scrub();
  }

  /**
   * Rejects with `ERASURE_TWO_PERSONS`, `ERASURE_INVALID`, `ARCHIVE_UNKNOWN_CALL`, `ARCHIVE_ERASED`, `ARCHIVE_HELD`,
   * `ARCHIVE_LISTENED`, or `ARCHIVE_BUSY`: the call runs, or its recording is only just being made.
   */
  async erase(id: CallId, wish: ErasureWish): Promise<void> {
    const { clock, log, removeFiles } = this.#parts;
    await this.#check(id, wish);
    const { askedBy, confirmedBy, reason, basis, reference } = wish;
    const at = clock.now();
    const erasure: Erasure = defined({ id, at, askedBy, confirmedBy, reason: reason.trim(), basis, reference });
    await this.#tell(erasure, doerOf({ ...wish, by: confirmedBy }), false);
    await removeFiles();
    log.info({ callId: id }, 'recording erased');
    await this.scrub();
  }

  /** Does what could not be done; to be called now and then. */
  async retry(): Promise<void> {
    if (this.#behind) await this.apply();
    else if (this.unscrubbed) await this.scrub();
  }

  /** Leaves the earlier lines of erased calls out of the archive's journal. */
  scrub(): Promise<void> {
    this.#scrubbing ??= this.#scrub().finally(() => (this.#scrubbing = undefined));
    return this.#scrubbing;
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  async #scrub(): Promise<void> {
    const { store, vault, log } = this.#parts;
    try {
      while (this.unscrubbed) {
        const erased = this.#list.size;
        for (const id of this.#list.keys()) vault.drop(id);
        await vault.keys?.destroy();
        await store.compact({ whole: true });
        await this.#journal.append(JSON.stringify({ scrubbed: erased } satisfies Scrubbed));
        this.#scrubbed = erased;
      }
    } catch (error) {
      const facts = { error: errorMessage(error) };
      log.error(facts, 'names or the key of an erased call still stand on the disk; this is tried again');
    }
  }

  async #check(id: CallId, { askedBy, confirmedBy, reason }: ErasureWish): Promise<void> {
    const { store, isBusy, isListened } = this.#parts;
    const [first, second] = [askedBy.trim(), confirmedBy.trim()];
    if (first === '' || second === '' || first === second) {
      const hint = 'one asks for it, another confirms it';
      throw new HalinaError('ERASURE_TWO_PERSONS', 'an erasure takes two persons', { hint });
    }
    if (reason.trim() === '') throw new HalinaError('ERASURE_INVALID', 'say why the recording is erased');
    const record = await store.read(id);
    if (!record) throw new HalinaError('ARCHIVE_UNKNOWN_CALL', `call ${id} is not there`);
    const { phase } = record.state;
    if (phase === 'erased') throw new HalinaError('ARCHIVE_ERASED', `call ${id} is erased already`);
    if (isHeld(record)) throw heldError(id, record);
    if (isListened(id)) throw new HalinaError('ARCHIVE_LISTENED', `the recording of call ${id} is being listened to`);
    if (phase === 'running' || phase === 'closed' || isBusy(id)) {
      const what = phase === 'running' ? 'it still runs' : 'its recording is only just being made';
      throw new HalinaError('ARCHIVE_BUSY', `call ${id} cannot be erased now: ${what}`, { hint: 'try again soon' });
    }
  }

  /**
   * Into the list, then into the archive's journal. Both in the call's turn: a hold that is placed meanwhile comes
   * before both or after both. `again`: the list has it already, and goes before any hold.
   */
  async #tell(erasure: Erasure, doer: Doer, again: boolean): Promise<void> {
    const { id, ...facts } = erasure;
    const event = { type: 'erased', ...facts, doer, again } as const;
    await this.#parts.store.advance(id, event, async () => {
      if (this.#list.has(id)) return;
      await this.#journal.append(JSON.stringify(erasure));
      this.#list.set(id, erasure);
      this.#behind = true;
    });
    this.#behind = false;
  }
}
