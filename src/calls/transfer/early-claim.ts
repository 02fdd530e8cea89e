/**
 * The callee of a call that is not answered yet is wanted in another one (semi-attended transfer): the ringing goes on,
 * whatever the caller does, and who answers goes to where it is wanted.
 *
 *   none ─ make ─▶ open ─ answered ─▶ handed ─ taken ─▶ over
 *     ▲             │                    └─ given back: the callee is let go, there is nobody for it here
 *     └ given back ─┘ (or the call ends, if its caller has gone)
 */
import { HalinaError } from '../../base/errors.js';
import { completedElsewhere, type Ending } from '../call/ending.js';
import type { Claim, Claimed } from './switchboard.js';

type State =
  | { readonly at: 'none' | 'over' }
  | { readonly at: 'open'; readonly resolve: (claimed: Claimed) => void; readonly reject: (error: HalinaError) => void }
  | { readonly at: 'handed'; readonly claimed: Claimed };

export class EarlyClaim {
  #state: State = { at: 'none' };
  /** How the caller left while the claim stood. */
  #callerLeft: Ending | undefined;

  /** @param end ends the call that the callee was to be part of */
  make(end: (ending: Ending) => void): Claim | undefined {
    if (this.#state.at !== 'none') return undefined;
    const arrives = new Promise<Claimed>((resolve, reject) => {
      this.#state = { at: 'open', resolve, reject };
    });
    arrives.catch(() => undefined); // whoever waits for it hears of it
    const finish = (): void => end(this.#callerLeft ?? { by: 'employee', reason: 'completed' });
    return {
      arrives,
      taken: () => {
        this.#state = { at: 'over' };
        finish();
      },
      giveBack: () => {
        const before = this.#state;
        this.#state = { at: before.at === 'open' ? 'none' : 'over' };
        if (before.at === 'handed') void before.claimed.dialog.bye(completedElsewhere);
        if (before.at === 'handed' || (before.at === 'open' && this.#callerLeft)) finish();
      },
    };
  }

  /** Another call waits for the callee. */
  get isWanted(): boolean {
    return this.#state.at === 'open' || this.#state.at === 'handed';
  }

  /** The caller left; whether the call goes on without it. */
  callerGone(ending: Ending): boolean {
    if (!this.isWanted) return false;
    this.#callerLeft = ending;
    return true;
  }

  /** The callee answered; whether it is wanted elsewhere. */
  answered(claimed: Claimed): boolean {
    if (this.#state.at !== 'open') return false;
    const { resolve } = this.#state;
    this.#state = { at: 'handed', claimed };
    resolve(claimed);
    return true;
  }

  /** Nobody answered, or the call is over. */
  fail(): void {
    if (this.#state.at !== 'open') return;
    const { reject } = this.#state;
    this.#state = { at: 'over' };
    reject(new HalinaError('NOBODY_THERE', 'who was to be transferred to did not answer'));
  }
}
