/**
 * Reading the audit log: pages of events that match, the newest first unless asked otherwise, with those personal details
 * that were not erased.
 */
import type { FileStore } from '../journal/file-store.js';
import { readAll } from '../journal/whole-file.js';
import type { Actor, AuditName, AuditObject } from './events.js';
import { chainLines, detailLines, listSegments, type Segment } from './segments.js';

export interface AuditQuery {
  /** Unix milliseconds, inclusive. */
  readonly from?: number;
  /** Unix milliseconds, exclusive. */
  readonly to?: number;
  readonly events?: readonly AuditName[];
  /** The id of an account, or `system`, `command-line`, `unknown`. */
  readonly actor?: string;
  readonly object?: { readonly kind?: string; readonly id?: string };
  /** 1 to 500; 50 if not given. */
  readonly limit?: number;
  /** Goes on where another page ended. */
  readonly cursor?: string;
  readonly oldestFirst?: boolean;
}

/** An event as it was written. `event` and `facts` are as the table of that time had them. */
export interface AuditEntry {
  readonly seq: number;
  readonly hash: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly event: string;
  readonly actor: Actor;
  readonly role?: string;
  readonly object?: AuditObject;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly personal: Readonly<Record<string, string>>;
  /** Names of personal details that are not there any more. */
  readonly erased: readonly string[];
}

export interface AuditPage {
  readonly lines: readonly AuditEntry[];
  readonly next?: string;
  /** Lines that could not be read on the way: `halina verify` names them. */
  readonly unreadable: number;
}

const DEFAULT_LIMIT = 50;
const HIGHEST_LIMIT = 500;

function matcher({ from, to, events, actor, object }: AuditQuery): (entry: AuditEntry) => boolean {
  return (entry) =>
    (from === undefined || entry.at >= from) &&
    (to === undefined || entry.at < to) &&
    (events === undefined || (events as readonly string[]).includes(entry.event)) &&
    (actor === undefined || (entry.actor.by === 'account' ? entry.actor.id : entry.actor.by) === actor) &&
    (object?.kind === undefined || entry.object?.kind === object.kind) &&
    (object?.id === undefined || entry.object?.id === object.id);
}

/** The entries of one segment in order, up to line `last`; bad lines are counted. */
export async function readSegment(
  files: FileStore,
  segment: Segment,
  last: number,
): Promise<{ entries: AuditEntry[]; unreadable: number }> {
  const details = new Map<number, Record<string, string>>();
  for (const { found } of detailLines(await readAll(files, segment.details))) {
    if (typeof found === 'string') continue;
    details.set(found.seq, { ...details.get(found.seq), [found.name]: found.text });
  }
  const entries: AuditEntry[] = [];
  let unreadable = 0;
  for (const { found } of chainLines(await readAll(files, segment.chain))) {
    if (typeof found === 'string') unreadable += 1;
    else if (found.record.seq <= last) {
      const { seq, at, event, actor, role, object, facts, commitments = {} } = found.record;
      const personal = details.get(seq) ?? {};
      const erased = Object.keys(commitments).filter((name) => !(name in personal));
      const optional = { ...(role === undefined ? {} : { role }), ...(object ? { object } : {}) };
      const main = { seq, hash: found.hash, at: Date.parse(at), event, actor, ...optional };
      entries.push({ ...main, facts, personal, erased });
    }
  }
  return { entries, unreadable };
}

/** @param last the number of the last durable line: what stands after it is only being written */
export async function readAudit(files: FileStore, folder: string, last: number, query: AuditQuery): Promise<AuditPage> {
  const limit = Math.min(HIGHEST_LIMIT, Math.max(1, query.limit ?? DEFAULT_LIMIT));
  const forward = query.oldestFirst === true;
  const start = query.cursor === undefined ? undefined : Number(query.cursor);
  const matches = matcher(query);
  const segments = await listSegments(files, folder);
  const lines: AuditEntry[] = [];
  let unreadable = 0;
  for (const segment of forward ? segments : segments.toReversed()) {
    const read = await readSegment(files, segment, last);
    unreadable += read.unreadable;
    for (const entry of forward ? read.entries : read.entries.toReversed()) {
      if (start !== undefined && (forward ? entry.seq <= start : entry.seq >= start)) continue;
      if (!matches(entry)) continue;
      if (lines.length === limit) return { lines, next: String(lines.at(-1)?.seq), unreadable };
      lines.push(entry);
    }
  }
  return { lines, unreadable };
}
