/**
 * A call record as the payload of a journal line: `SUMMARY\tRECORD`, both JSON (which has no raw tab). The summary is
 * what the catalogue keeps in memory; the record is read again only when it is needed. So a replay parses a quarter of
 * the bytes, and each line is the whole truth of its call as of then: the last one wins, nothing has to be merged.
 */
import type { CallId } from '../base/brands.js';
import type { CallEntry } from '../entry/call-entry.js';
import { isHeld, isRestricted, nextEnd } from './guards.js';
import { storedOf } from './lifecycle.js';
import type { CallRecord, Phase } from './lifecycle.js';

/** What is needed of a call to list, find, count and evict it. Times in Unix milliseconds. */
export interface CallSummary {
  readonly id: CallId;
  readonly phase: Phase;
  readonly startedAt: number;
  readonly direction: CallEntry['direction'];
  readonly trunk: string;
  /** The outside party: E.164 where it could be understood, else as signalled; absent when withheld. */
  readonly number?: string | undefined;
  readonly extension?: string | undefined;
  /** Of everybody who talked, where that are others too. */
  readonly extensions?: readonly string[] | undefined;
  readonly units?: readonly string[] | undefined;
  readonly noted?: true | undefined;
  readonly route?: string | undefined;
  readonly n?: number | undefined;
  readonly talkMs?: number | undefined;
  readonly zone: string;
  /** Of the recording or the closed spool, on the disk. */
  readonly bytes: number;
  /** When the call became unrecorded, or its recording was evicted. */
  readonly settledAt?: number | undefined;
  readonly quarantinedAt?: number | undefined;
  /** Something keeps it from eviction and erasure; `heldUntil`: when the first of that is over. */
  readonly held?: true | undefined;
  readonly heldUntil?: number | undefined;
  /** Nobody may hear it. */
  readonly restricted?: true | undefined;
  /** Its recording is sealed. */
  readonly sealed?: true | undefined;
  /** Whether dialogs of it may still have to be ended. */
  readonly dialogs?: true | undefined;
}

/** Said of a call of which nothing is to be remembered any more. */
export interface Forgotten {
  readonly id: CallId;
  readonly forgotten: true;
}

const TAB = 0x09;

/** The outside party's number, as it is searched for. */
export function numberOf(entry: CallEntry): string | undefined {
  const { number, signalled, withheld } = entry.outside;
  if (number !== undefined && number !== '') return number;
  return withheld || signalled === '' ? undefined : signalled;
}

/** Of everybody of the office who talked in the call. */
export function extensionsOf({ employee, parts }: CallEntry): string[] {
  const talked = parts.flatMap(({ kind, extension }) =>
    kind === 'talk' && extension !== undefined ? [extension] : [],
  );
  return [...new Set([...(employee ? [employee.extension] : []), ...talked])];
}

const isOnly = (all: readonly string[], one: string | undefined): boolean =>
  one === undefined ? all.length === 0 : all.length === 1 && all[0] === one;

function bytesOf({ state }: CallRecord): number {
  switch (state.phase) {
    case 'recorded':
      return storedOf(state.recording).bytes;
    case 'closed':
    case 'failed':
      return state.spool.bytes;
    case 'running':
    case 'unrecorded':
    case 'evicted':
    case 'erased':
      return 0;
  }
}

/** What is not so is not said: JSON leaves it out. */
export function summarise(record: CallRecord): CallSummary {
  const { entry, state, dialogs } = record;
  const extensions = extensionsOf(entry);
  const isSettled = state.phase === 'unrecorded' || state.phase === 'evicted' || state.phase === 'erased';
  return {
    id: entry.id,
    phase: state.phase,
    startedAt: entry.startedAt,
    direction: entry.direction,
    trunk: entry.trunk,
    number: numberOf(entry),
    extension: entry.employee?.extension,
    extensions: isOnly(extensions, entry.employee?.extension) ? undefined : extensions,
    units: record.units && record.units.length > 0 ? record.units : undefined,
    noted: record.note ? true : undefined,
    route: entry.route,
    n: record.n,
    talkMs: entry.talkMs === undefined ? undefined : Math.round(entry.talkMs),
    zone: entry.zone,
    bytes: bytesOf(record),
    settledAt: isSettled ? state.at : undefined,
    quarantinedAt: entry.quarantine?.at,
    held: isHeld(record) ? true : undefined,
    heldUntil: nextEnd(record),
    restricted: isRestricted(record) ? true : undefined,
    sealed: state.phase === 'recorded' && state.recording.stored ? true : undefined,
    dialogs: dialogs.length > 0 ? true : undefined,
  };
}

export function formatRecord(record: CallRecord): string {
  return `${JSON.stringify(summarise(record))}\t${JSON.stringify(record)}`;
}

export function formatForgotten(id: CallId): string {
  return JSON.stringify({ id, forgotten: true } satisfies Forgotten);
}

export function parseSummary(payload: Buffer): CallSummary | Forgotten {
  const tab = payload.indexOf(TAB);
  return JSON.parse(payload.toString('utf8', 0, tab < 0 ? payload.length : tab)) as CallSummary | Forgotten;
}

/** What this program wrote and the line's checksum covers is taken as it stands. */
export function parseRecord(payload: Buffer): CallRecord {
  return JSON.parse(payload.toString('utf8', payload.indexOf(TAB) + 1)) as CallRecord;
}
