/**
 * Tells alarms to people: raised ones that still stand after a moment, and the same again when they are over. What comes
 * faster than is allowed waits and is told together; what can't be delivered is tried again with what came meanwhile.
 *
 *     raised ──after a moment──▶ told ──cleared──▶ resolved (told)
 *        └──cleared before──▶ nothing
 */
import type { Alarm } from '../base/alarms.js';
import type { Clock, Timer } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';

export interface Notice {
  readonly status: 'raised' | 'resolved';
  readonly alarm: Alarm;
  /** Of `resolved`: when it was over, Unix milliseconds. */
  readonly until?: number;
}

/** A way to tell people: mail, webhook. Rejects if it could not be delivered. */
export interface Channel {
  readonly name: string;
  tell(notices: readonly Notice[]): Promise<void>;
}

export interface AlertsOptions {
  readonly channel: Channel;
  readonly clock: Clock;
  readonly log: Log;
  /** Messages an hour. */
  readonly atMost: number;
  /** An alarm that is over before is not told, milliseconds. */
  readonly afterMs: number;
}

const HOUR_MS = 3_600_000;
const FIRST_RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 900_000;
/** Kept while nothing can be delivered; the oldest go. */
const KEPT = 500;

const keyOf = ({ code, subject }: Alarm): string => `${code} ${subject}`;

export class Alerts {
  readonly #options: AlertsOptions;
  /** Raised, and not told yet. */
  readonly #young = new Map<string, Timer>();
  /** People know of it. */
  readonly #told = new Set<string>();
  #waiting: Notice[] = [];
  /** When the messages of the last hour went, monotonic. */
  #sent: number[] = [];
  #failures = 0;
  #timer: Timer | undefined;
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor(options: AlertsOptions) {
    this.#options = options;
  }

  raised(alarm: Alarm): void {
    const { clock, afterMs } = this.#options;
    const key = keyOf(alarm);
    this.#young.get(key)?.cancel();
    const tell = (): void => {
      this.#young.delete(key);
      this.#told.add(key);
      this.#add({ status: 'raised', alarm });
    };
    this.#young.set(key, clock.setTimer(afterMs, tell));
  }

  cleared(alarm: Alarm): void {
    const key = keyOf(alarm);
    this.#young.get(key)?.cancel();
    this.#young.delete(key);
    if (this.#told.delete(key)) this.#add({ status: 'resolved', alarm, until: this.#options.clock.now() });
  }

  /** Tells what waits, once, and stops. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#young.values()) timer.cancel();
    this.#timer?.cancel();
    await this.#sending;
    if (this.#waiting.length > 0) await this.#send();
  }

  #add(notice: Notice): void {
    this.#waiting.push(notice);
    if (this.#waiting.length > KEPT) this.#waiting = this.#waiting.slice(-KEPT);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#closed || this.#sending || this.#timer || this.#waiting.length === 0) return;
    this.#timer = this.#options.clock.setTimer(this.#pauseMs(), () => {
      this.#timer = undefined;
      this.#sending = this.#send().finally(() => {
        this.#sending = undefined;
        this.#schedule();
      });
    });
  }

  /** Until the next message may go. */
  #pauseMs(): number {
    const { clock, atMost } = this.#options;
    const now = clock.monotonic();
    this.#sent = this.#sent.filter((at) => now - at < HOUR_MS);
    const [first] = this.#sent;
    const forRate = this.#sent.length >= atMost && first !== undefined ? HOUR_MS - (now - first) : 0;
    const forRetry = this.#failures === 0 ? 0 : Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), LONGEST_RETRY_MS);
    return Math.max(forRate, forRetry);
  }

  /** Never rejects. */
  async #send(): Promise<void> {
    const { channel, clock, log } = this.#options;
    const notices = this.#waiting;
    this.#waiting = [];
    try {
      await channel.tell(notices);
      this.#sent.push(clock.monotonic());
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      this.#waiting = [...notices, ...this.#waiting].slice(-KEPT);
      log.warn({ channel: channel.name, error: errorMessage(error) }, 'an alert could not be delivered');
    }
  }
}
