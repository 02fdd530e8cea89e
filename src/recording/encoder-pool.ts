/**
 * Encodes spools beside the calls, so that they never wait for it: as many at a time as configured, the oldest call
 * first, one that somebody wants to hear before all. Threads do it; where the system's LAME is wanted and works, processes of
 * their own. One that dies takes its job with it, and nothing else: the job fails, the next one gets a new
 * one; a job that native code failed is done again without it.
 */
import type { Clock } from '../base/clock.js';
import { systemClock } from '../base/clock.js';
import { HalinaError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { CallEntry } from '../entry/call-entry.js';
import type { EncodeOptions, EncodeProgress, EncodedRecording } from './encode-spool.js';
import { startHand } from './encoder-hand.js';
import type { Hand, HandKind } from './encoder-hand.js';
import type { EncoderChoice } from './encoder-probe.js';
import type { EncoderName } from './mp3/encoder.js';
import { errorOf } from './pool-messages.js';
import type { Failure, FromWorker } from './pool-messages.js';
import { expectedBytes } from './size.js';
import { renice } from './thread-priority.js';

export interface EncoderPoolOptions {
  /** How many at a time, `recording.workers`. */
  readonly workers: number;
  /** `recording.bitrate`, kbit/s. */
  readonly kbps: number;
  readonly log: Log;
  /** Finds out what to encode with (`chooseEncoder`); asked once. Default: our own. */
  readonly choose?: () => Promise<Encoders>;
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
  /** Where files are sealed. */
  readonly keys?: NonNullable<EncodeOptions['keys']>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EncodeProgress) => void;
}

type Encoders = Pick<EncoderChoice, 'name' | 'portable'>;

interface Task {
  readonly job: EncodeJob;
  urgent: boolean;
  /** Native code failed with it. */
  portable: boolean;
  readonly resolve: (recording: EncodedRecording) => void;
  readonly reject: (error: unknown) => void;
  readonly cancel: () => void;
}

/** Who encodes, and on what. */
interface Slot {
  readonly hand: Hand;
  /** The system's number of its thread, once it said so. */
  thread: number | undefined;
  niceness: number;
  task: Task | undefined;
  loggedAt: number;
  /** What wakes who waits for its job to be over, or for it to be gone. */
  readonly watchers: Set<() => void>;
}

/** A line in the log for every so long that an encoding takes, milliseconds. */
const PROGRESS_EVERY_MS = 10_000;
/** After so many faults of native code, it is not used any more until the next start. */
const MOST_FAULTS = 3;
const OURS: Encoders = { name: 'halina', portable: 'halina' };
/** How far encoding gives way, by how urgent it is: 0 (as the program) to 19 (last). */
const NICENESS = { calm: 10, behind: 5, pressing: 0 } as const;

export class EncoderPool {
  readonly #options: EncoderPoolOptions;
  readonly #clock: Clock;
  readonly #slots = new Set<Slot>();
  #waiting: Task[] = [];
  #closed = false;
  #encoders: 'unknown' | 'being chosen' | Encoders;
  #faults = 0;
  #niceness: number = NICENESS.calm;

  constructor(options: EncoderPoolOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#encoders = options.choose ? 'unknown' : OURS;
  }

  /** Finds out how to encode, so that the first job need not wait for it. */
  prepare(): void {
    const { choose } = this.#options;
    if (!choose || this.#encoders !== 'unknown') return;
    this.#encoders = 'being chosen';
    void choose().then((encoders) => {
      this.#encoders = encoders;
      this.#fill();
    });
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
      const task: Task = { job, urgent: false, portable: false, resolve, reject, cancel: () => this.#cancel(task) };
      if (this.#closed || job.signal?.aborted) return reject(cancelled());
      job.signal?.addEventListener('abort', task.cancel);
      this.#waiting.push(task);
      this.prepare();
      this.#fill();
    });
  }

  /** Somebody wants to hear this call: it is next, where it is not at work already. */
  hurry(id: string): void {
    for (const task of this.#waiting) if (task.job.id === id) task.urgent = true;
  }

  /**
   * How hard to encode from now on. Who may not be raised (a user other than root raises nobody) is replaced once its
   * job is done.
   */
  setUrgency(urgency: keyof typeof NICENESS): void {
    const niceness = NICENESS[urgency];
    this.#niceness = niceness;
    for (const slot of this.#slots) {
      if (slot.thread !== undefined && renice(slot.thread, niceness)) slot.niceness = niceness;
      else if (!slot.task) this.#dismiss(slot);
    }
  }

  /** Cancels what waits and what is at work, and ends the threads and processes. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const task of this.#waiting.splice(0)) this.#settle(task, () => task.reject(cancelled()));
    const ends = [...this.#slots].map(async (slot) => {
      if (slot.task) await this.#stopped(slot);
      await slot.hand.end();
    });
    await Promise.all(ends);
  }

  /** Waits until the slot's job, which is told to stop, is over: its temporary file is removed then. */
  async #stopped(slot: Slot): Promise<void> {
    const over = new Promise<void>((resolve) => slot.watchers.add(resolve));
    slot.hand.post({ type: 'cancel' });
    await over;
  }

  #cancel(task: Task): void {
    const at = this.#waiting.indexOf(task);
    if (at >= 0) {
      this.#waiting.splice(at, 1);
      this.#settle(task, () => task.reject(cancelled()));
      return;
    }
    for (const slot of this.#slots) if (slot.task === task) slot.hand.post({ type: 'cancel' });
  }

  #fill(): void {
    while (this.#waiting.length > 0 && !this.#closed && typeof this.#encoders === 'object') {
      const task = this.#next();
      if (!task) return;
      const encoder = task.portable ? this.#encoders.portable : this.#encoders.name;
      const slot = this.#slotFor(encoder === 'native' ? 'process' : 'thread');
      if (!slot) return;
      this.#waiting = this.#waiting.filter((other) => other !== task);
      this.#give(slot, task, encoder);
    }
  }

