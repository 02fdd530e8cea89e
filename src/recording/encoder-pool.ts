/**
 * Encodes spools in worker threads, so that the calls never wait for it: as many at a time as configured, the oldest
 * call first, one that somebody wants to hear before all. A worker that dies takes its job with it, and nothing else:
 * the job fails, the next one gets a new worker.
 */
import { Worker } from 'node:worker_threads';
import type { Clock } from '../base/clock.js';
import { systemClock } from '../base/clock.js';
import { HalinaError, errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { CallEntry } from '../entry/call-entry.js';
import type { EncodeProgress, EncodedRecording } from './encode-spool.js';
import type { EncoderName } from './mp3/encoder.js';
import { errorOf } from './pool-messages.js';
import type { FromWorker, ToWorker } from './pool-messages.js';
import { expectedBytes } from './size.js';

export interface EncoderPoolOptions {
  /** How many at a time, `recording.workers`. */
  readonly workers: number;
  /** `recording.bitrate`, kbit/s. */
  readonly kbps: number;
  readonly log: Log;
  /** Default: the fastest that works here. */
  readonly encoder?: EncoderName;
  readonly clock?: Clock;
  /** Another worker's code, for tests. */
  readonly workerUrl?: URL;
}

export interface EncodeJob {
  /** The call's. */
  readonly id: string;
  readonly spoolPath: string;
  readonly outputPath: string;
  /** As it was when the call ended; its beginning decides whose turn it is. */
  readonly entry: CallEntry;
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EncodeProgress) => void;
}

interface Task {
  readonly job: EncodeJob;
  urgent: boolean;
  readonly resolve: (recording: EncodedRecording) => void;
  readonly reject: (error: unknown) => void;
  readonly cancel: () => void;
}

/** A thread, and what it works on. */
interface Slot {
  readonly worker: Worker;
  task: Task | undefined;
  loggedAt: number;
}

/** A line in the log for every so long that an encoding takes, milliseconds. */
const PROGRESS_EVERY_MS = 10_000;

export class EncoderPool {
  readonly #options: EncoderPoolOptions;
  readonly #clock: Clock;
  readonly #slots = new Set<Slot>();
  #waiting: Task[] = [];
  #closed = false;

