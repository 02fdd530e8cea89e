/**
 * What someone must look at, until it is over: raised once by its stable code and subject, shown by `halina status`, and in
 * the log as one line when it begins and one when it ends.
 */
import type { Clock } from './clock.js';
import type { Log } from './log.js';

export interface Alarm {
  /** Stable, for programs, e.g. `TRUNK_DOWN`. */
  readonly code: string;
  /** What it is about, e.g. the trunk's name. */
  readonly subject: string;
  /** For a person: what happened and what to do. */
  readonly message: string;
  /** Unix milliseconds. */
  readonly since: number;
}

/** As the parts that find something wrong use them. */
export type AlarmBell = Pick<Alarms, 'raise' | 'clear'>;

export class Alarms {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #alarms = new Map<string, Alarm>();

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Raises an alarm; one that is raised already stays as it is. */
  raise(code: string, subject: string, message: string, facts: object = {}): void {
    const key = `${code} ${subject}`;
    if (this.#alarms.has(key)) return;
    this.#alarms.set(key, { code, subject, message, since: this.#clock.now() });
    this.#log.error({ code, subject, ...facts }, `alarm: ${message}`);
  }

  /** What it was about is over. */
  clear(code: string, subject: string): void {
    if (this.#alarms.delete(`${code} ${subject}`)) this.#log.info({ code, subject }, 'alarm is over');
  }

  /** Those that stand, the oldest first. */
  list(): readonly Alarm[] {
    return [...this.#alarms.values()];
  }
}

/** For parts that are used where nobody listens. */
export const noAlarms: AlarmBell = { raise: () => {}, clear: () => {} };
