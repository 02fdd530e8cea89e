/**
 * Brings order into what a crash left, before the first call: temporaries go, calls that were open are ended, every
 * spool gets its call and every call that waits for its recording is named to be finished. It only ever moves calls
 * forward, so it may be killed itself, at any point and any number of times.
 */
import { join } from 'node:path';
import type { CallId } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { CallEntry } from '../entry/call-entry.js';
import type { SavedDialog } from '../entry/ledger.js';
import type { FileFacts, FileStore } from '../journal/file-store.js';
import type { Budget } from './budget.js';
import type { Item } from './catalogue.js';
import { callOfFile } from './folders.js';
import type { Folders } from './folders.js';
import type { CallRecord, ClosedSpool } from './lifecycle.js';
import type { FoundFiles, SpoolFacts } from './ports.js';
import type { RecordStore } from './record-store.js';

/** A call that the last run did not bring to its end. Its dialogs are to be ended, then forgotten by `saveDialogs`. */
export interface InterruptedCall {
  readonly entry: CallEntry;
  readonly dialogs: readonly SavedDialog[];
}

export interface RecoveryReport {
  readonly interrupted: readonly InterruptedCall[];
  /** Calls whose duties are not done: to be encoded, or to be rid of their spool. */
  readonly unfinished: readonly CallId[];
  /** Calls that the journal did not know and their spools named. */
  readonly adopted: readonly CallId[];
  /** Files in the spool folder that nobody can make anything of. */
  readonly unknown: readonly string[];
}

export interface RecoveryParts {
  readonly files: FileStore;
  readonly folders: Folders;
  readonly store: RecordStore;
  readonly budget: Budget;
  readonly found: FoundFiles;
  readonly clock: Clock;
  readonly log: Log;
  readonly expectedBytes: (durationMs: number) => number;
}

/** Evictions whose files may still be there: more than are ever done in one go. */
const RECENT_EVICTIONS = 256;
/** What a spool may be longer than its own times say, milliseconds. */
const SPAN_MARGIN_MS = 2000;
/** Q.850: temporary failure. */
const TEMPORARY_FAILURE = 41;

