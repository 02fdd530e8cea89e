/**
 * What someone must look at, until it is over: raised once by its stable code and subject, shown by `halina status`, and in
 * the log as one line when it begins and one when it ends.
 */
import type { AlarmCode } from './alarm-words.js';
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

export interface AlarmListener {
  raised(alarm: Alarm): void;
  cleared(alarm: Alarm): void;
}

/** As the parts that find something wrong use them. */
export type AlarmBell = Pick<Alarms, 'raise' | 'clear'>;

export class Alarms {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #alarms = new Map<string, Alarm>();
  readonly #listeners: AlarmListener[] = [];

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Raises an alarm; one that is raised already stays as it is. */
  raise(code: AlarmCode, subject: string, message: string, facts: object = {}): void {
    const key = `${code} ${subject}`;
    if (this.#alarms.has(key)) return;
    const alarm = { code, subject, message, since: this.#clock.now() };
    this.#alarms.set(key, alarm);
    for (const listener of this.#listeners) listener.raised(alarm);
    this.#log.error({ code, subject, ...facts }, `alarm: ${message}`);
  }

  /** What it was about is over. */
  clear(code: AlarmCode, subject: string): void {
    const alarm = this.#alarms.get(`${code} ${subject}`);
    if (!alarm) return;
    this.#alarms.delete(`${code} ${subject}`);
    for (const listener of this.#listeners) listener.cleared(alarm);
    this.#log.info({ code, subject }, 'alarm is over');
  }

  /** The listener is told of those that stand, and of every change from now on. It must not throw. */
  listen(listener: AlarmListener): void {
    this.#listeners.push(listener);
    for (const alarm of this.#alarms.values()) listener.raised(alarm);
  }

  /** Those that stand, the oldest first. */
  list(): readonly Alarm[] {
    return [...this.#alarms.values()];
  }
}

/** For parts that are used where nobody listens. */
export const noAlarms: AlarmBell = { raise: () => {}, clear: () => {} };
