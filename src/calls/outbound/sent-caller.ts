/**
 * The caller of a call to the outside that began as one within the house: the other one of the two has sent it out by
 * REFER (docs/decisions/trunk-to-trunk.md). Until the callee answers it stays where it is, and hears ringing tone there;
 * then its dialog is taken over into this call.
 *
 *     waiting ──answer──▶ coming ──taken over──▶ here
 *        └──────┴─ end, given up ─┴──▶ gone ◀── BYE ┘
 */
import { HalinaError } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { Leg, MediaSession } from '../../media/engine.js';
import type { Caller } from '../call/caller.js';
import type { CallContext } from '../call/context.js';
import { reasonHeader, type Ending } from '../call/ending.js';
import { Side, type SideEvent } from '../call/side.js';
import { takeOver, failureOf, type Arrived, type Move } from '../transfer/moves.js';
import type { SentOut } from '../transfer/switchboard.js';

export interface SentCallerOptions {
  readonly party: SentOut;
  readonly leg: Leg;
  readonly context: CallContext;
  readonly log: Log;
  readonly tell: (event: SideEvent) => void;
}

type State =
  | { readonly at: 'waiting' }
  | { readonly at: 'coming'; readonly giveUp: (headers: ReturnType<typeof reasonHeader>) => void }
  | { readonly at: 'here'; readonly side: Side }
  | { readonly at: 'gone' };

export class SentCaller implements Caller {
  readonly #options: SentCallerOptions;
  #state: State = { at: 'waiting' };

  constructor(options: SentCallerOptions) {
    this.#options = options;
  }

  /** The call that it is in sees to what it hears. */
  readonly canHearEarly = false;

  /** It describes itself when it is taken over. */
  negotiate(): void {}

  progress(): void {
    if (this.#state.at === 'waiting') this.#options.party.tell({ type: 'rings' });
  }

  async answer(session: MediaSession): Promise<Side> {
    const { leg, context, log, tell } = this.#options;
    const { party, dialog, peer, settled } = await this.#come(session);
    const side = new Side({ dialog, leg, peer, clock: context.clock, log, tell });
    this.#state = { at: 'here', side };
    log.info({ from: party.kind === 'handset' ? party.extension : party.number }, 'a call of the house is outside now');
    settled?.();
    return side;
  }

  get side(): Side | undefined {
    return this.#state.at === 'here' ? this.#state.side : undefined;
  }

  async end(ending: Ending): Promise<void> {
    const before = this.#state;
    this.#state = { at: 'gone' };
    if (before.at === 'here') await before.side.hangUp(reasonHeader(ending));
    else if (before.at === 'coming') before.giveUp(reasonHeader(ending));
    else if (before.at === 'waiting') this.#options.party.tell({ type: 'failed', failure: failureOf({ ending }) });
  }

  release(): void {
    this.#state = { at: 'gone' };
  }

  #come(session: MediaSession): Promise<Arrived> {
    const { party, leg, context, log } = this.#options;
    const { address, config, clock } = context;
    const claim = this.#state.at === 'waiting' ? party.claim() : undefined;
    if (!claim) return Promise.reject(new HalinaError('PEER_GONE', 'the party that was sent outside is gone'));
    return new Promise((resolve, reject) => {
      const failed = (): void => {
        this.#state = { at: 'gone' }; // It has stayed in its own call, which knows of it.
        reject(new HalinaError('PEER_REFUSED', 'the party that was sent outside did not come'));
      };
      const move: Move = takeOver(claim, { session, leg, address, config, clock, log }, (event) => {
        if (event.type === 'arrived') resolve(event.arrived);
        else if (event.type === 'failed') failed();
      });
      const giveUp = (headers: ReturnType<typeof reasonHeader>): void => {
        move.cancel(headers);
        failed();
      };
      this.#state = { at: 'coming', giveUp };
    });
  }
}