class Recovery {
  readonly #parts: RecoveryParts;
  readonly #spools = new Map<CallId, FileFacts>();
  readonly interrupted: InterruptedCall[] = [];
  readonly unfinished: CallId[] = [];
  readonly adopted: CallId[] = [];
  readonly unknown: string[] = [];

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
  }

  async run(): Promise<void> {
    await this.#removeTemporaries();
    await this.#listSpools();
    for (const item of this.#calls()) await this.#recover(item);
    for (const [id, facts] of this.#spools) await this.#adopt(id, facts);
  }

  async #removeTemporaries(): Promise<void> {
    const { files, folders } = this.#parts;
    for (const { name, kind } of await files.list(folders.temporary)) {
      if (kind === 'file') await files.remove(join(folders.temporary, name));
    }
  }

  async #listSpools(): Promise<void> {
    const { files, folders } = this.#parts;
    for (const { name } of await files.list(folders.spool)) {
      const path = join(folders.spool, name);
      const id = callOfFile(name, '.pcap');
      const facts = await files.stat(path);
      if (id && facts) this.#spools.set(id, facts);
      else this.unknown.push(path);
    }
  }

  /** The calls that may have something to be done, taken down before anything changes. */
  #calls(): Item[] {
    const calls: Item[] = [];
    const evicted: Item[] = [];
    for (const item of this.#parts.store.catalogue.items()) {
      if (item.dialogs) calls.push(item);
      else if (item.phase === 'evicted' || item.phase === 'erased') evicted.push(item);
      else if (item.phase !== 'recorded' && item.phase !== 'unrecorded') calls.push(item);
      if (evicted.length > 2 * RECENT_EVICTIONS) evicted.splice(0, RECENT_EVICTIONS);
    }
    const spooled = [...this.#spools.keys()].flatMap((id) => this.#parts.store.catalogue.get(id) ?? []);
    return [...new Set([...calls, ...evicted, ...spooled])];
  }

  async #recover(item: Item): Promise<void> {
    const { store, budget, files, folders, expectedBytes } = this.#parts;
    const spool = this.#spools.get(item.id);
    this.#spools.delete(item.id);
    if (item.phase === 'running') await this.#end(item.id, spool);
    else if (item.dialogs) this.#interrupted(await store.read(item.id));
    if (item.phase === 'recorded' && spool && !(await files.stat(folders.recordingOf(item)))) {
      await store.advance(item.id, { type: 'respooled', spool: await this.#closedSpool(item.id, spool) });
    }
    if (item.phase === 'evicted' || item.phase === 'erased') await files.remove(folders.recordingOf(item));
    if (item.phase === 'closed' || item.phase === 'failed') {
      const record = await store.read(item.id);
      const span = record && 'spool' in record.state ? record.state.spool.spanMs : 0;
      budget.setClaim(item.id, { spool: spool?.bytes ?? 0, mp3: expectedBytes(span) });
      this.unfinished.push(item.id);
    } else if (spool) {
      budget.setClaim(item.id, { spool: spool.bytes });
      this.unfinished.push(item.id);
    }
  }

  /** Ends a call that was open when the program died. */
  async #end(id: CallId, spool: FileFacts | undefined): Promise<void> {
    const { store, folders, found, clock, log } = this.#parts;
    const record = await store.read(id);
    if (!record) return;
    const facts = spool && spool.bytes > 0 ? await found.inspectSpool(folders.spoolOf(id)) : undefined;
    const lastAt = facts?.lastAt ?? spool?.modifiedAt;
    const entry = endedByRestart(record.entry, lastAt, facts?.talk);
    const closed = spool && spool.bytes > 0 ? await this.#closedSpool(id, spool, facts) : undefined;
    await store.advance(id, { type: 'ended', at: clock.now(), entry, spool: closed });
    log.warn({ callId: id, spoolBytes: spool?.bytes ?? 0 }, 'a call was open when the program ended');
    this.#interrupted({ ...record, entry });
  }

  #interrupted(record: CallRecord | undefined): void {
    if (record) this.interrupted.push({ entry: record.entry, dialogs: record.dialogs });
  }

  async #closedSpool(id: CallId, file: FileFacts, known?: SpoolFacts): Promise<ClosedSpool> {
    const facts = known ?? (await this.#parts.found.inspectSpool(this.#parts.folders.spoolOf(id)));
    const spanMs = facts ? facts.lastAt - facts.firstAt : 0;
    return { bytes: file.bytes, spanMs: Math.max(0, spanMs) + SPAN_MARGIN_MS };
  }

  /** A spool of which the journal knows nothing: it names its call itself. */
  async #adopt(id: CallId, file: FileFacts): Promise<void> {
    const { store, budget, folders, found, log, expectedBytes } = this.#parts;
    const path = folders.spoolOf(id);
    const facts = await found.inspectSpool(path);
    if (facts?.entry.id !== id) {
      log.error({ path }, 'a file in the spool folder is no spool of ours; it is left alone');
      this.unknown.push(path);
      return;
    }
    const entry = endedByRestart(facts.entry, facts.lastAt, facts.talk);
    const spool = await this.#closedSpool(id, file, facts);
    await store.begin({ entry, state: { phase: 'closed', spool }, dialogs: [] });
    budget.setClaim(id, { spool: file.bytes, mp3: expectedBytes(spool.spanMs) });
    log.warn({ callId: id }, 'a spool was found that the journal did not know; its call is entered again');
    this.adopted.push(id);
    this.unfinished.push(id);
  }
}

/** The entry of a call that the program did not see end. `lastAt`: when it was last heard, Unix milliseconds. */
function endedByRestart(found: CallEntry, lastAt: number | undefined, talk: SpoolFacts['talk']): CallEntry {
  if (found.end) return found;
  const entry = talk ? withTalk(found, talk) : found;
  const known = Math.max(entry.startedAt, entry.answeredAt ?? 0, entry.connectedAt ?? 0);
  const at = Math.round(Math.max(known, lastAt ?? 0));
  const end = { at, by: 'halina', reason: 'restart', cause: TEMPORARY_FAILURE } as const;
  if (entry.connectedAt === undefined) return { ...entry, end };
  const talkMs = at - entry.connectedAt;
  const parts = entry.parts.map((part) =>
    part.to === undefined ? { ...part, to: Math.max(part.from, talkMs) } : part,
  );
  return { ...entry, end, talkMs, parts };
}

/** What the spool knows of who talked is newer than what was written down of it. */
function withTalk(entry: CallEntry, { beganAt, parts }: NonNullable<SpoolFacts['talk']>): CallEntry {
  const within = entry.parts.filter(({ kind }) => kind === 'hold' || kind === 'stopped');
  return { ...entry, connectedAt: entry.connectedAt ?? Math.round(beganAt), parts: [...parts, ...within] };
}

/** To be run once, before anything else uses the store. */
export async function recover(parts: RecoveryParts): Promise<RecoveryReport> {
  const recovery = new Recovery(parts);
  await recovery.run();
  const { interrupted, unfinished, adopted, unknown } = recovery;
  return { interrupted, unfinished, adopted, unknown };
}
