/** What the pool and those who encode for it say to one another. */
import { HalinaError, errorMessage } from '../base/errors.js';
import type { CallEntry } from '../entry/call-entry.js';
import type { EncodeOptions, EncodeProgress, EncodedRecording } from './encode-spool.js';
import type { EncoderName } from './mp3/encoder.js';

export interface WorkerJob {
  readonly spoolPath: string;
  readonly outputPath: string;
  readonly kbps: number;
  readonly encoder: EncoderName;
  readonly entry?: CallEntry;
  readonly maxBytes?: number;
  readonly keys?: NonNullable<EncodeOptions['keys']>;
}

export type ToWorker =
  | { readonly type: 'encode'; readonly job: WorkerJob }
  | { readonly type: 'cancel' }
  | { readonly type: 'probe'; readonly encoder: EncoderName };

export type FromWorker =
  /** `thread`: the system's number of the thread that encodes. */
  | { readonly type: 'began'; readonly thread: number }
  | ({ readonly type: 'progress' } & EncodeProgress)
  | { readonly type: 'done'; readonly recording: EncodedRecording }
  | { readonly type: 'failed'; readonly failure: Failure }
  /** `failure`: it does not work, and why. */
  | { readonly type: 'probed'; readonly version: string; readonly failure?: string };

/** An error on its way between threads, where classes get lost. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}

export function failureOf(error: unknown): Failure {
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'ENCODE_FAILED';
  return { code, message: errorMessage(error), hint: error instanceof HalinaError ? error.hint : undefined };
}

export function errorOf({ code, message, hint }: Failure): HalinaError {
  return new HalinaError(code, message, hint === undefined ? {} : { hint });
}
