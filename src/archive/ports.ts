/** What the archive needs of others; `app` puts the real ones behind these doors. */
import type { AuditEvent } from '../audit/events.js';
import type { CallId } from '../base/brands.js';
import type { CallEntry, CallPart } from '../entry/call-entry.js';
import type { SealKey } from '../vault/seal-key.js';
import type { EncodingUrgency } from './encoding-urgency.js';

/** How the recording of a call is made where files are sealed. */
export interface EncodeKeys {
  /** Of the spool's writing sessions; none where it is plain. */
  readonly spool: readonly SealKey[];
  /** Seal the recording with it. */
  readonly recording?: SealKey;
}

export interface EncodeRequest {
  readonly id: CallId;
  readonly spoolPath: string;
  /** Where to write; the folder is there, a file of that name is not. */
  readonly outputPath: string;
  /** The entry as it was when the call ended: it goes into the recording's tags. */
  readonly entry: CallEntry;
  /** Bytes of MP3 that there is room for. Sound that does not fit is left off, at the end. */
  readonly maxBytes: number;
  readonly keys: EncodeKeys;
  readonly signal: AbortSignal;
}

export interface EncodedFile {
  /** Of the sound, milliseconds. */
  readonly durationMs: number;
}

/**
 * Makes the MP3 of a spool. Rejects with a `HalinaError` whose code is `SPOOL_UNREADABLE` if no later try can succeed
 * either; any other rejection is tried again.
 */
export interface RecordingEncoder {
  /** An upper bound of the size of the MP3 of so much sound, tags included, in bytes. */
  expectedBytes(durationMs: number): number;
  encode(request: EncodeRequest): Promise<EncodedFile>;
  /** How hard to work from now on; told when it changes. Begins `calm`. */
  setUrgency(urgency: EncodingUrgency): void;
}

/** What a spool says of itself. */
export interface SpoolFacts {
  /** From its first mark. */
  readonly entry: CallEntry;
  /** Times of its first and last record, Unix milliseconds. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** When both could talk (Unix milliseconds), and who did from when: milliseconds from there. */
  readonly talk?: { readonly beganAt: number; readonly parts: readonly CallPart[] };
}

/** What a recording's tags say. */
export interface RecordingFacts {
  readonly entry: CallEntry;
  readonly durationMs: number;
}

/** Reads what is found on the disk; undefined for what is not ours or can't be read. */
export interface FoundFiles {
  inspectSpool(path: string): Promise<SpoolFacts | undefined>;
  /** `start`: the first bytes of a recording, 64 KB or all that there are. */
  readTags(start: Buffer): RecordingFacts | undefined;
}

/** The audit log, as the archive needs it; resolves when the event is durable. */
export interface AuditPort {
  append(event: AuditEvent): Promise<unknown>;
  /** Erases what the log keeps of persons in events about the object, and wherever one of the texts stands. */
  forget?(object: { readonly kind: string; readonly id: string }, texts: readonly string[]): Promise<void>;
}

/** Calls of some routes or units, for which other times hold. Milliseconds. */
export interface RetentionClass {
  readonly name: string;
  readonly routes: readonly string[];
  readonly units: readonly string[];
  readonly maxAge: number;
  readonly keepAtLeast: number;
  readonly keepMetadata: number;
  readonly purpose: string;
  readonly legalBasis: string;
}

/** The rules of retention; all sizes in bytes, all times in milliseconds. */
export interface StoragePolicy {
  readonly quota: number;
  /** To leave free on the file system. */
  readonly minFree: number;
  /** A recording is kept no longer. */
  readonly maxAge: number;
  /** Younger recordings are not evicted for room. */
  readonly keepAtLeast: number;
  /** How long the entry of a call outlives its recording. */
  readonly keepMetadata: number;
  /** How long a quarantined recording is kept. */
  readonly quarantine: number;
  /** What recordings are kept for, and on what legal basis. */
  readonly purpose?: string;
  readonly legalBasis?: string;
  /** Others for calls of some routes and units; the first that holds. */
  readonly classes?: readonly RetentionClass[];
  /** When nothing may be evicted; `do-not-record` where it is not said. */
  readonly whenFull?: 'do-not-record' | 'record-over-budget';
  /** How far over the quota is recorded then. */
  readonly reserve?: number;
  /** Shares of the quota at which an alarm says that they are taken by what may not be evicted, the lowest first. */
  readonly watermarks?: readonly number[];
  /** The unit of the office to which each extension belongs. */
  readonly units?: ReadonlyMap<string, string>;
}
