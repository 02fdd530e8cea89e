/** Trials of trunks that were made lately: begun, and looked at while they run and afterwards. */
import type { CallId } from '../../base/brands.js';
import { HalinaError } from '../../base/errors.js';
import type { Call, CallContext } from '../call/context.js';
import type { Ending } from '../call/ending.js';
import type { OutboundRouting } from '../routing/routing.js';
import type { SentOut } from '../transfer/switchboard.js';
import type { External } from './gate.js';
import { TrialCall, type TrialView, type TrialWish } from './trial-call.js';

export interface TrialDoors {
  readonly context: () => CallContext;
  /** By this trunk alone, by the rules of the handset. */
  readonly route: (wish: TrialWish) => OutboundRouting;
  /** Makes the call outside of a handset that waits for it. */
  readonly sendOut: (party: SentOut, routing: External) => CallId | Ending;
  /** Undefined while no calls are taken. */
  readonly run: (make: (closed: () => void) => Call) => void;
}

/** So many are kept for whoever looks at them. */
const KEPT = 50;

export class Trials {
  readonly #doors: TrialDoors;
  readonly #trials: TrialCall[] = [];

  constructor(doors: TrialDoors) {
    this.#doors = doors;
  }

  /** Rings the handset. Throws `TRIAL_REFUSED`, with the rule that is in its way as the hint. */
  begin(wish: TrialWish): TrialView {
    const { context, route, sendOut, run } = this.#doors;
    const routing = route(wish);
    if (routing.kind !== 'external') {
      const why = routing.kind === 'refused' ? routing.reason : 'not-a-number';
      throw new HalinaError('TRIAL_REFUSED', `no trial of trunk ${wish.trunk}: ${why}`, { hint: why });
    }
    const dial = (party: SentOut): CallId | Ending => sendOut(party, routing);
    const facts = { ...wish, number: routing.number, dial };
    let trial: TrialCall | undefined;
    run((closed) => (trial = new TrialCall(context(), facts, closed)));
    if (!trial) throw new HalinaError('TRIAL_REFUSED', 'no calls are taken now', { hint: 'restart' });
    this.#trials.push(trial);
    if (this.#trials.length > KEPT) this.#trials.shift();
    return trial.view;
  }

  view(id: string): TrialView | undefined {
    return this.#trials.find((trial) => trial.id === id)?.view;
  }
}
