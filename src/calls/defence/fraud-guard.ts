/**
 * The guard against fraud: whoever steals a handset's password calls abroad, much and at night. Calls abroad are counted
 * within an hour, by handset and of the whole office, and at the same time; what is more than the office expects is
 * stopped, and an alarm says so until an hour has passed.
 */
import type { AlarmBell } from '../../base/alarms.js';
import type { Clock } from '../../base/clock.js';
import type { Config } from '../../config/schema.js';

export type GuardPolicy = Config['outbound']['guard'];
export type Stopped = 'office-per-hour' | 'handset-per-hour' | 'at-once' | 'night';

export interface FraudGuardOptions {
  readonly clock: Clock;
  readonly alarms: AlarmBell;
  readonly policy: GuardPolicy;
  /** IANA name. */
  readonly zone: string;
}

const HOUR_MS = 3_600_000;

const MESSAGES: Readonly<Record<Stopped, string>> = {
  'office-per-hour': 'the office calls abroad more often than outbound.guard.perHour allows',
  'handset-per-hour': 'a handset calls abroad more often than outbound.guard.perHourOfHandset allows',
  'at-once': 'more calls abroad at the same time than outbound.guard.atOnce allows',
  night: 'a handset calls abroad in the hours of outbound.guard.night',
};

export class FraudGuard {
  readonly #options: FraudGuardOptions;
  #policy: GuardPolicy;
  #zone: string;
  /** Calls abroad of the last hour: who, and when on the monotonic clock. */
  #calls: { readonly extension: string; readonly at: number }[] = [];
  #running = 0;
  /** How often each limit has stopped a call. */
  readonly stopped: Record<Stopped, number> = { 'office-per-hour': 0, 'handset-per-hour': 0, 'at-once': 0, night: 0 };

  constructor(options: FraudGuardOptions) {
    this.#options = options;
    this.#policy = options.policy;
    this.#zone = options.zone;
  }

  configure(policy: GuardPolicy, zone: string): void {
    this.#policy = policy;
    this.#zone = zone;
  }

  /**
   * A handset wants to call abroad. Either why it may not, or the function to be called when its call is over. What was
   * stopped counts too, so that who goes on trying stays stopped.
   */
  begin(extension: string): { readonly stopped: Stopped } | { readonly ended: () => void } {
    const now = this.#options.clock.monotonic();
    this.#calls = this.#calls.filter(({ at }) => now - at < HOUR_MS);
    const stopped = this.#objection(extension);
    this.#calls.push({ extension, at: now });
    if (stopped) {
      this.#alarm(stopped, extension);
      return { stopped };
    }
    this.#running++;
    let over = false;
    const ended = (): void => {
      if (!over) this.#running--;
      over = true;
    };
    return { ended };
  }

  #objection(extension: string): Stopped | undefined {
    const { perHour, perHourOfHandset, atOnce, night } = this.#policy;
    if (isWithin(this.#options.clock.now(), this.#zone, night)) return 'night';
    if (this.#running >= atOnce) return 'at-once';
    if (this.#calls.filter((call) => call.extension === extension).length >= perHourOfHandset)
      return 'handset-per-hour';
    return this.#calls.length >= perHour ? 'office-per-hour' : undefined;
  }

  #alarm(stopped: Stopped, extension: string): void {
    const { alarms, clock } = this.#options;
    this.stopped[stopped]++;
    const subject = stopped === 'handset-per-hour' || stopped === 'night' ? extension : stopped;
    alarms.raise('FRAUD_GUARD', subject, `${MESSAGES[stopped]}: the call was stopped`, { extension, limit: stopped });
    clock.setTimer(HOUR_MS, () => alarms.clear('FRAUD_GUARD', subject));
  }
}

/** Whether the wall time lies between two times of the day, which may have midnight between them. */
function isWithin(now: number, zone: string, { from, to }: GuardPolicy['night']): boolean {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }); // prettier-ignore
  const time = format.format(now);
  if (from === to) return false;
  return from < to ? time >= from && time < to : time >= from || time < to;
}