  constructor(options: EncoderPoolOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Spools that wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** An upper bound of the bytes of a recording of so much sound, tags included. */
  expectedBytes(durationMs: number): number {
    return expectedBytes(durationMs, this.#options.kbps);
  }

  /**
   * Makes a recording. Rejects as `encodeSpool` does, or with `ENCODE_CANCELLED` (by the job's signal or `close`) or
   * `ENCODER_CRASHED`.
   */
  encode(job: EncodeJob): Promise<EncodedRecording> {
    return new Promise((resolve, reject) => {
      const task: Task = { job, urgent: false, resolve, reject, cancel: () => this.#cancel(task) };
      if (this.#closed || job.signal?.aborted) return reject(cancelled());
      job.signal?.addEventListener('abort', task.cancel);
      this.#waiting.push(task);
      this.#fill();
    });
  }

  /** Somebody wants to hear this call: it is next, where it is not at work already. */
  hurry(id: string): void {
    for (const task of this.#waiting) if (task.job.id === id) task.urgent = true;
  }

  /** Cancels what waits and what is at work, and ends the threads. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const task of this.#waiting.splice(0)) this.#settle(task, () => task.reject(cancelled()));
    const ends = [...this.#slots].map(async (slot) => {
      if (slot.task) await this.#stopped(slot);
      await slot.worker.terminate();
    });
    await Promise.all(ends);
  }

  /** Waits until the slot's job, which is told to stop, is over: its temporary file is removed then. */
  async #stopped(slot: Slot): Promise<void> {
    const over = new Promise<void>((resolve) => {
      const look = (message: FromWorker): void => {
        if (message.type !== 'progress') resolve();
      };
      slot.worker.on('message', look);
      slot.worker.once('exit', resolve);
    });
    this.#post(slot, { type: 'cancel' });
    await over;
  }

  #cancel(task: Task): void {
    const at = this.#waiting.indexOf(task);
    if (at >= 0) {
      this.#waiting.splice(at, 1);
      this.#settle(task, () => task.reject(cancelled()));
      return;
    }
    for (const slot of this.#slots) if (slot.task === task) this.#post(slot, { type: 'cancel' });
  }

  #fill(): void {
    while (this.#waiting.length > 0 && !this.#closed) {
      const idle = [...this.#slots].find((slot) => !slot.task);
      if (!idle && this.#slots.size >= this.#options.workers) return;
      const slot = idle ?? this.#start();
      const task = this.#next();
      if (!task) return;
      this.#give(slot, task);
    }
  }

  #next(): Task | undefined {
    const before = (a: Task, b: Task): boolean =>
      a.urgent === b.urgent ? a.job.entry.startedAt < b.job.entry.startedAt : a.urgent;
    const first = this.#waiting.reduce<Task | undefined>(
      (best, task) => (!best || before(task, best) ? task : best),
      undefined,
    );
    this.#waiting = this.#waiting.filter((task) => task !== first);
    return first;
  }

  #give(slot: Slot, task: Task): void {
    const { kbps, encoder = 'auto' } = this.#options;
    const { spoolPath, outputPath, entry, maxBytes } = task.job;
    slot.task = task;
    slot.loggedAt = this.#clock.monotonic();
    const limit = maxBytes === undefined ? {} : { maxBytes };
    this.#post(slot, { type: 'encode', job: { spoolPath, outputPath, kbps, encoder, entry, ...limit } });
  }

  #start(): Slot {
    const worker = new Worker(this.#options.workerUrl ?? new URL('encoder-worker.js', import.meta.url));
    const slot: Slot = { worker, task: undefined, loggedAt: 0 };
    this.#slots.add(slot);
    worker.on('message', (message: FromWorker) => this.#hear(slot, message));
    worker.on('error', (error) => this.#lost(slot, errorMessage(error)));
    worker.on('exit', (code) => this.#lost(slot, `it ended with status ${code}`));
    return slot;
  }

  #post(slot: Slot, message: ToWorker): void {
    slot.worker.postMessage(message, []);
  }

  #hear(slot: Slot, message: FromWorker): void {
    const { task } = slot;
    if (!task) return;
    switch (message.type) {
      case 'progress':
        task.job.onProgress?.(message);
        return this.#logProgress(slot, task, message);
      case 'done':
        slot.task = undefined;
        this.#settle(task, () => task.resolve(message.recording));
        return this.#fill();
      case 'failed':
        slot.task = undefined;
        this.#settle(task, () => task.reject(errorOf(message.failure)));
        return this.#fill();
    }
  }

  #logProgress(slot: Slot, { job }: Task, { doneMs, totalMs }: EncodeProgress): void {
    const now = this.#clock.monotonic();
    if (now - slot.loggedAt < PROGRESS_EVERY_MS) return;
    slot.loggedAt = now;
    const percent = Math.floor((100 * doneMs) / totalMs);
    this.#options.log.info({ callId: job.id, percent, totalMs }, 'encoding goes on');
  }

  /** The worker is gone; told more than once. */
  #lost(slot: Slot, how: string): void {
    if (!this.#slots.delete(slot)) return;
    const { task } = slot;
    if (task) {
      const error = new HalinaError(
        'ENCODER_CRASHED',
        `the thread that made the recording of ${task.job.id} died: ${how}`,
      );
      this.#settle(task, () => task.reject(error));
      this.#options.log.error({ callId: task.job.id, how }, 'an encoder thread died');
    }
    this.#fill();
  }

  #settle(task: Task, outcome: () => void): void {
    task.job.signal?.removeEventListener('abort', task.cancel);
    outcome();
  }
}

const cancelled = (): HalinaError => new HalinaError('ENCODE_CANCELLED', 'the encoding was cancelled');