  #next(): Task | undefined {
    const before = (a: Task, b: Task): boolean =>
      a.urgent === b.urgent ? a.job.entry.startedAt < b.job.entry.startedAt : a.urgent;
    return this.#waiting.reduce<Task | undefined>(
      (best, task) => (!best || before(task, best) ? task : best),
      undefined,
    );
  }

  #slotFor(kind: HandKind): Slot | undefined {
    const idle = [...this.#slots].filter((slot) => !slot.task);
    const fit = idle.find(({ hand }) => hand.kind === kind);
    if (fit) return fit;
    const [other] = idle;
    if (other && this.#slots.size >= this.#options.workers) this.#dismiss(other);
    return this.#slots.size < this.#options.workers ? this.#start(kind) : undefined;
  }

  #give(slot: Slot, task: Task, encoder: EncoderName): void {
    const { spoolPath, outputPath, entry, maxBytes, keys } = task.job;
    slot.task = task;
    slot.loggedAt = this.#clock.monotonic();
    const more = { ...(maxBytes === undefined ? {} : { maxBytes }), ...(keys ? { keys } : {}) };
    const job = { spoolPath, outputPath, kbps: this.#options.kbps, encoder, entry, ...more } as const;
    slot.hand.post({ type: 'encode', job });
  }

  #start(kind: HandKind): Slot {
    const { workerUrl } = this.#options;
    const niceness = this.#niceness;
    const hand = startHand(kind, {
      niceness,
      onMessage: (message) => this.#hear(slot, message),
      onGone: (how) => this.#lost(slot, how),
      ...(workerUrl ? { code: workerUrl } : {}),
    });
    const slot: Slot = { hand, thread: undefined, niceness, task: undefined, loggedAt: 0, watchers: new Set() };
    this.#slots.add(slot);
    return slot;
  }

  /** Lets one go that has nothing to do. */
  #dismiss(slot: Slot): void {
    this.#slots.delete(slot);
    void slot.hand.end();
  }

  #hear(slot: Slot, message: FromWorker): void {
    if (message.type === 'began') slot.thread = message.thread;
    const { task } = slot;
    if (!task) return;
    switch (message.type) {
      case 'progress':
        task.job.onProgress?.(message);
        return this.#logProgress(slot, task, message);
      case 'done':
        return this.#over(slot, () => this.#settle(task, () => task.resolve(message.recording)));
      case 'failed':
        return this.#over(slot, () => this.#failed(slot.hand.kind, task, message.failure));
      case 'began':
      case 'probed':
        return undefined;
    }
  }

  #over(slot: Slot, outcome: () => void): void {
    slot.task = undefined;
    if (slot.niceness !== this.#niceness) this.#dismiss(slot);
    outcome();
    for (const wake of slot.watchers) wake();
    this.#fill();
  }

  #failed(kind: HandKind, task: Task, failure: Failure): void {
    if (kind === 'process' && failure.code === 'MP3_ENCODER' && this.#again(task, failure.message)) return;
    this.#settle(task, () => task.reject(errorOf(failure)));
  }

  /** Native code failed: the job is to be done without it. False where the pool is closing. */
  #again(task: Task, how: string): boolean {
    if (this.#closed || task.job.signal?.aborted) return false;
    this.#faults++;
    const given = this.#faults >= MOST_FAULTS;
    if (given && typeof this.#encoders === 'object')
      this.#encoders = { ...this.#encoders, name: this.#encoders.portable };
    this.#options.log.error(
      { callId: task.job.id, how, faults: this.#faults },
      given
        ? 'libmp3lame failed too often: it is not used any more'
        : 'libmp3lame failed: this recording is made without',
    );
    task.portable = true;
    this.#waiting.push(task);
    return true;
  }

  #logProgress(slot: Slot, { job }: Task, { doneMs, totalMs }: EncodeProgress): void {
    const now = this.#clock.monotonic();
    if (now - slot.loggedAt < PROGRESS_EVERY_MS) return;
    slot.loggedAt = now;
    const percent = Math.floor((100 * doneMs) / totalMs);
    this.#options.log.info({ callId: job.id, percent, totalMs }, 'encoding goes on');
  }

  /** The thread or process is gone; told more than once. */
  #lost(slot: Slot, how: string): void {
    if (!this.#slots.delete(slot)) return;
    const { task, hand } = slot;
    if (task && !(hand.kind === 'process' && this.#again(task, how))) this.#crashed(task, hand.kind, how);
    for (const wake of slot.watchers) wake();
    this.#fill();
  }

  #crashed(task: Task, kind: HandKind, how: string): void {
    const message = `the ${kind} that made the recording of ${task.job.id} died: ${how}`;
    this.#settle(task, () => task.reject(new HalinaError('ENCODER_CRASHED', message)));
    this.#options.log.error({ callId: task.job.id, how }, `an encoder ${kind} died`);
  }

  #settle(task: Task, outcome: () => void): void {
    task.job.signal?.removeEventListener('abort', task.cancel);
    outcome();
  }
}

const cancelled = (): HalinaError => new HalinaError('ENCODE_CANCELLED', 'the encoding was cancelled');
