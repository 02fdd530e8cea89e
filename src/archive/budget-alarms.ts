/** Says what somebody must act on before the budget hurts: an alarm each, raised once and cleared when it is over. */
import type { AlarmBell } from '../base/alarms.js';
import { forecastText } from './pace.js';
import type { DatedForecast } from './pace.js';

const SUBJECT = 'archive';
/** A promise that breaks within this time is an alarm, days. */
const AHEAD_DAYS = 30;

export interface Shares {
  readonly quota: number;
  /** Bytes that are there or promised. */
  readonly committed: number;
  /** Of these, what nothing may take: held, too young, in progress, everything beside recordings. */
  readonly fixed: number;
  /** Shares of the quota at which to say so, the lowest first. */
  readonly watermarks: readonly number[];
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

export class BudgetAlarms {
  readonly #alarms: AlarmBell;
  #full = false;

  constructor(alarms: AlarmBell) {
    this.#alarms = alarms;
  }

  /** New recordings are cut or not made. */
  full(facts: object): void {
    this.#full = true;
    const message =
      'there is no room, and nothing that may be evicted: new recordings are cut or not made; give more quota, or release holds';
    this.#alarms.raise('BUDGET_FULL', SUBJECT, message, facts);
  }

  /** There was room again. */
  roomAgain(): void {
    if (this.#full) this.#alarms.clear('BUDGET_FULL', SUBJECT);
    this.#full = false;
  }

  look({ quota, committed, fixed, watermarks }: Shares): void {
    const over = committed > quota;
    const message = `recordings are kept over the budget, by ${committed - quota} bytes: nothing may be evicted`;
    if (over) this.#alarms.raise('BUDGET_OVER', SUBJECT, message, { committed, quota });
    else this.#alarms.clear('BUDGET_OVER', SUBJECT);
    for (const mark of watermarks) {
      const subject = percent(mark);
      const text = `${percent(fixed / quota)} of the budget is taken by what may not be evicted (held, young, in progress, other files)`;
      if (fixed >= mark * quota) this.#alarms.raise('BUDGET_HELD', subject, text, { fixed, quota });
      else if (fixed < (mark - 0.02) * quota) this.#alarms.clear('BUDGET_HELD', subject);
    }
  }

  promised(forecast: DatedForecast): void {
    const { promise, today } = forecast;
    const breaks = promise?.state === 'breaks' || promise?.state === 'never';
    const isNear = breaks && (promise.on ?? today) - today <= AHEAD_DAYS;
    if (isNear) this.#alarms.raise('PROMISE_AT_RISK', SUBJECT, `${forecastText(forecast)}; give more quota`, forecast);
    else this.#alarms.clear('PROMISE_AT_RISK', SUBJECT);
  }
}
