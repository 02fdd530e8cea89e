/**
 * The life of a call in the archive, as a state machine without effects.
 *
 *                                 ┌──────────────────evicted──────────────────┐
 *                                 │                                           ▼
 *     running ──ended, spool──▶ closed ──encoded──▶ recorded ──evicted──▶ evicted
 *        │                        │ ▲                  ▲                     ▲
 *        │                gave-up │ │ respooled        │ encoded             │ evicted
 *        │                        ▼ │                  │                     │
 *        │                      failed ────────────────┴─────────────────────┘
 *        └─ended, no spool─▶ unrecorded
 *
 * The oldest call goes first, whether its recording is made yet or not: one that is made late must not cost a younger one.
 * From every state but the first two a call may be erased; then nothing happens to it any more. What holds a call
 * (`guards.ts`) keeps it from eviction and erasure, in whatever state it is.
 *
 * A state is durable in the journal before anything that it calls for is done. What it calls for (`dutiesOf`) follows
 * from the state alone and can be done any number of times, so a start after a crash does the duties of the state that
 * it finds and needs no other memory.
 */
import { defined } from '../base/defined.js';
import { HalinaError } from '../base/errors.js';
import type { CallEntry, NotRecordedReason } from '../entry/call-entry.js';
import type { SavedDialog } from '../entry/ledger.js';
import { anonymous } from './anonymous.js';
import { heldError, isHeld } from './guards.js';
import type { Doer, Guard } from './guards.js';

export interface ClosedSpool {
  readonly bytes: number;
  /** An upper bound of the time between its opening and its end, in milliseconds. */
  readonly spanMs: number;
  /** Set when it does not go on to the end of the call. */
  readonly cut?: 'no-room' | 'stopped' | 'failed';
}

/** `bytes` and `sha256` (hex) are of the MP3 as a whole. */
export interface Recording {
  readonly bytes: number;
  readonly sha256: string;
  /** Of the sound, milliseconds. */
  readonly durationMs: number;
  readonly cut?: 'no-room' | 'stopped' | 'failed';
  /** Of the file as it stands on the disk, where that is sealed. */
  readonly stored?: StoredFacts;
}

export interface StoredFacts {
  readonly bytes: number;
  readonly sha256: string;
}

/** What the file of a recording is on the disk: known without any key. */
export const storedOf = (recording: Recording): StoredFacts => recording.stored ?? recording;

/** `quota`, `min-free`: room was needed; `age`, `quarantine`: its time was up. */
export type EvictionReason = 'quota' | 'min-free' | 'age' | 'quarantine';

/** Every time is in Unix milliseconds. */
export type CallState =
  | { readonly phase: 'running'; readonly spoolSince?: number; readonly refused?: 'no-room' }
  | { readonly phase: 'closed'; readonly spool: ClosedSpool }
  | { readonly phase: 'failed'; readonly spool: ClosedSpool; readonly error: string }
  | { readonly phase: 'recorded'; readonly recording: Recording }
  | { readonly phase: 'unrecorded'; readonly why: NotRecordedReason; readonly at: number }
  | { readonly phase: 'evicted'; readonly why: EvictionReason; readonly at: number; readonly recording?: Recording }
  | ErasedState;

/** What stays of a call that was erased: two persons did it, and why. */
export interface ErasedState {
  readonly phase: 'erased';
  readonly at: number;
  readonly askedBy: string;
  readonly confirmedBy: string;
  readonly reason: string;
  readonly basis?: string;
  readonly reference?: string;
  readonly recording?: Recording;
}

export type Phase = CallState['phase'];
export const phases = [
  'running',
  'closed',
  'failed',
  'recorded',
  'unrecorded',
  'evicted',
  'erased',
] as const satisfies readonly Phase[];

/** All that the archive knows of a call: one line of the journal. */
export interface CallRecord {
  readonly entry: CallEntry;
  readonly state: CallState;
  /** Dialogs that would have to be ended if the program died now, or that were open when it did. */
  readonly dialogs: readonly SavedDialog[];
  /** What holds it or held it; absent if nothing ever did. */
  readonly guards?: readonly Guard[];
  readonly note?: Note;
  /** Units of the office with somebody who talked, as they were at its end. */
  readonly units?: readonly string[];
  /** Calls are numbered as they begin. */
  readonly n?: number;
}

