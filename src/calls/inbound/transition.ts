/**
 * The life of a call from outside, as a state machine without effects: the notice first, then the steps of the
 * itinerary until somebody answers. The caller is answered first where the notice is to be heard as an answered call,
 * and last where it is early media or there is none.
 *
 *   opening ─▶ answering ─▶ greeting ─▶ walking ─▶ connecting ─▶ talking
 *      │          (answered mode)  ▲     │ ▲ └ the next step
 *      ├───────────────────────────┘     ▼ │
 *      └── no notice ─────────▶ walking  answering (a step that needs an answered caller)
 *                                  └──▶ parting: a tone or an announcement to a caller who can't be refused any more
 *
 * From every state a party that leaves, a lost engine or a stop lead to `over`.
 */
import type { NotRecordedReason } from '../../entry/call-entry.js';
import { beforeConnection, type Ending } from '../call/ending.js';
import { needs, type Finish, type Itinerary, type Next, type Outcome, type Parting, type Step } from '../steps/step.js';

/** How far the caller's leg is. */
export type CallerStage = 'waiting' | 'early' | 'answered';

/** What the configuration says about this call. */
export interface Plan {
  readonly notice: 'answered' | 'early-media' | 'none';
  readonly order: 'before-ringing' | 'while-ringing';
  readonly onFailure: 'reject' | 'connect-unrecorded';
  /** Whoever hangs up while the notice plays has chosen not to be recorded. */
  readonly choice: boolean;
  readonly itinerary: Itinerary;
}

/** The first step, where it is taken while the notice still plays. */
type Meanwhile =
  | { readonly is: 'not-begun' | 'answered' }
  | { readonly is: 'taken'; readonly step: Step }
  | { readonly is: 'failed'; readonly step: Step; readonly outcome: Outcome };

export type State =
  | { readonly at: 'opening' }
  /** `step`: one that needs an answered caller; else the notice follows. */
  | { readonly at: 'answering'; readonly step?: Step }
  | { readonly at: 'greeting'; readonly caller: CallerStage; readonly meanwhile: Meanwhile }
  | { readonly at: 'walking'; readonly caller: CallerStage; readonly step: Step }
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
  | { readonly type: 'rings' }
  /** Somebody answered. */
  | { readonly type: 'answered' }
  /** The step came to an end without an answer. */
  | { readonly type: 'step-over'; readonly outcome: Outcome }
  | { readonly type: 'connected' }
  /** The tone or announcement of the end was heard. */
  | { readonly type: 'parted' }
  /** The caller, who was answered, hangs up. */
  | { readonly type: 'caller-left'; readonly ending: Ending }
  /** Who answered hangs up. `both`: the caller was answered too. */
  | { readonly type: 'callee-left'; readonly ending: Ending; readonly both: boolean }
  /** Whatever ends the call at once. */
  | { readonly type: 'ended'; readonly ending: Ending };

export type Effect =
  | { readonly do: 'answer' | 'progress' | 'announce' | 'ringback' | 'connect' }
  /** Who answered is not part of the call any more. */
  | { readonly do: 'detach' }
  /** Both had answered and were not connected yet: a talk of no length. `at`: when it ended, where the wire says so. */
  | { readonly do: 'talked-at-once'; readonly at: number | undefined }
  | { readonly do: 'unrecorded'; readonly why: NotRecordedReason }
  | { readonly do: 'step'; readonly step: Step }
  | { readonly do: 'part'; readonly sound: Parting }
  | { readonly do: 'finish'; readonly ending: Ending };

type Turn = readonly [State, readonly Effect[]];

export const initial: State = { at: 'opening' };

export const transition =
  (plan: Plan) =>
  (state: State, event: Event): Turn => {
    if (state.at === 'over') return [state, []];
    if (event.type === 'ended') return ended(state, event.ending);
    if (event.type === 'caller-left') return callerLeft(plan, state, event.ending);
    if (event.type === 'callee-left') return calleeLeft(plan, state, event);
    switch (state.at) {
      case 'opening':
        return event.type === 'opened' ? opened(plan, event.canHearEarly) : stay(state);
      case 'answering':
        return event.type === 'caller-answered' ? callerAnswered(plan, state) : stay(state);
      case 'greeting':
        return greeting(plan, state, event);
      case 'walking':
        return walking(plan, state, event);
      case 'connecting':
        return event.type === 'connected' ? [{ at: 'talking' }, []] : stay(state);
      case 'talking':
        return stay(state);
      case 'parting':
        return event.type === 'parted' ? over(state.ending) : stay(state);
    }
  };

const stay = (state: State): Turn => [state, []];
const over = (ending: Ending): Turn => [{ at: 'over', ending }, [{ do: 'finish', ending }]];
/** What a caller is being told of the end stays its reason. */
const ended = (state: State, ending: Ending): Turn => over(state.at === 'parting' ? state.ending : ending);
const talkedAtOnce = (ending: Ending): Turn => [
  { at: 'over', ending },
  [
    { do: 'talked-at-once', at: ending.at },
    { do: 'finish', ending },
  ],
];

function callerLeft(plan: Plan, state: State, ending: Ending): Turn {
  if (state.at === 'connecting') return talkedAtOnce(ending);
  const declined = state.at === 'greeting' && plan.choice;
  return ended(state, beforeConnection(ending, declined ? 'caller-declined' : 'cancelled'));
}

