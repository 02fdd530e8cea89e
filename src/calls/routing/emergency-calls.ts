/**
 * Who called an emergency centre a while ago, so that its call back finds them at once (RFC 7090). A call back is known
 * by its number (that which was called, or those that the configuration names), or by the mark of RFC 7090 § 4 from a
 * trunk that is trusted; and only after an emergency call.
 */
import type { Clock } from '../../base/clock.js';
import type { Config } from '../../config/schema.js';
import { dialString, readNumber } from '../numbers.js';
import type { ReceivedMessage } from '../sip-port.js';
import type { OutsideCaller } from '../trunks/identity.js';

interface Made {
  readonly extension: string;
  /** What was dialled. */
  readonly number: string;
  /** On the monotonic clock. */
  readonly at: number;
}

export class EmergencyCalls {
  readonly #clock: Clock;
  #made: Made[] = [];
  #policy: Config['emergency']['callBack'];
  #country: string;

  constructor(clock: Clock, config: Pick<Config, 'emergency' | 'office'>) {
    this.#clock = clock;
    this.#policy = config.emergency.callBack;
    this.#country = config.office.country;
  }

  configure(config: Pick<Config, 'emergency' | 'office'>): void {
    this.#policy = config.emergency.callBack;
    this.#country = config.office.country;
  }

  /** A handset calls an emergency number. */
  made(extension: string, number: string): void {
    this.#made.push({ extension, number, at: this.#clock.monotonic() });
    this.#recent();
  }

  /** The handset that the call back of an emergency centre is for; undefined for every other call. */
  callBack(call: Pick<ReceivedMessage, 'header'>, outside: OutsideCaller, trusted: boolean): string | undefined {
    const recent = this.#recent();
    const marked = trusted && /^\s*psap-callback\s*$/i.test(call.header('Priority') ?? '');
    const numbers = this.#policy.numbers.map((one) => dialString(readNumber(one, this.#country)));
    const caller = outside.number ?? outside.signalled;
    const named = !outside.withheld && numbers.includes(caller);
    return recent.findLast(({ number }) => marked || named || (!outside.withheld && number === caller))?.extension;
  }

  #recent(): readonly Made[] {
    const since = this.#clock.monotonic() - this.#policy.within;
    this.#made = this.#made.filter(({ at }) => at > since).slice(-100);
    return this.#made;
  }
}
