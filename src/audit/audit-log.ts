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
import { auditFailed, Chain } from './chain.js';
import { checkEvent, LINE_LIMIT, type AuditEvent } from './events.js';
import { readAudit, type AuditPage, type AuditQuery } from './reader.js';

export type { AuditEvent, AuditName, AuditObject, Actor, Personal } from './events.js';
export type { AuditEntry, AuditPage, AuditQuery } from './reader.js';

export interface AuditOptions {
  /** The data folder; its lock is held by the caller. */
  readonly data: string;
  readonly files: FileStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly alarms: AlarmBell;
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
const ALARM = 'AUDIT_FAILED';

export class AuditLog {
  readonly #options: AuditOptions;
  readonly #folder: string;
  readonly #reserve: Reserve;
  readonly #door = new Mutex();
  #chain: Chain | undefined;
  #closed = false;

  private constructor(options: AuditOptions) {
    this.#options = options;
    this.#folder = join(options.data, 'audit');
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

  /** Resolves when the event is on the medium. Rejects with `AUDIT_FAILED` where it is not on record. */
  async append(event: AuditEvent): Promise<AuditReceipt> {
    checkEvent(event);
    if (canonicalJson(event).length > LINE_LIMIT) throw new RangeError(`the event ${event.event} is too long`);
    try {
      const chain = await this.#opened();
      const { hash, record } = await chain.append(event);
      this.#options.alarms.clear(ALARM, 'audit');
      return { seq: record.seq, hash };
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** A page of events; see `AuditQuery`. */
  async read(query: AuditQuery = {}): Promise<AuditPage> {
    const chain = await this.#opened();
    return readAudit(this.#options.files, this.#folder, chain.end.seq, query);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#door.idle();
    await this.#chain?.close();
  }

  /** The chain; opened again where that failed before. */
  #opened(): Promise<Chain> {
    if (this.#chain && !this.#closed) return Promise.resolve(this.#chain);
    return this.#door.run(async () => {
      if (this.#closed) throw new Error('it is closed');
      const { files, clock, log, segmentBytes = SEGMENT_BYTES } = this.#options;
      this.#chain ??= await Chain.open({
        files,
        clock,
        log,
        segmentBytes,
        folder: this.#folder,
        reserve: this.#reserve,
      });
      await this.#takeReserve();
      return this.#chain;
    });
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

  #failed(error: unknown): HalinaError {
    const failure = error instanceof HalinaError ? error : auditFailed(this.#folder, error);
    this.#options.alarms.raise(ALARM, 'audit', failure.message, { hint: failure.hint });
    return failure;
  }
}
