/** What the pool and its worker threads say to one another. */
import { HalinaError, errorMessage } from '../base/errors.js';
import type { CallEntry } from '../entry/call-entry.js';
import type { EncodeProgress, EncodedRecording } from './encode-spool.js';
import type { EncoderName } from './mp3/encoder.js';

export interface WorkerJob {
  readonly spoolPath: string;
  readonly outputPath: string;
  readonly kbps: number;
  /** `auto`: the fastest that works. */
  readonly encoder: EncoderName | 'auto';
  readonly entry?: CallEntry;
  readonly maxBytes?: number;
}

export type ToWorker = { readonly type: 'encode'; readonly job: WorkerJob } | { readonly type: 'cancel' };

export type FromWorker =
  | ({ readonly type: 'progress' } & EncodeProgress)
  | { readonly type: 'done'; readonly recording: EncodedRecording }
  | { readonly type: 'failed'; readonly failure: Failure };

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
