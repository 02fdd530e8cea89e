/**
 * Offers of ours within a dialog, one at a time (RFC 3261 § 14.1): what is wanted while one is open waits, and only the
 * last wish counts. An offer that crosses the peer's (491) is tried again after a chance time.
 *
 *     idle ──want──▶ open ──2xx──▶ idle          (open again at once if something else is wanted by then)
 *                     │ ▲
 *                  491▼ │chance
 *                    waiting
 */
import type { Clock, Timer } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import { SdpError } from '../../sdp/index.js';
import type { Dialog, IncomingResponse } from '../sip-port.js';

export interface OffersOptions<Wish> {
  readonly dialog: Pick<Dialog, 'role' | 'request'>;
  readonly clock: Clock;
  readonly log: Log;
  /** What holds as the dialog begins. */
  readonly agreed: Wish;
  /** The offer for a wish. */
  readonly offer: (wish: Wish) => string;
  /** Takes the answer. Throws `SdpError`. */
  readonly take: (sdp: string, signalling: string, wish: Wish) => void;
  /** A wish has come to its end; status of its answer, or what stands for it where there was none, or an unusable one. */
  readonly settled?: (wish: Wish, status: number) => void;
  /** The peer does not know the dialog any more, or does not answer. */
  readonly dead: () => void;
  /** Chance, from 0 to 1. */
  readonly random?: () => number;
}

type State = { readonly at: 'idle' | 'open' | 'closed' } | { readonly at: 'waiting'; readonly timer: Timer };

/** After so many crossings in a row a wish is given up. */
const MOST_CROSSINGS = 10;

export class Offers<Wish> {
  readonly #options: OffersOptions<Wish>;
  #state: State = { at: 'idle' };
  #agreed: Wish;
  #wanted: Wish;
  #crossings = 0;

  constructor(options: OffersOptions<Wish>) {
    this.#options = options;
    this.#agreed = options.agreed;
    this.#wanted = options.agreed;
  }

  /** An offer of ours is on its way: one of the peer's is glare now (RFC 3261 § 14.2). */
  get isOpen(): boolean {
    return this.#state.at === 'open';
  }

  /** What our last offer that was taken says; before the first one, what held as the dialog began. */
  get agreed(): Wish {
    return this.#agreed;
  }

  /** An offer of the peer's has put this in its place; nothing else is wanted any more. */
  replaced(by: Wish): void {
    this.#agreed = by;
    this.#wanted = by;
  }

  /** Has this agreed on as soon as that is possible. */
  want(wish: Wish): void {
    this.#wanted = wish;
    this.#crossings = 0;
    if (this.#state.at === 'idle') this.#next();
  }

  /** The dialog has ended. */
  close(): void {
    if (this.#state.at === 'waiting') this.#state.timer.cancel();
    this.#state = { at: 'closed' };
  }

  #next(): void {
    if (this.#state.at === 'closed') return;
    this.#state = { at: 'idle' };
    if (this.#wanted === this.#agreed) return;
    this.#state = { at: 'open' };
    void this.#send(this.#wanted);
  }

  async #send(wish: Wish): Promise<void> {
    const { dialog, offer, log } = this.#options;
    try {
      const response = await dialog.request('INVITE', { body: offer(wish) });
      if (this.#state.at === 'open') this.#answered(wish, response);
    } catch (error) {
      log.info({ error: errorMessage(error) }, 'an offer within the call was not sent, or its answer is of no use');
      this.#giveUp(wish, error instanceof SdpError ? error.status : 503);
    }
  }

  #answered(wish: Wish, response: IncomingResponse): void {
    const { status, body, source } = response;
    const { take, dead, log } = this.#options;
    if (status === 491 && this.#crossings < MOST_CROSSINGS) return this.#wait();
    // RFC 5057 § 5.1: these two say that the dialog is gone.
    if (status === 408 || status === 481) {
      this.close();
      this.#options.settled?.(wish, status);
      return dead();
    }
    if (status >= 300) {
      log.info({ status }, 'an offer within the call was refused');
      return this.#giveUp(wish, status);
    }
    this.#agreed = wish;
    take(body, source.address, wish);
    this.#options.settled?.(wish, status);
    return this.#next();
  }

  /** The wish goes unfulfilled, and what held before still does; another one has its own chance. */
  #giveUp(wish: Wish, status: number): void {
    if (this.#state.at !== 'closed' && this.#wanted === wish) this.#wanted = this.#agreed;
    this.#options.settled?.(wish, status);
    this.#next();
  }

  /** RFC 3261 § 14.1: whoever made the Call-ID waits from 2.1 to 4 s, the other from 0 to 2 s, in steps of 10 ms. */
  #wait(): void {
    const { dialog, clock, random = Math.random } = this.#options;
    this.#crossings++;
    const [least, most] = dialog.role === 'uac' ? [210, 400] : [0, 200];
    const delayMs = (least + Math.floor(random() * (most - least + 1))) * 10;
    this.#state = { at: 'waiting', timer: clock.setTimer(delayMs, () => this.#next()) };
  }
}
