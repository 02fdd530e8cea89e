/** A response that is sent again and again, at growing intervals, until someone acknowledges it or 64*T1 have passed. */
import type { Clock, Timer } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { SipResponse } from '../message/message.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import { PATIENCE, T1 } from '../transaction/timers.js';
import { responseDestination } from '../transport/layer.js';
import type { Transport } from '../transport/types.js';

export interface RepetitionOptions {
  /** The longest interval in milliseconds: T2 for a 2xx (RFC 3261 § 13.3.1.4), none for a reliable 1xx (RFC 3262 § 3). */
  readonly longest: number;
  readonly onGivingUp: () => void;
}

export class Repetition {
  #next: Timer | undefined;
  readonly #end: Timer;

  constructor(
    private readonly context: {
      readonly clock: Clock;
      readonly transport: Pick<Transport, 'send'>;
      readonly log: Log;
    },
    private readonly transaction: ServerTransaction,
    private readonly response: SipResponse,
    private readonly options: RepetitionOptions,
  ) {
    this.#schedule(T1);
    this.#end = context.clock.setTimer(PATIENCE, () => {
      this.stop();
      options.onGivingUp();
    });
  }

  stop(): void {
    this.#next?.cancel();
    this.#end.cancel();
  }

  #schedule(interval: number): void {
    const { clock, transport, log } = this.context;
    this.#next = clock.setTimer(interval, () => {
      const destination = responseDestination(this.response, this.transaction.flow);
      transport.send(this.response, destination).catch((error: unknown) => {
        log.debug({ error: errorMessage(error) }, 'a response could not be repeated');
      });
      this.#schedule(Math.min(2 * interval, this.options.longest));
    });
  }
}
