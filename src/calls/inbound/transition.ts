/**
 * The life of a call from outside, as a state machine without effects. The caller is answered first where the notice is
 * to be heard as an answered call, and last where it is early media or there is none.
 *
 *   opening ─▶ answering ─▶ greeting ─▶ ringing ─▶ connecting ─▶ talking
 *      │          (answered mode)  ▲        │ ▲ └ diverted (onBusy, onNoAnswer)
 *      ├───────────────────────────┘        ▼
 *      └── no notice ─────────▶ ringing   parting: a tone or an announcement to a caller who can't be refused any more
 *
 * From every state a party that leaves, a lost engine or a stop lead to `over`.
 */
import type { NotRecordedReason } from '../../entry/call-entry.js';
import type { Ending, Unanswered } from '../call/ending.js';

/** How far the caller's leg is. */
export type CallerStage = 'waiting' | 'early' | 'answered';

export type Target = { readonly handsets: readonly string[] } | { readonly announce: string };

/** What the configuration says about this call. */
export interface Plan {
  readonly notice: 'answered' | 'early-media' | 'none';
  readonly order: 'before-ringing' | 'while-ringing';
  readonly onFailure: 'reject' | 'connect-unrecorded';
  readonly onBusy: Target | undefined;
  readonly onNoAnswer: Target | undefined;
}

/** Handsets that ring while the notice still plays. */
type RingingMeanwhile =
  | { readonly is: 'not-begun' | 'rings' | 'answered' }
  | { readonly is: 'failed'; readonly why: Unanswered; readonly status: number | undefined };

export type State =
  | { readonly at: 'opening' }
  | { readonly at: 'answering' }
  | { readonly at: 'greeting'; readonly caller: CallerStage; readonly handsets: RingingMeanwhile }
  | { readonly at: 'ringing'; readonly caller: CallerStage; readonly diverted: boolean }
  | { readonly at: 'connecting' }
  | { readonly at: 'talking' }
  | { readonly at: 'parting'; readonly ending: Ending }
  | { readonly at: 'over'; readonly ending: Ending };

export type Event =
  /** The media session is there and took the caller's offer. `canHearEarly`: it had one. */
  | { readonly type: 'opened'; readonly canHearEarly: boolean }
  /** The caller's 200 was sent, and its media is agreed on. */
  | { readonly type: 'caller-answered' }
  /** The notice was played whole and the choice, if there is one, was made or let pass. */
  | { readonly type: 'notice-given' }
  | { readonly type: 'notice-failed' }
  /** The first handset says that it rings. */
  | { readonly type: 'handset-rings' }
  | { readonly type: 'handset-answered' }
  | { readonly type: 'nobody-answered'; readonly why: Unanswered; readonly status?: number | undefined }
  | { readonly type: 'connected' }
  /** The tone or announcement of the end was heard. */
  | { readonly type: 'parted' }
  /** Whatever ends the call at once. */
  | { readonly type: 'ended'; readonly ending: Ending };

export type Effect =
  | { readonly do: 'answer' | 'progress' | 'announce' | 'ringback' | 'connect' }
  | { readonly do: 'unrecorded'; readonly why: NotRecordedReason }
  /** `handsets`: others than the route's own. */
  | { readonly do: 'ring'; readonly handsets?: readonly string[] }
  | { readonly do: 'part'; readonly sound: Parting }
  | { readonly do: 'finish'; readonly ending: Ending };

/** What a caller hears who cannot be refused with a status any more: an announcement, and a tone after it. */
export interface Parting {
  readonly prompt: string;
  readonly tone?: 'busy';
}

type Step = readonly [State, readonly Effect[]];

export const initial: State = { at: 'opening' };

export const transition =
  (plan: Plan) =>
  (state: State, event: Event): Step => {
    if (state.at === 'over') return [state, []];
    if (event.type === 'ended') return over(state.at === 'parting' ? state.ending : event.ending);
    switch (state.at) {
      case 'opening':
        return event.type === 'opened' ? opened(plan, event.canHearEarly) : stay(state);
      case 'answering':
        return event.type === 'caller-answered' ? greet(plan, 'answered', []) : stay(state);
      case 'greeting':
        return greeting(plan, state, event);
      case 'ringing':
        return ringing(plan, state, event);
      case 'connecting':
        return event.type === 'connected' ? [{ at: 'talking' }, []] : stay(state);
      case 'talking':
        return stay(state);
      case 'parting':
        return event.type === 'parted' ? over(state.ending) : stay(state);
    }
  };

