/**
 * What a call goes through until somebody answers, as steps: handsets ring, something is said, and whatever else an
 * office has its callers do. A step is data; what it does is its runner's (`runners.ts`), and what comes after it is
 * the itinerary's, which knows the route. So a new kind of step is a type here, a file with its runner, and a line in
 * the table of runners.
 */
import type { Config } from '../../config/schema.js';
import type { DiversionReason } from '../trunks/diversion.js';
import type { Ending, Unanswered } from '../call/ending.js';

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
  /** Why the call is forwarded there; undefined: it is not, but was sent by somebody who talked. */
  readonly why?: DiversionReason | undefined;
  /** Milliseconds; default: outbound.ring. */
  readonly ringMs?: number;
}

/** A caller chooses by a key among those that lead on. */
export interface MenuStep {
  readonly do: 'menu';
  readonly name: string;
  /** The prompt that tells the keys. */
  readonly say: string;
  readonly keys: readonly string[];
  /** How long after the prompt a key is waited for. */
  readonly waitMs: number;
}

/** A caller waits for whoever is free next. */
export interface QueueStep {
  readonly do: 'queue';
  readonly queue: Config['queues'][number];
}

export type Step = RingStep | AnnounceStep | DialStep | MenuStep | QueueStep;

/** How a step came out that did not lead to an answer. */
export type Outcome =
  | { readonly is: 'unanswered'; readonly why: Unanswered; readonly status?: number | undefined }
  /** What was to be said was said, or could not be. */
  | { readonly is: 'said' }
  /** One of the menu's keys. */
  | { readonly is: 'key'; readonly digit: string }
  | { readonly is: 'no-key' }
  /** The queue is full, or the caller has waited its time. */
  | { readonly is: 'overflow' };

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
  /** The way would go on outside, which a call within the house can only as another call. */
  readonly leave?: DialStep;
}

export type Next = Step | Finish;

/** The way of a call from its notice on. Asked once for each step that came to an end; may look at the time of day. */
export interface Itinerary {
  readonly first: Next;
  next(step: Step, outcome: Outcome): Next;
  /** Somebody has taken the call: it is asked for nothing any more. */
  over?(): void;
}

/** What a kind of step needs of the caller: `answered` for what is said to it, or asked of it. */
export const needs: Readonly<Record<Step['do'], 'nothing' | 'answered'>> = {
  ring: 'nothing',
  announce: 'answered',
  dial: 'nothing',
  menu: 'answered',
  queue: 'answered',
};
