/**
 * The life of a call in the archive, as a state machine without effects.
 *
 *     running ──ended, spool──▶ closed ──encoded──▶ recorded ──evicted──▶ evicted
 *        │                        │ ▲                  ▲                     ▲
 *        │                gave-up │ │ respooled        │ encoded             │ evicted
 *        │                        ▼ │                  │                     │
 *        │                      failed ────────────────┴─────────────────────┘
 *        └─ended, no spool─▶ unrecorded
 *
 * A state is durable in the journal before anything that it calls for is done. What it calls for (`dutiesOf`) follows
 * from the state alone and can be done any number of times, so a start after a crash does the duties of the state that
 * it finds and needs no other memory.
 */
import { HalinaError } from '../base/errors.js';
import type { CallEntry, NotRecordedReason } from '../entry/call-entry.js';
import type { SavedDialog } from '../entry/ledger.js';

export interface ClosedSpool {
  readonly bytes: number;
  /** An upper bound of the time between its opening and its end, in milliseconds. */
  readonly spanMs: number;
  /** Set when it does not go on to the end of the call. */
  readonly cut?: 'no-room' | 'stopped' | 'failed';
}

export interface Recording {
  readonly bytes: number;
  /** Of the whole file, hex. */
  readonly sha256: string;
  /** Of the sound, milliseconds. */
  readonly durationMs: number;
  readonly cut?: 'no-room' | 'stopped' | 'failed';
}

/** `quota`, `min-free`: room was needed; `age`, `quarantine`: its time was up. */
export type EvictionReason = 'quota' | 'min-free' | 'age' | 'quarantine';

/** Every time is in Unix milliseconds. */
export type CallState =
  | { readonly phase: 'running'; readonly spoolSince?: number; readonly refused?: 'no-room' }
  | { readonly phase: 'closed'; readonly spool: ClosedSpool }
  | { readonly phase: 'failed'; readonly spool: ClosedSpool; readonly error: string }
  | { readonly phase: 'recorded'; readonly recording: Recording }
  | { readonly phase: 'unrecorded'; readonly why: NotRecordedReason; readonly at: number }
  | { readonly phase: 'evicted'; readonly why: EvictionReason; readonly at: number; readonly recording?: Recording };

export type Phase = CallState['phase'];

/** All that the archive knows of a call: one line of the journal. */
export interface CallRecord {
  readonly entry: CallEntry;
  readonly state: CallState;
  /** Dialogs that would have to be ended if the program died now, or that were open when it did. */
  readonly dialogs: readonly SavedDialog[];
}

export type CallEvent =
  | { readonly type: 'spool-opened'; readonly at: number }
  | { readonly type: 'spool-refused' }
  /** The call is over; `spool` is what there is of it on the disk. */
  | { readonly type: 'ended'; readonly at: number; readonly entry: CallEntry; readonly spool: ClosedSpool | undefined }
  | { readonly type: 'encoded'; readonly recording: Recording }
  /** The spool can't be encoded: no later try will do better, or there were enough. */
  | { readonly type: 'gave-up'; readonly error: string }
  /** There is no spool where one should be. */
  | { readonly type: 'spool-missing'; readonly at: number }
  /** The recording is not there, but its spool still is. */
  | { readonly type: 'respooled'; readonly spool: ClosedSpool }
  | { readonly type: 'evicted'; readonly at: number; readonly why: EvictionReason };

export type Duty = 'encode' | 'remove-spool' | 'remove-recording';

/** What must be done, and may be done again, in a state. */
export function dutiesOf(state: CallState): readonly Duty[] {
  switch (state.phase) {
    case 'running':
      return [];
    case 'closed':
    case 'failed': // a later program may read what this one could not
      return ['encode'];
    case 'recorded':
    case 'unrecorded':
      return ['remove-spool'];
    case 'evicted':
      return ['remove-recording', 'remove-spool'];
  }
}

/** The state of a call that begins. */
export function begun(entry: CallEntry): CallRecord {
  return { entry, state: { phase: 'running' }, dialogs: [] };
}

/** Why a call that is over and has no spool has no recording. */
function whyUnrecorded(entry: CallEntry, state: CallState): NotRecordedReason {
  if (!entry.record.wanted) return entry.record.why;
  if (state.phase === 'running' && state.refused) return state.refused;
  return entry.connectedAt === undefined ? 'not-connected' : 'failed';
}

function ended(record: CallRecord, event: CallEvent & { type: 'ended' }): CallRecord {
  const { entry, spool, at } = event;
  const state: CallState =
    spool && entry.record.wanted
      ? { phase: 'closed', spool }
      : { phase: 'unrecorded', why: whyUnrecorded(entry, record.state), at };
  return { ...record, entry, state };
}

/** The next record, or undefined where the event has no meaning in that state. */
function next(record: CallRecord, event: CallEvent): CallRecord | undefined {
  const { state } = record;
  switch (event.type) {
    case 'spool-opened':
      return state.phase === 'running' ? { ...record, state: { phase: 'running', spoolSince: event.at } } : undefined;
    case 'spool-refused':
      return state.phase === 'running' ? { ...record, state: { phase: 'running', refused: 'no-room' } } : undefined;
    case 'ended':
      return state.phase === 'running' ? ended(record, event) : undefined;
    case 'encoded': {
      if (state.phase !== 'closed' && state.phase !== 'failed') return undefined;
      const { cut } = state.spool;
      const recording = cut === undefined ? event.recording : { ...event.recording, cut };
      return { ...record, state: { phase: 'recorded', recording } };
    }
    case 'gave-up':
      if (state.phase !== 'closed') return undefined;
      return { ...record, state: { phase: 'failed', spool: state.spool, error: event.error } };
    case 'spool-missing':
      if (state.phase !== 'closed' && state.phase !== 'failed') return undefined;
      return { ...record, state: { phase: 'unrecorded', why: 'failed', at: event.at } };
    case 'respooled':
      if (state.phase !== 'recorded') return undefined;
      return { ...record, state: { phase: 'closed', spool: event.spool } };
    case 'evicted': {
      const { at, why } = event;
      if (state.phase === 'failed') return { ...record, state: { phase: 'evicted', at, why } };
      if (state.phase !== 'recorded') return undefined;
      return { ...record, state: { phase: 'evicted', at, why, recording: state.recording } };
    }
  }
}

/** The one way from state to state. Throws `ARCHIVE_OUT_OF_ORDER` for an event that has no meaning in the state. */
export function transition(record: CallRecord, event: CallEvent): CallRecord {
  const after = next(record, event);
  if (after) return after;
  const message = `call ${record.entry.id} is ${record.state.phase}: '${event.type}' can't happen to it`;
  throw new HalinaError('ARCHIVE_OUT_OF_ORDER', message);
}