/** What somebody wrote about the call. */
export interface Note {
  readonly text: string;
  readonly by: string;
  /** Unix milliseconds. */
  readonly at: number;
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
  | { readonly type: 'evicted'; readonly at: number; readonly why: EvictionReason }
  | { readonly type: 'guarded'; readonly guard: Guard; readonly doer: Doer }
  /** `guard`: its id. */
  | {
      readonly type: 'released';
      readonly guard: string;
      readonly released: NonNullable<Guard['released']>;
      readonly doer: Doer;
    }
  /** An empty text takes the note away. */
  | { readonly type: 'noted'; readonly at: number; readonly text: string; readonly doer: Doer }
  /** `again`: it was erased before, and came back from a backup; nothing holds that. */
  | (Omit<ErasedState, 'phase' | 'recording'> & {
      readonly type: 'erased';
      readonly doer: Doer;
      readonly again: boolean;
    });

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
    case 'erased':
      return ['remove-recording', 'remove-spool'];
  }
}

/** All the sound that there is of the call is its spool. */
export const isSpooled = ({ phase }: { readonly phase: Phase }): boolean => phase === 'closed' || phase === 'failed';

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

function erased(record: CallRecord, event: CallEvent & { type: 'erased' }): CallRecord | undefined {
  const { state, entry } = record;
  if (state.phase === 'erased' || (!event.again && (state.phase === 'running' || state.phase === 'closed')))
    return undefined;
  const recording = 'recording' in state ? state.recording : undefined;
  const { at, askedBy, confirmedBy, reason, basis, reference } = event;
  const after = defined({ phase: 'erased' as const, at, askedBy, confirmedBy, reason, basis, reference, recording });
  const guards = record.guards?.map((guard): Guard => ({ ...guard, reason: '' }));
  return defined({ entry: anonymous(entry), state: after, dialogs: [], guards, n: record.n });
}

/** What is said of a call, whatever its state is. */
function told(
  record: CallRecord,
  event: CallEvent & { type: 'guarded' | 'released' | 'noted' },
): CallRecord | undefined {
  if (record.state.phase === 'erased') return undefined;
  const { guards = [], note, ...rest } = record;
  const kept = note ? { ...rest, note } : rest;
  switch (event.type) {
    case 'guarded':
      return { ...kept, guards: [...guards, event.guard] };
    case 'released': {
      if (!guards.some(({ id, released }) => id === event.guard && !released)) return undefined;
      const { released } = event;
      return { ...kept, guards: guards.map((guard) => (guard.id === event.guard ? { ...guard, released } : guard)) };
    }
    case 'noted': {
      const { at, text, doer } = event;
      return {
        ...rest,
        ...(record.guards ? { guards } : {}),
        ...(text === '' ? {} : { note: { text, by: doer.by, at } }),
      };
    }
  }
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
      if (isSpooled(state)) return { ...record, state: { phase: 'evicted', at, why } };
      if (state.phase !== 'recorded') return undefined;
      return { ...record, state: { phase: 'evicted', at, why, recording: state.recording } };
    }
    case 'erased':
      return erased(record, event);
    case 'guarded':
    case 'released':
    case 'noted':
      return told(record, event);
  }
}

/**
 * The one way from state to state. Throws `ARCHIVE_HELD` where something keeps the call from it, `GUARD_UNKNOWN` and
 * `ARCHIVE_ERASED` as they say, and `ARCHIVE_OUT_OF_ORDER` for any other event that has no meaning in the state.
 */
export function transition(record: CallRecord, event: CallEvent): CallRecord {
  const takes = event.type === 'evicted' || (event.type === 'erased' && !event.again);
  if (takes && isHeld(record)) throw heldError(record.entry.id, record);
  const after = next(record, event);
  if (after) return after;
  const { id } = record.entry;
  if (record.state.phase === 'erased') throw new HalinaError('ARCHIVE_ERASED', `call ${id} is erased`);
  if (event.type === 'released')
    throw new HalinaError('GUARD_UNKNOWN', `nothing with the id ${event.guard} holds call ${id}`);
  const message = `call ${record.entry.id} is ${record.state.phase}: '${event.type}' can't happen to it`;
  throw new HalinaError('ARCHIVE_OUT_OF_ORDER', message);
}
