/**
 * The life of a call that a handset makes, to the outside or to another handset, as a state machine without effects.
 * The calling handset is answered last: until then it can be given the callee's status, whatever that is.
 *
 *   opening ─▶ calling ─▶ connecting ─▶ talking
 *                 └──▶ greeting ──▲   (the notice is played to the callee before the two are connected)
 *
 * From every state a party that leaves, a refusal, a lost engine or a stop lead to `over`.
 */
import type { NotRecordedReason } from '../../entry/call-entry.js';
import { beforeConnection, type Ending } from '../call/ending.js';

/** What the configuration says about this call. */
export interface Plan {
  /** `employee`: reminded to give it; `automatic`: played to the callee; `none`: nothing is recorded. */
  readonly notice: 'employee' | 'automatic' | 'none';
  readonly onFailure: 'reject' | 'connect-unrecorded';
}

export type State =
  | { readonly at: 'opening' }
  | { readonly at: 'calling' }
  | { readonly at: 'greeting' }
  | { readonly at: 'connecting' }
  | { readonly at: 'talking' }
  | { readonly at: 'over'; readonly ending: Ending };

export type Event =
  /** The media session is there and took the handset's offer. */
  | { readonly type: 'opened' }
  /** The callee rings. `media`: it sends sound of its own. */
  | { readonly type: 'callee-rings'; readonly media: boolean }
  | { readonly type: 'callee-answered' }
  | { readonly type: 'notice-given' }
  | { readonly type: 'notice-failed' }
  | { readonly type: 'connected' }
  /** A party that had answered leaves. `both`: the other one had answered too. */
  | { readonly type: 'left'; readonly who: 'caller' | 'callee'; readonly ending: Ending; readonly both: boolean }
  /** Whatever ends the call at once, the callee's refusal included. */
  | { readonly type: 'ended'; readonly ending: Ending };

export type Effect =
  | { readonly do: 'remind' | 'call' | 'announce' | 'connect' }
  | { readonly do: 'progress'; readonly media: boolean }
  | { readonly do: 'unrecorded'; readonly why: NotRecordedReason }
  /** Both had answered and were not connected yet: a talk of no length. `at`: when it ended, where the wire says so. */
  | { readonly do: 'talked-at-once'; readonly at: number | undefined }
  | { readonly do: 'finish'; readonly ending: Ending };

type Step = readonly [State, readonly Effect[]];

export const initial: State = { at: 'opening' };

export const transition =
  (plan: Plan) =>
  (state: State, event: Event): Step => {
    if (state.at === 'over') return [state, []];
    if (event.type === 'ended') return over(event.ending);
    if (event.type === 'left') return left(state, event);
    switch (state.at) {
      case 'opening':
        return event.type === 'opened' ? opened(plan) : [state, []];
      case 'calling':
        return calling(plan, state, event);
      case 'greeting':
        return greeting(plan, state, event);
      case 'connecting':
        return event.type === 'connected' ? [{ at: 'talking' }, []] : [state, []];
      case 'talking':
        return [state, []];
    }
  };

const over = (ending: Ending, before: readonly Effect[] = []): Step => [
  { at: 'over', ending },
  [...before, { do: 'finish', ending }],
];
const connect = (before: readonly Effect[] = []): Step => [{ at: 'connecting' }, [...before, { do: 'connect' }]];

/** One that leaves before the two are connected has declined, unless both had answered by then. */
function left(state: State, { who, ending, both }: Event & { type: 'left' }): Step {
  if (state.at === 'connecting' && both) return over(ending, [{ do: 'talked-at-once', at: ending.at }]);
  return over(beforeConnection(ending, who === 'caller' ? 'cancelled' : 'refused'));
}

function opened(plan: Plan): Step {
  const remind: readonly Effect[] = plan.notice === 'employee' ? [{ do: 'remind' }] : [];
  return [{ at: 'calling' }, [...remind, { do: 'call' }]];
}

function calling(plan: Plan, state: State, event: Event): Step {
  if (event.type === 'callee-rings') return [state, [{ do: 'progress', media: event.media }]];
  if (event.type !== 'callee-answered') return [state, []];
  return plan.notice === 'automatic' ? [{ at: 'greeting' }, [{ do: 'announce' }]] : connect();
}

function greeting(plan: Plan, state: State, event: Event): Step {
  if (event.type === 'notice-given') return connect();
  if (event.type !== 'notice-failed') return [state, []];
  if (plan.onFailure === 'reject') return over({ by: 'halina', reason: 'notice-failed' });
  return connect([{ do: 'unrecorded', why: 'notice-failed' }]);
}
