/**
 * A call in which two talk, as a state machine without effects. One of the two places can be given to another party
 * while the party on the other one stays; where the call has an outside party, that is the one who stays. And a party
 * can be lent to another call, which keeps it or gives it back.
 *
 *             ┌──────────── moved ──────────────┐
 *             ▼                                 │
 *   talking ─ asked ─▶ moving ─ failed ─▶ moving, back to the sender ─ failed ─▶ parting ─▶ over
 *    ▲  ▲ │ ▲            │ failed, and the sender is still there: it has the call again ─▶ talking
 *    │  │ │ │            └ claimed, where it is sent out of the house ─▶ lent ─ kept: as failed
 *    │  │ │ └──kept── lent ── taken ─▶ over
 *    │  │ └─claimed────┘
 *    │  └──── park ─▶ parked ─ waited ─▶ moving, back to the sender
 *    └── moved ─────────┘
 *
 * From every state the end of the party that stays, a lost engine or a stop lead to `over`; so does the end of either
 * party while they talk.
 */
import type { TalkReason } from '../../entry/call-entry.js';
import type { Leg } from '../../media/engine.js';
import type { Ending, Unanswered } from '../call/ending.js';

/** Why a move led to nobody. */
export interface Failure {
  readonly why: Unanswered;
  /** For the sender, who is told by NOTIFY. */
  readonly status: number;
}

export interface Moving {
  readonly at: 'moving';
  /** The place that gets another party. */
  readonly leg: Leg;
  /** Whether the one who had it is still there. */
  readonly sender: 'there' | 'gone';
  readonly isReturn: boolean;
}

export type State =
  | { readonly at: 'talking' }
  | Moving
  | { readonly at: 'parked'; readonly leg: Leg }
  /** `leg`: whose party is lent; `left`: how the other one left in the meantime; `move`: for which it is lent. */
  | {
      readonly at: 'lent';
      readonly leg: Leg;
      readonly left: Ending | undefined;
      readonly move?: Moving;
    }
  | { readonly at: 'parting'; readonly ending: Ending }
  | { readonly at: 'over' };

export type Event =
  /** The party on this leg sends the other one on, or parks it. */
  | { readonly type: 'asked'; readonly leg: Leg; readonly what: 'move' | 'park' }
  /** Somebody is there for the place on this leg. */
  | { readonly type: 'moved'; readonly leg: Leg; readonly why: TalkReason }
  | { readonly type: 'failed'; readonly failure: Failure }
  /** The party on this leg is wanted in another call. */
  | { readonly type: 'claimed'; readonly leg: Leg }
  | { readonly type: 'taken' | 'kept' }
  /** The party on this leg left. */
  | { readonly type: 'left'; readonly leg: Leg; readonly ending: Ending }
  /** A parked call was not retrieved in time. */
  | { readonly type: 'waited' }
  | { readonly type: 'parted' }
  | { readonly type: 'ended'; readonly ending: Ending };

export type Effect =
  /** Begins what was asked for. */
  | { readonly do: 'begin' | 'park'; readonly leg: Leg }
  /** The sender is rung. */
  | { readonly do: 'return'; readonly leg: Leg }
  /** The sender is told that nothing comes of it, and has the call again. */
  | { readonly do: 'resume'; readonly leg: Leg; readonly failure: Failure }
  | { readonly do: 'join'; readonly leg: Leg; readonly why: TalkReason }
  /** Whoever is called has come too late. */
  | { readonly do: 'give-up'; readonly ending: Ending }
  /** The party that was lent is not of this call any more. */
  | { readonly do: 'let-go' }
  /** The one who stays hears that it is over. */
  | { readonly do: 'part'; readonly leg: Leg }
  | { readonly do: 'finish'; readonly ending: Ending };

type Turn = readonly [State, readonly Effect[]];

export const initial: State = { at: 'talking' };

export const otherLeg = (leg: Leg): Leg => (leg === 'outside' ? 'inside' : 'outside');

