/**
 * Makes recordings of closed spools, a few at a time, the oldest first, one that somebody wants to hear before all. Each goes this way: encode into `tmp/`, sync,
 * hash, rename to its place, sync the folder, the fact into the journal, and only then is the spool removed. Every
 * step can be the last one of the program; the next start finds the state `closed` and goes the way again, or finds
 * the recording in its place and only writes the fact.
 */
import { dirname } from 'node:path';
import type { CallId } from '../base/brands.js';
import type { Clock, Timer } from '../base/clock.js';
import { errorMessage, HalinaError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { FileStore } from '../journal/file-store.js';
import type { Vault } from '../vault/vault.js';
import type { Budget } from './budget.js';
import type { Folders } from './folders.js';
import { urgencyOf } from './encoding-urgency.js';
import type { EncodingUrgency } from './encoding-urgency.js';
import { hashRecording, identify } from './hashing.js';
import { dutiesOf } from './lifecycle.js';
import type { CallRecord, Recording } from './lifecycle.js';
import type { EncodeRequest, FoundFiles, RecordingEncoder } from './ports.js';
import type { RecordStore } from './record-store.js';

export interface EncodingParts {
  readonly files: FileStore;
  readonly folders: Folders;
  readonly vault: Vault;
  readonly store: RecordStore;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly log: Log;
  readonly encoder: RecordingEncoder;
  readonly found: FoundFiles;
  /** How many at a time. */
  readonly workers: number;
  /** Bytes that may be kept, as configured now. */
  readonly quota: () => number;
}

/** After so many tries the call counts as failed; it is still tried, ever more seldom. */
const TRIES = 5;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 600_000;
/** How often the backlog is looked at while there is one. */
const WATCH_MS = 10_000;

interface AtWork {
  readonly work: Promise<void>;
  readonly since: number;
  readonly stop: AbortController;
}

export class Encoding {
  readonly #parts: EncodingParts;
  /** With the monotonic time since when. */
  readonly #waiting = new Map<CallId, number>();
  #urgent: CallId | undefined;
  readonly #active = new Map<CallId, AtWork>();
  readonly #retries = new Map<CallId, Timer>();
  readonly #tries = new Map<CallId, number>();
  readonly #stop = new AbortController();
  #idle: (() => void)[] = [];
  #urgency: EncodingUrgency = 'calm';
  #watch: Timer | undefined;

  constructor(parts: EncodingParts) {
    this.#parts = parts;
  }

  /** Spools that wait or are at work. */
  get backlog(): number {
    return this.#waiting.size + this.#active.size + this.#retries.size;
  }

  /** How long the oldest spool waits or is at work, milliseconds; tries to come not counted. */
  get oldestMs(): number {
    const now = this.#parts.clock.monotonic();
    const begun = [...this.#waiting.values(), ...[...this.#active.values()].map(({ since }) => since)];
    return begun.reduce((oldest, since) => Math.max(oldest, now - since), 0);
  }

  /** Whether anything is being done with the call's files. */
  has(id: CallId): boolean {
    return this.#active.has(id) || this.#retries.has(id) || this.#waiting.has(id);
  }

  /** Whether something is being done with the call's files at this moment. */
  isAtWork(id: CallId): boolean {
    return this.#active.has(id);
  }

  /** The call is over: what its state calls for is to be done with its spool. */
  add(id: CallId): void {
    if (this.has(id)) return;
    this.#waiting.set(id, this.#parts.clock.monotonic());
    this.#fill();
  }

  /** Gives up what is being made of the call's spool, or was to be; resolves when nothing is at work on its files any more. */
  async letGo(id: CallId): Promise<void> {
    this.#waiting.delete(id);
    this.#retries.get(id)?.cancel();
    this.#retries.delete(id);
    const active = this.#active.get(id);
    active?.stop.abort();
    await active?.work;
    this.#tries.delete(id);
    await this.#parts.files.remove(this.#parts.folders.temporaryOf(id));
  }

  /** The call is to be the next one, if it waits. */
  hurry(id: CallId): void {
    this.#urgent = id;
  }

  /** Resolves when nothing is at work or waits (tries to come not counted). */
  async idle(): Promise<void> {
    if (this.#waiting.size === 0 && this.#active.size === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Lets what is at work end (its encoder is told to stop) and starts nothing more. */
  async close(): Promise<void> {
    this.#stop.abort();
    for (const { stop } of this.#active.values()) stop.abort();
    this.#waiting.clear();
    for (const timer of this.#retries.values()) timer.cancel();
    this.#retries.clear();
    this.#watch?.cancel();
    await Promise.all([...this.#active.values()].map(({ work }) => work));
  }

  #fill(): void {
    while (this.#active.size < this.#parts.workers && !this.#stop.signal.aborted) {
      const next = this.#next();
      if (next === undefined) break;
      const { id, since } = next;
      const stop = new AbortController();
      const work = this.#work(id, stop.signal).then((again) => {
        this.#active.delete(id);
        if (again !== undefined) this.#tryAgain(id, again);
        this.#fill();
      });
      this.#active.set(id, { work, since, stop });
    }
    this.#look();
    if (this.#active.size > 0 || this.#waiting.size > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Call ids sort by time. */
  #next(): { readonly id: CallId; readonly since: number } | undefined {
    let next: CallId | undefined;
    for (const id of this.#waiting.keys()) if (next === undefined || id < next) next = id;
    if (this.#urgent !== undefined && this.#waiting.has(this.#urgent)) next = this.#urgent;
    const since = next && this.#waiting.get(next);
    if (next === undefined || since === undefined) return undefined;
    this.#waiting.delete(next);
    return { id: next, since };
  }

  /** Has it encoded as hard as the backlog asks for, now and as long as there is one. Spools that failed do not count. */
  #look(): void {
    this.#watch?.cancel();
    this.#watch = undefined;
    const { budget, clock, encoder, log, quota } = this.#parts;
    const now = clock.monotonic();
    let bytes = 0;
    let oldestMs = 0;
    const count = (id: CallId, since: number): void => {
      bytes += budget.claim(id)?.spool ?? 0;
      oldestMs = Math.max(oldestMs, now - since);
    };
    for (const [id, since] of this.#waiting) count(id, since);
    for (const [id, { since }] of this.#active) count(id, since);
    const urgency = urgencyOf({ bytes, quota: quota(), oldestMs });
    if (urgency !== this.#urgency) {
      this.#urgency = urgency;
      encoder.setUrgency(urgency);
      log.info(
        { urgency, spools: this.backlog, bytes, oldestMs: Math.round(oldestMs) },
        'encoding keeps up by priority',
      );
    }
    const goesOn = this.#waiting.size + this.#active.size > 0 && !this.#stop.signal.aborted;
    if (goesOn) this.#watch = clock.setTimer(WATCH_MS, () => this.#look());
  }

  /** Never rejects. Gives the milliseconds after which to try again, if that is to be. */
  async #work(id: CallId, signal: AbortSignal): Promise<number | undefined> {
    try {
      await this.#doDuties(id, signal);
      this.#tries.delete(id);
      return undefined;
    } catch (error) {
      return signal.aborted ? undefined : this.#failed(id, error);
    }
  }

  #tryAgain(id: CallId, afterMs: number): void {
    if (this.#stop.signal.aborted) return;
    const again = (): void => {
      this.#retries.delete(id);
      this.add(id);
    };
    this.#retries.set(id, this.#parts.clock.setTimer(afterMs, again));
  }

  async #doDuties(id: CallId, signal: AbortSignal): Promise<void> {
    const { files, folders, vault, store } = this.#parts;
    const record = await store.read(id);
    if (!record) return;
    for (const duty of dutiesOf(record.state)) {
      if (duty === 'encode') await this.#makeRecording(record, signal);
      else if (duty === 'remove-spool') await this.removeSpool(id);
      else {
        await files.remove(folders.recordingOf(record.entry));
        vault.drop(id, 'recording');
      }
    }
  }

  async #makeRecording(record: CallRecord, signal: AbortSignal): Promise<void> {
    const { files, folders, vault, store, budget, clock, log } = this.#parts;
    const { id } = record.entry;
    const path = folders.recordingOf(record.entry);
    if ((await files.stat(path)) && (await this.#adopt(id, path))) return;
    if (await files.stat(folders.spoolOf(id))) return this.#encode(record, path, signal);
    log.error({ callId: id }, 'the spool of a call is missing: the call has no recording');
    await store.advance(id, { type: 'spool-missing', at: clock.now() });
    vault.drop(id);
    budget.dropClaim(id);
  }

  /** A recording stands in its place without its fact: it was renamed there whole, the program ended just then. */
  async #adopt(id: CallId, path: string): Promise<boolean> {
    const known = await identify(this.#parts, path, ({ entry }) => entry.id === id);
    if (!known) return false;
    await this.#settle(id, { ...known.hashed, durationMs: known.facts.durationMs });
    return true;
  }

  async #encode(record: CallRecord, path: string, signal: AbortSignal): Promise<void> {
    const { files, folders, vault, encoder, log } = this.#parts;
    const { entry } = record;
    const { id } = entry;
    const outputPath = folders.temporaryOf(id);
    await files.remove(outputPath);
    const request = { ...(await this.#requestOf(record, outputPath)), signal };
    const { maxBytes } = request;
    const durationMs = Math.round((await encoder.encode(request)).durationMs);
    await this.#sync(outputPath);
    const hashed = await hashRecording(files, vault, outputPath);
    const { bytes } = hashed;
    if (bytes > maxBytes) log.warn({ callId: id, bytes, maxBytes }, 'the recording is larger than was reserved for it');
    await files.makeFolder(dirname(path));
    await files.rename(outputPath, path);
    await files.syncFolder(dirname(path));
    await this.#settle(id, { ...hashed, durationMs });
    log.info({ callId: id, path, bytes, durationMs }, 'recording kept');
  }

  /** Each try has a key of its own. */
  async #requestOf({ entry }: CallRecord, outputPath: string): Promise<Omit<EncodeRequest, 'signal'>> {
    const { folders, vault, budget } = this.#parts;
    const { id } = entry;
    const recording = await vault.newKey('recording', id);
    const keys = { spool: vault.spoolKeys(id), ...(recording ? { recording } : {}) };
    const maxBytes = vault.plainWithin(budget.claim(id)?.mp3 ?? 0);
    return { id, entry, spoolPath: folders.spoolOf(id), outputPath, maxBytes, keys };
  }

  /** The recording stands in its place: enters it, then removes the spool. */
  async #settle(id: CallId, recording: Recording): Promise<void> {
    await this.#parts.store.advance(id, { type: 'encoded', recording });
    this.#parts.budget.setClaim(id, { mp3: 0 });
    await this.removeSpool(id);
  }

  /** Removes the spool of a call that needs it no more, and with it the call's claim. */
  async removeSpool(id: CallId): Promise<void> {
    const { files, folders, vault, budget } = this.#parts;
    if (await files.remove(folders.spoolOf(id))) await files.syncFolder(folders.spool);
    vault.drop(id, 'spool');
    budget.dropClaim(id);
  }

  async #sync(path: string): Promise<void> {
    const file = await this.#parts.files.open(path, 'write');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** After some tries, or where none can succeed, the call is marked as failed. Never rejects. */
  async #failed(id: CallId, error: unknown): Promise<number | undefined> {
    const tries = (this.#tries.get(id) ?? 0) + 1;
    this.#tries.set(id, tries);
    const hopeless = error instanceof HalinaError && error.code === 'SPOOL_UNREADABLE';
    const facts = { callId: id, tries, hopeless, error: errorMessage(error) };
    this.#parts.log.error(facts, 'cannot make a recording of a spool');
    if (hopeless || tries === TRIES) await this.#giveUp(id, errorMessage(error));
    if (hopeless) this.#parts.budget.setClaim(id, { mp3: 0 });
    return hopeless ? undefined : Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), LONGEST_WAIT_MS);
  }

  async #giveUp(id: CallId, error: string): Promise<void> {
    const { files, folders, store, log } = this.#parts;
    try {
      await files.remove(folders.temporaryOf(id));
      if (store.catalogue.get(id)?.phase === 'closed') await store.advance(id, { type: 'gave-up', error });
    } catch (failure) {
      log.error({ callId: id, error: errorMessage(failure) }, 'cannot write that a recording failed');
    }
  }
}
