/**
 * The audit log: who did what, in a chain of hashes that only grows. `append` resolves when the event is on the medium;
 * where it rejects, the action that was to be on record must not happen. Opening it never fails: a log that can't be written is an
 * alarm, refuses people's actions, and is tried again with the next event, while calls go on.
 */
import { join } from 'node:path';
import type { AlarmBell } from '../base/alarms.js';
import { canonicalJson } from '../base/canonical-json.js';
import type { Clock } from '../base/clock.js';
import { errorMessage, HalinaError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { Mutex } from '../base/mutex.js';
import type { FileStore } from '../journal/file-store.js';
import { Reserve } from '../journal/reserve.js';
import { readAll, removeUnfinished } from '../journal/whole-file.js';
import { Anchoring, auditFolder, keysFolder, type Seal } from './anchoring.js';
import { lastAnchor, type AnchorPlace } from './anchors.js';
import { auditFailed, Chain } from './chain.js';
import { endPlan, isMeant, readPlan, writePlan, type DetailsToErase } from './erase-details.js';
import { anchorsAfter, checkEvent, LINE_LIMIT, type Actor, type AuditEvent } from './events.js';
import { readAudit, type AuditEntry, type AuditPage, type AuditQuery } from './reader.js';
import { publicPath } from './signing-keys.js';
import { excerptOf, type Span } from './excerpt.js';
import { takeSnapshot, verifyAudit, type AuditVerdict } from './verify.js';

export type { AuditEvent, AuditName, AuditObject, Actor, Personal } from './events.js';
export type { DetailsToErase } from './erase-details.js';
export type { AuditEntry, AuditPage, AuditQuery } from './reader.js';

export interface AuditOptions {
  /** The data folder; its lock is held by the caller. */
  readonly data: string;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly alarms: AlarmBell;
  /** Where anchors are sent to. */
  readonly places?: readonly AnchorPlace[];
  /** An anchor is made after so many milliseconds, where there is something new, and after so many events. */
  readonly anchorEveryMs?: number;
  readonly anchorEvents?: number;
  /** Kept for a full disk, in bytes. */
  readonly reserveBytes?: number;
  /** A segment of the chain is closed at this size, in bytes. */
  readonly segmentBytes?: number;
}

/** What an event became. */
export interface AuditReceipt {
  readonly seq: number;
  readonly hash: string;
}

/** As the parts that put events on record use it. */
export type AuditRecorder = Pick<AuditLog, 'append'>;

const RESERVE_BYTES = 1024 * 1024;
const SEGMENT_BYTES = 4 * 1024 * 1024;
const HOUR_MS = 3_600_000;
const ANCHOR_EVENTS = 1000;
/** So many lines in one event of erasure. */
const LINES_A_TIME = 2000;
const ROOMY = 4;
const ALARM = 'AUDIT_FAILED';

interface Opened {
  readonly chain: Chain;
  readonly anchoring: Anchoring;
}

export class AuditLog {
  readonly #options: AuditOptions;
  readonly #folder: string;
  readonly #reserve: Reserve;
  readonly #door = new Mutex();
  /** Held by whoever looks at all of it, or erases in all of it. */
  readonly #care = new Mutex();
  #open: Opened | undefined;
  #closed = false;

  private constructor(options: AuditOptions) {
    this.#options = options;
    this.#folder = auditFolder(options.data);
    this.#reserve = new Reserve(options.files, join(this.#folder, 'reserve'), options.reserveBytes ?? RESERVE_BYTES);
  }

  /** Never rejects (see above). */
  static async open(options: AuditOptions): Promise<AuditLog> {
    const audit = new AuditLog(options);
    try {
      await audit.#opened();
    } catch (error) {
      audit.#failed(error);
    }
    return audit;
  }

  /**
   * Resolves when the event is on the medium, and where the table says so, anchored. Rejects with `AUDIT_FAILED` where it is
   * not on record.
   */
  async append(event: AuditEvent): Promise<AuditReceipt> {
    checkEvent(event);
    if (canonicalJson(event).length > LINE_LIMIT) throw new RangeError(`the event ${event.event} is too long`);
    try {
      const { chain, anchoring } = await this.#opened();
      const { hash, record } = await chain.append(event);
      this.#options.alarms.clear(ALARM, 'audit');
      await this.#refillReserve();
      if (anchorsAfter(event.event)) await anchoring.now();
      else await anchoring.noted(record.seq);
      return { seq: record.seq, hash };
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** A page of events; see `AuditQuery`. */
  async read(query: AuditQuery = {}): Promise<AuditPage> {
    const { chain } = await this.#opened();
    return readAudit(this.#options.files, this.#folder, chain.end.seq, query);
  }

  /** Makes an anchor now, unless the last line is anchored. What fails is an alarm. */
  async anchor(): Promise<void> {
    await (await this.#opened()).anchoring.now();
  }

  /** When the last anchor of this run was made, Unix milliseconds. */
  get anchoredAt(): number | undefined {
    return this.#open?.anchoring.lastAt;
  }

  /** Replaces the key that signs anchors; gives the new one's id. */
  async rotateKey(): Promise<string> {
    return (await this.#opened()).anchoring.rotate();
  }

  /** Erases personal details for good; the chain says of which lines, by whom and why. Gives how many lines had any. */
  eraseDetails(which: DetailsToErase, by: { actor: Actor; why: string }): Promise<number> {
    return this.#care.run(() => this.#eraseDetails(which, by));
  }

  async #eraseDetails(which: DetailsToErase, by: { actor: Actor; why: string }): Promise<number> {
    const { chain } = await this.#opened();
    const lines: number[] = [];
    for await (const entry of this.entries()) if (isMeant(which, entry)) lines.push(entry.seq);
    for (let at = 0; at < lines.length; at += LINES_A_TIME) {
      const some = lines.slice(at, at + LINES_A_TIME);
      await writePlan(this.#options.files, this.#folder, some);
      await this.append({ event: 'details_erased', actor: by.actor, facts: { lines: some, why: by.why } });
      await chain.eraseDetails(new Set(some));
      await endPlan(this.#options.files, this.#folder);
    }
    return lines.length;
  }

  /** Every event that matches, the oldest first. */
  async *entries(query: Omit<AuditQuery, 'limit' | 'cursor' | 'oldestFirst'> = {}): AsyncGenerator<AuditEntry> {
    for (let cursor: string | undefined; ;) {
      const page = await this.read({ ...query, oldestFirst: true, limit: 500, ...(cursor ? { cursor } : {}) });
      yield* page.lines;
      if (page.next === undefined) return;
      cursor = page.next;
    }
  }

  /** The lines about these objects, with what proves them; see `excerpt.ts`. */
  async excerpt(ids: ReadonlySet<string>): Promise<Span[]> {
    await this.#opened();
    return this.#quietly(() => excerptOf(this.#options.files, this.#folder, ids));
  }

  /** Signs a text with the key of the anchors. Rejects where there is no key. */
  async seal(text: string): Promise<Seal> {
    return (await this.#opened()).anchoring.seal(text);
  }

  /** Public halves of keys that signed anchors, PEM; undefined for one that is not there. */
  async publicKey(id: string): Promise<string | undefined> {
    const pem = await readAll(this.#options.files, publicPath(keysFolder(this.#options.data), id));
    return pem.length > 0 ? pem.toString() : undefined;
  }

  /** Proves the log or names each difference. `outside`: anchors that were kept elsewhere, one a line. */
  verify(outside?: { readonly name: string; readonly bytes: Buffer }): Promise<AuditVerdict> {
    const { files, data } = this.#options;
    return this.#care.run(async () => {
      const snapshot = await this.#quietly(() => takeSnapshot(files, data));
      return verifyAudit(files, data, snapshot, outside);
    });
  }

  /** Runs a task while nothing is written, also where the log could not be opened. */
  async #quietly<T>(task: () => Promise<T>): Promise<T> {
    return this.#open ? this.#open.anchoring.quietly(() => (this.#open as Opened).chain.quietly(task)) : task();
  }

  async close(): Promise<void> {
    await this.#door.idle();
    await this.#care.idle();
    this.#closed = true;
    await this.#open?.anchoring.close();
    await this.#open?.chain.close();
  }

  /** The chain with its anchors; opened again where that failed before. */
  #opened(): Promise<Opened> {
    if (this.#closed) return Promise.reject(auditFailed(this.#folder, new Error('it is closed')));
    if (this.#open) return Promise.resolve(this.#open);
    return this.#door.run(async () => (this.#open ??= await this.#start()));
  }

  async #start(): Promise<Opened> {
    const { files, data, clock, log, alarms, segmentBytes = SEGMENT_BYTES } = this.#options;
    await removeUnfinished(files, this.#folder);
    const proven = await lastAnchor(files, this.#folder);
    const common = { files, clock, log, folder: this.#folder };
    const chain = await Chain.open({ ...common, segmentBytes, reserve: this.#reserve, ...(proven ? { proven } : {}) });
    try {
      await this.#finishErasure(chain);
    } catch (error) {
      await chain.close();
      throw error;
    }
    await this.#takeReserve();
    const { places = [], anchorEveryMs: everyMs = HOUR_MS, anchorEvents: events = ANCHOR_EVENTS } = this.#options;
    const anchoring = new Anchoring({ files, data, clock, log, alarms, places, everyMs, events }, chain);
    await anchoring.now();
    return { chain, anchoring };
  }

  /** An erasure that a crash interrupted, said in the chain or not: what is gone needs its line, what stands in a line must go. */
  async #finishErasure(chain: Chain): Promise<void> {
    const lines = await readPlan(this.#options.files, this.#folder);
    if (lines.length === 0) return;
    const facts = { lines: [...lines], why: 'taken-up-again' };
    await chain.append({ event: 'details_erased', actor: { by: 'system' }, facts });
    await chain.eraseDetails(new Set(lines));
    await endPlan(this.#options.files, this.#folder);
  }

  /** A disk without room for the reserve is no reason not to write. */
  async #takeReserve(): Promise<void> {
    try {
      await this.#reserve.take();
    } catch (error) {
      const facts = { path: this.#reserve.path, error: errorMessage(error) };
      this.#options.log.warn(facts, 'there is no room for the reserve of the audit log');
    }
  }

  /** Takes the reserve again when there is room for it several times over. */
  async #refillReserve(): Promise<void> {
    if (!this.#reserve.isGivenUp) return;
    const { files, reserveBytes = RESERVE_BYTES } = this.#options;
    if ((await files.free(this.#folder)) > ROOMY * reserveBytes) await this.#takeReserve();
  }

  #failed(error: unknown): HalinaError {
    const failure = error instanceof HalinaError ? error : auditFailed(this.#folder, error);
    this.#options.alarms.raise(ALARM, 'audit', failure.message, { hint: failure.hint });
    return failure;
  }
}