export function transition(state: State, event: Event): Turn {
  if (state.at === 'over') return [state, []];
  if (event.type === 'ended') return over(state, event.ending);
  switch (state.at) {
    case 'talking':
      return talking(state, event);
    case 'moving':
      return moving(state, event);
    case 'parked':
      return parked(state, event);
    case 'lent':
      return lent(state, event);
    case 'parting':
      return event.type === 'parted' || event.type === 'left' ? over(state, state.ending) : [state, []];
  }
}

function over(state: State, ending: Ending): Turn {
  const finish: Effect = { do: 'finish', ending };
  const isMoving = state.at === 'moving' || (state.at === 'lent' && state.move !== undefined);
  return [{ at: 'over' }, isMoving ? [{ do: 'give-up', ending }, finish] : [finish]];
}

const joined = (leg: Leg, why: TalkReason): Turn => [{ at: 'talking' }, [{ do: 'join', leg, why }]];

function talking(state: State, event: Event): Turn {
  if (event.type === 'left') return over(state, event.ending);
  if (event.type === 'claimed') return [{ at: 'lent', leg: event.leg, left: undefined }, []];
  if (event.type === 'moved') return joined(event.leg, event.why); // another handset took the place of one that talks
  if (event.type !== 'asked') return [state, []];
  const { leg, what } = event;
  if (what === 'park') return [{ at: 'parked', leg }, [{ do: 'park', leg }]];
  return [{ at: 'moving', leg, sender: 'there', isReturn: false }, [{ do: 'begin', leg }]];
}

function moving(state: Moving, event: Event): Turn {
  const { leg } = state;
  // The one who stays is sent out of the house, and somebody has answered there.
  if (event.type === 'claimed' && event.leg !== leg)
    return [{ at: 'lent', leg: event.leg, left: undefined, move: state }, []];
  if (event.type === 'moved' && event.leg === leg) return joined(leg, event.why);
  if (event.type === 'failed') return moveFailed(state, event.failure);
  if (event.type !== 'left') return [state, []];
  // The sender may hang up as soon as it has sent the call on (RFC 5589 § 6.1).
  if (event.leg === leg) return [{ ...state, sender: 'gone' }, []];
  return over(state, event.ending);
}

function moveFailed(state: Moving, failure: Failure): Turn {
  const { leg } = state;
  if (state.sender === 'there') return [{ at: 'talking' }, [{ do: 'resume', leg, failure }]];
  if (!state.isReturn) return [{ ...state, isReturn: true }, [{ do: 'return', leg }]];
  return [{ at: 'parting', ending: { by: 'halina', reason: 'no-answer' } }, [{ do: 'part', leg: otherLeg(leg) }]];
}

function parked(state: State & { at: 'parked' }, event: Event): Turn {
  const { leg } = state;
  if (event.type === 'moved' && event.leg === leg) return joined(leg, event.why);
  if (event.type === 'waited') return [{ at: 'moving', leg, sender: 'gone', isReturn: true }, [{ do: 'return', leg }]];
  return event.type === 'left' && event.leg !== leg ? over(state, event.ending) : [state, []];
}

function lent(state: State & { at: 'lent' }, event: Event): Turn {
  if (event.type === 'taken') {
    const ending: Ending = state.left ?? { by: 'employee', reason: 'completed' };
    return [{ at: 'over' }, [{ do: 'let-go' }, { do: 'finish', ending }]];
  }
  const { move } = state;
  if (event.type === 'kept' && move) return moveFailed(move, { why: 'unreachable', status: 480 });
  if (event.type === 'kept') return state.left ? over(state, state.left) : [{ at: 'talking' }, []];
  if (event.type !== 'left') return [state, []];
  if (move && event.leg === move.leg) return [{ ...state, move: { ...move, sender: 'gone' } }, []];
  return event.leg === state.leg ? over(state, event.ending) : [{ ...state, left: event.ending }, []];
}
