/** How steps are done: what a runner works with, and what it tells. The steps themselves are in `way.ts`. */
import type { Log } from '../../base/log.js';
import type { Leg, LegPeer, MediaSession } from '../../media/engine.js';
import type { CallContext } from '../call/context.js';
import type { Party } from '../call/party.js';
import type { Placer } from '../call/placer.js';
import type { Dialog, Headers } from '../sip-port.js';
import type { DialogName } from '../transfer/refer.js';
import type { SentOn } from '../trunks/diversion.js';
import type { Outcome, Step } from './way.js';

export * from './way.js';

/** What a step's runner works with. */
export interface StepHost {
  readonly context: CallContext;
  readonly log: Log;
  readonly session: MediaSession;
  /** The leg of the party that waits. */
  readonly leg: Leg;
  /** The place of whoever is to answer: its peers make the offers. */
  readonly place: Placer;
  /** Of what is said. */
  readonly language: string;
  /** How the caller is shown to handsets: From and the like. */
  readonly headers: Headers;
  /** Who called from outside, and who sent the call on until now: told to whom it is forwarded outside. */
  readonly sentOn?: SentOn | undefined;
  /** Aborted when the call is over. */
  readonly signal: AbortSignal;
  /** Keys of the party that waits, however they come; gives the function that ends it. */
  onKey(listener: (digit: string) => void): () => void;
}

/** Who answered, by which dialog, to an offer of which peer; the answer in it was not looked at yet. */
export interface Answered {
  readonly type: 'answered';
  readonly party: Party;
  readonly dialog: Dialog;
  readonly peer: LegPeer;
}

export type StepEvent =
  /** Somebody is being rung: a caller who has heard nothing yet is told. */
  { readonly type: 'rings' } | Answered | { readonly type: 'over'; readonly outcome: Outcome };

export interface RunningStep {
  /** Gives it up: nothing is told any more, and nothing rings on. `headers`: for a CANCEL. */
  cancel(headers: Headers): void;
  /** Extensions that ring now. */
  readonly rings?: readonly string[];
  /** The extension that is rung by this dialog, which is not answered yet. */
  extensionOf?(name: DialogName): string | undefined;
}

/**
 * Begins a step. Every event comes later than the call; the last one is `answered` or `over`, and after it the step has
 * stopped whatever it played.
 */
export type Runner<S extends Step> = (step: S, host: StepHost, tell: (event: StepEvent) => void) => RunningStep;