const stay = (state: State): Step => [state, []];
const over = (ending: Ending): Step => [{ at: 'over', ending }, [{ do: 'finish', ending }]];

function opened(plan: Plan, canHearEarly: boolean): Step {
  if (plan.notice === 'none') return [{ at: 'ringing', caller: 'waiting', diverted: false }, [{ do: 'ring' }]];
  // A caller without an offer cannot be sent early media.
  if (plan.notice === 'early-media' && canHearEarly) return greet(plan, 'early', [{ do: 'progress' }]);
  return [{ at: 'answering' }, [{ do: 'answer' }]];
}

function greet(plan: Plan, caller: CallerStage, before: readonly Effect[]): Step {
  const rings = plan.order === 'while-ringing';
  return [
    { at: 'greeting', caller, handsets: { is: rings ? 'rings' : 'not-begun' } },
    [...before, { do: 'announce' }, ...(rings ? ([{ do: 'ring' }] as const) : [])],
  ];
}

function greeting(plan: Plan, state: State & { at: 'greeting' }, event: Event): Step {
  if (event.type === 'notice-given') return greeted(plan, state, []);
  if (event.type === 'notice-failed')
    return plan.onFailure === 'reject'
      ? over({ by: 'halina', reason: 'notice-failed' })
      : greeted(plan, state, [{ do: 'unrecorded', why: 'notice-failed' }]);
  if (event.type === 'handset-answered') return [{ ...state, handsets: { is: 'answered' } }, []];
  if (event.type === 'nobody-answered')
    return [{ ...state, handsets: { is: 'failed', why: event.why, status: event.status } }, []];
  return stay(state);
}

/** The notice is over: on with the call from where the handsets are by now. */
function greeted(plan: Plan, state: State & { at: 'greeting' }, before: readonly Effect[]): Step {
  const { caller, handsets } = state;
  const ringing = { at: 'ringing', caller, diverted: false } as const;
  switch (handsets.is) {
    case 'not-begun':
      return [ringing, [...before, { do: 'ring' }, { do: 'ringback' }]];
    case 'rings':
      return [ringing, [...before, { do: 'ringback' }]];
    case 'answered':
      return [{ at: 'connecting' }, [...before, { do: 'connect' }]];
    case 'failed':
      return unanswered(plan, ringing, handsets, before);
  }
}

function ringing(plan: Plan, state: State & { at: 'ringing' }, event: Event): Step {
  if (event.type === 'handset-answered') return [{ at: 'connecting' }, [{ do: 'connect' }]];
  if (event.type === 'nobody-answered') return unanswered(plan, state, event, []);
  // A caller who has heard nothing yet is told now; the others hear ringing tone since the notice ended.
  if (event.type === 'handset-rings' && state.caller === 'waiting')
    return [{ ...state, caller: 'early' }, [{ do: 'ringback' }]];
  return stay(state);
}

interface Failure {
  readonly why: Unanswered;
  readonly status?: number | undefined;
}

/** Nobody answered: on to the other target of the route, once, or to the end. */
function unanswered(
  plan: Plan,
  state: State & { at: 'ringing' },
  { why, status }: Failure,
  before: readonly Effect[],
): Step {
  const target = why === 'busy' || why === 'refused' ? plan.onBusy : plan.onNoAnswer;
  if (target && 'handsets' in target && !state.diverted)
    return [{ ...state, diverted: true }, [...before, { do: 'ring', handsets: target.handsets }, { do: 'ringback' }]];
  const ending: Ending = { by: endedBy[why], reason: why, ...(status === undefined ? {} : { status }) };
  if (target && 'announce' in target) return part(ending, { prompt: target.announce }, before);
  if (state.caller === 'answered') return part(ending, partings[why], before);
  return [{ at: 'over', ending }, [...before, { do: 'finish', ending }]];
}

function part(ending: Ending, sound: Parting, before: readonly Effect[]): Step {
  return [{ at: 'parting', ending }, [...before, { do: 'part', sound }]];
}

const partings: Readonly<Record<Unanswered, Parting>> = {
  busy: { prompt: 'busy', tone: 'busy' },
  refused: { prompt: 'busy', tone: 'busy' },
  'no-answer': { prompt: 'no-answer' },
  unreachable: { prompt: 'unavailable' },
};

const endedBy: Readonly<Record<Unanswered, Ending['by']>> = {
  busy: 'employee',
  refused: 'employee',
  'no-answer': 'halina',
  unreachable: 'halina',
};