function calleeLeft(plan: Plan, state: State, { ending, both }: Event & { type: 'callee-left' }): Turn {
  if (state.at === 'connecting' && both) return talkedAtOnce(ending);
  if (state.at !== 'greeting') return ended(state, beforeConnection(ending, 'refused'));
  // It had answered while the notice played, and did not wait for its end.
  const outcome: Outcome = { is: 'unanswered', why: 'no-answer' };
  const [next, effects] = greeting(plan, state, { type: 'step-over', outcome });
  return [next, [{ do: 'detach' }, ...effects]];
}

function opened(plan: Plan, canHearEarly: boolean): Turn {
  if (plan.notice === 'none') return proceed('waiting', plan.itinerary.first, []);
  // A caller without an offer cannot be sent early media.
  if (plan.notice === 'early-media' && canHearEarly) return greet(plan, 'early', [{ do: 'progress' }]);
  return [{ at: 'answering' }, [{ do: 'answer' }]];
}

function callerAnswered(plan: Plan, state: State & { at: 'answering' }): Turn {
  return state.step ? proceed('answered', state.step, []) : greet(plan, 'answered', []);
}

/** Handsets may ring while the notice plays; what is said or asked has to wait for its end. */
function greet(plan: Plan, caller: CallerStage, before: readonly Effect[]): Turn {
  const { first } = plan.itinerary;
  const meanwhile: Meanwhile =
    plan.order === 'while-ringing' && first.do === 'ring' ? { is: 'taken', step: first } : { is: 'not-begun' };
  const rings: readonly Effect[] = meanwhile.is === 'taken' ? [{ do: 'step', step: meanwhile.step }] : [];
  return [{ at: 'greeting', caller, meanwhile }, [...before, { do: 'announce' }, ...rings]];
}

function greeting(plan: Plan, state: State & { at: 'greeting' }, event: Event): Turn {
  const { meanwhile } = state;
  if (event.type === 'notice-given') return greeted(plan, state, []);
  if (event.type === 'notice-failed')
    return plan.onFailure === 'reject'
      ? over({ by: 'halina', reason: 'notice-failed' })
      : greeted(plan, state, [{ do: 'unrecorded', why: 'notice-failed' }]);
  if (event.type === 'answered') return [{ ...state, meanwhile: { is: 'answered' } }, []];
  if (event.type !== 'step-over') return stay(state);
  // Who answered, and left before the notice was over, did not answer.
  const step = 'step' in meanwhile ? meanwhile.step : plan.itinerary.first;
  if (step.do === 'finish') return stay(state);
  return [{ ...state, meanwhile: { is: 'failed', step, outcome: event.outcome } }, []];
}

/** The notice is over: on with the call from where its first step is by now. */
function greeted(plan: Plan, { caller, meanwhile }: State & { at: 'greeting' }, before: readonly Effect[]): Turn {
  switch (meanwhile.is) {
    case 'not-begun':
      return proceed(caller, plan.itinerary.first, before);
    case 'taken':
      return [{ at: 'walking', caller, step: meanwhile.step }, [...before, { do: 'ringback' }]];
    case 'answered':
      return [{ at: 'connecting' }, [...before, { do: 'connect' }]];
    case 'failed':
      return proceed(caller, plan.itinerary.next(meanwhile.step, meanwhile.outcome), before);
  }
}

function walking(plan: Plan, state: State & { at: 'walking' }, event: Event): Turn {
  if (event.type === 'answered') return [{ at: 'connecting' }, [{ do: 'connect' }]];
  if (event.type === 'step-over') return proceed(state.caller, plan.itinerary.next(state.step, event.outcome), []);
  // A caller who has heard nothing yet is told now; the others hear ringing tone since the step began.
  if (event.type === 'rings' && state.caller === 'waiting')
    return [{ ...state, caller: 'early' }, [{ do: 'ringback' }]];
  return stay(state);
}

/** On to a step, or to the end. */
function proceed(caller: CallerStage, next: Next, before: readonly Effect[]): Turn {
  if (next.do === 'finish') return finish(caller, next, before);
  if (needs[next.do] === 'answered' && caller !== 'answered')
    return [{ at: 'answering', step: next }, [...before, { do: 'answer' }]];
  const hears = next.do === 'ring' && caller !== 'waiting';
  const effects: readonly Effect[] = [{ do: 'step', step: next }, ...(hears ? ([{ do: 'ringback' }] as const) : [])];
  return [{ at: 'walking', caller, step: next }, [...before, ...effects]];
}

function finish(caller: CallerStage, { ending, sound }: Finish, before: readonly Effect[]): Turn {
  const heard = sound ?? (caller === 'answered' ? partings[ending.reason] : undefined);
  if (heard) return [{ at: 'parting', ending }, [...before, { do: 'part', sound: heard }]];
  return [{ at: 'over', ending }, [...before, { do: 'finish', ending }]];
}

const partings: Readonly<Partial<Record<Ending['reason'], Parting>>> = {
  busy: { prompt: 'busy', tone: 'busy' },
  refused: { prompt: 'busy', tone: 'busy' },
  'no-answer': { prompt: 'no-answer' },
  unreachable: { prompt: 'unavailable' },
};
