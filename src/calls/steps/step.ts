/**
 * What a call goes through until somebody answers, as steps: handsets ring, something is said, and whatever else an
 * office has its callers do. A step is data; what it does is its runner's (`runners.ts`), and what comes after it is
 * the itinerary's, which knows the route. So a new kind of step is a type here, a file with its runner, and a line in
 * the table of runners.
 */
import type { Log } from '../../base/log.js';
import type { Leg, LegPeer, MediaSession } from '../../media/engine.js';
import type { CallContext } from '../call/context.js';
import type { Ending, Unanswered } from '../call/ending.js';
import type { Party } from '../call/party.js';
import type { Placer } from '../call/placer.js';
import type { Dialog, Headers } from '../sip-port.js';
import type { DialogName } from '../transfer/refer.js';

/** Handsets ring, all at once or one after the other; `ringMs` is how long, in turn each. */
export interface RingStep {
  readonly do: 'ring';
  readonly handsets: readonly string[];
  readonly strategy: 'parallel' | 'in-turn';
  readonly ringMs: number;
}

/** A prompt is said, and the call goes on. */
export interface AnnounceStep {
  readonly do: 'announce';
  readonly prompt: string;
}

/** Someone outside is called: the call goes on from trunk to trunk (docs/decisions/trunk-to-trunk.md). */
export interface DialStep {
  readonly do: 'dial';
  /** As it would be dialled. */
  readonly number: string;
  /** The handset for which it is called, by whose rules (barring, prefixes); undefined: the office itself. */
  readonly by?: string | undefined;
  /** Milliseconds; default: outbound.ring. */
  readonly ringMs?: number;
}

export type Step = RingStep | AnnounceStep | DialStep;

/** How a step came out that did not lead to an answer. */
export type Outcome =
  | { readonly is: 'unanswered'; readonly why: Unanswered; readonly status?: number | undefined }
  /** What was to be said was said, or could not be. */
  | { readonly is: 'said' };

/** What a caller hears who cannot be refused with a status any more: an announcement, and a tone after it. */
export interface Parting {
  readonly prompt: string;
  readonly tone?: 'busy';
}

/** The end of the way. Without a sound of its own, an answered caller hears what fits the ending. */
export interface Finish {
  readonly do: 'finish';
  readonly ending: Ending;
  readonly sound?: Parting;
}

export type Next = Step | Finish;

/** The way of a call from its notice on. Asked once for each step that came to an end; may look at the time of day. */
export interface Itinerary {
  readonly first: Next;
  next(step: Step, outcome: Outcome): Next;
}

/** What a kind of step needs of the caller: `answered` for what is said to it, or asked of it. */
export const needs: Readonly<Record<Step['do'], 'nothing' | 'answered'>> = {
  ring: 'nothing',
  announce: 'answered',
  dial: 'nothing',
};

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
