/**
 * Backups by the clock: every day at a time of the office's zone, and at once where there is none yet or the last one's
 * day has passed. Each is `halina backup` as a child of low priority, so that its reading and hashing are never in the way
 * of calls. What becomes of it is kept for `halina status`; a failure is an alarm until one succeeds, and is tried again.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Temporal } from 'temporal-polyfill';
import type { AlarmBell } from '../base/alarms.js';
import type { Clock, Timer } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';

export interface BackupResult {
  readonly snapshot: string;
  readonly files: number;
  readonly newFiles: number;
  readonly newBytes: number;
}

/** Times in Unix milliseconds. */
export interface BackupState {
  readonly target: string;
  /** When the last one that is whole was begun; none: there is none that we know of. */
  readonly lastAt: number | undefined;
  readonly nextAt: number | undefined;
  readonly running: boolean;
  /** Of the last try, where it failed. */
  readonly failure: string | undefined;
}

export interface BackupScheduleParts {
  readonly target: string;
  /** `02:30`. */
  readonly at: string;
  readonly zone: () => string;
  /** When the latest whole backup in the target was taken, Unix milliseconds. */
  readonly latest: () => Promise<number | undefined>;
  readonly take: (signal: AbortSignal) => Promise<BackupResult>;
  readonly clock: Clock;
  readonly alarms: AlarmBell;
  readonly log: Log;
}

const CODE = 'BACKUP_FAILED';
/** After the start, so that it does not add to the work there, milliseconds. */
const SOON_MS = 5000;
const AGAIN_MS = 3_600_000;
/** A longer wait is cut in pieces: the clock may be set, and a zone may change its summer time. */
const LONGEST_WAIT_MS = 600_000;

/** The first time after `after` (Unix milliseconds) at which the zone's clocks show `at`. */
export function nextTime(after: number, at: string, zone: string): number {
  const begin = Temporal.Instant.fromEpochMilliseconds(after).toZonedDateTimeISO(zone);
  const time = Temporal.PlainTime.from(at);
  const today = begin.toPlainDate().toZonedDateTime({ timeZone: zone, plainTime: time });
  if (today.epochMilliseconds > after) return today.epochMilliseconds;
  return begin.toPlainDate().add({ days: 1 }).toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds;
}

export class BackupSchedule {
  readonly #parts: BackupScheduleParts;
  readonly #stop = new AbortController();
  #timer: Timer | undefined;
  #work: Promise<void>;
  #state: BackupState;

  constructor(parts: BackupScheduleParts) {
    this.#parts = parts;
    const { target } = parts;
    this.#state = { target, lastAt: undefined, nextAt: undefined, running: false, failure: undefined };
    this.#work = this.#begin();
  }

  get state(): BackupState {
    return this.#state;
  }

  /** One that is under way is broken off: the next goes on from there. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#timer?.cancel();
    await this.#work;
  }

  async #begin(): Promise<void> {
    const { latest, clock, at, zone, log, target } = this.#parts;
    const lastAt = await latest().catch((error: unknown) => {
      log.warn({ target, error: errorMessage(error) }, 'cannot see when the last backup was taken');
      return undefined;
    });
    this.#state = { ...this.#state, lastAt };
    const due = lastAt === undefined ? 0 : nextTime(lastAt, at, zone());
    this.#wait(Math.max(due, clock.now() + SOON_MS));
  }

  #wait(until: number): void {
    if (this.#stop.signal.aborted) return;
    const { clock } = this.#parts;
    this.#state = { ...this.#state, nextAt: until };
    const ms = until - clock.now();
    this.#timer = clock.setTimer(Math.max(0, Math.min(ms, LONGEST_WAIT_MS)), () => {
      if (clock.now() < until) return this.#wait(until);
      this.#work = this.#run();
    });
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { take, clock, alarms, log, target, at, zone } = this.#parts;
    const begun = clock.now();
    this.#state = { ...this.#state, running: true };
    try {
      const { snapshot, files, newFiles, newBytes } = await take(this.#stop.signal);
      log.info({ target, snapshot, files, newFiles, newBytes, tookMs: clock.now() - begun }, 'a backup was taken');
      alarms.clear(CODE, target);
      this.#state = { ...this.#state, running: false, lastAt: begun, failure: undefined };
      this.#wait(nextTime(clock.now(), at, zone()));
    } catch (error) {
      this.#state = { ...this.#state, running: false, failure: errorMessage(error) };
      if (this.#stop.signal.aborted) return;
      const message = 'the backup failed; see that its target is there and has room, then run halina backup';
      alarms.raise(CODE, target, message, { error: errorMessage(error) });
      log.warn({ target, error: errorMessage(error) }, 'the backup is tried again in an hour');
      this.#wait(clock.now() + AGAIN_MS);
    }
  }
}

const CLI = fileURLToPath(new URL('../cli/main.js', import.meta.url));

export interface BackupCommand {
  readonly target: string;
  readonly configFile: string;
  readonly data: string;
  readonly prune: boolean;
  readonly passphrase: string;
}

/** Runs `halina backup`; rejects with what it complained of. */
export async function runBackup(command: BackupCommand, signal: AbortSignal): Promise<BackupResult> {
  const { target, configFile, data, prune, passphrase } = command;
  const options = ['--config', configFile, '--data', data, '--json', ...(prune ? ['--prune'] : [])];
  const child = spawn(process.execPath, [CLI, 'backup', target, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HALINA_BACKUP_PASSPHRASE: passphrase },
    signal,
  });
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const { status, output, complaint } = await endOf(child);
  if (status === 0) return JSON.parse(output) as BackupResult;
  throw new Error(complaint.trim() || `halina backup ended with status ${status}`);
}

async function endOf(child: ChildProcess): Promise<{ status: number | null; output: string; complaint: string }> {
  let [output, complaint] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { status, output, complaint };
}
