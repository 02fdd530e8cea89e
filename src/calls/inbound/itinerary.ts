/** The way of a call by its route alone: its handsets ring, and where nobody answers its other target, once. */
import type { Config } from '../../config/schema.js';
import type { Ending, Unanswered } from '../call/ending.js';
import type { Itinerary, Next, Outcome, Step } from '../steps/step.js';

export type RouteRinging = Pick<Config['routes'][number], 'handsets' | 'strategy' | 'ring' | 'onBusy' | 'onNoAnswer'>;

export function routeItinerary(route: RouteRinging): Itinerary {
  const ring = (handsets: readonly string[]): Step => ({
    do: 'ring',
    handsets,
    strategy: route.strategy,
    ringMs: route.ring,
  });
  const first = ring(route.handsets);
  return {
    first,
    next: (step, outcome) => {
      if (outcome.is !== 'unanswered') return finishUnanswered({ why: 'unreachable' });
      const { why } = outcome;
      const target = why === 'busy' || why === 'refused' ? route.onBusy : route.onNoAnswer;
      if (target && 'handsets' in target && step === first) return ring(target.handsets);
      const finish = finishUnanswered(outcome);
      return target && 'announce' in target ? { ...finish, sound: { prompt: target.announce } } : finish;
    },
  };
}

/** The end of a call that nobody answered. */
export function finishUnanswered({
  why,
  status,
}: Pick<Outcome & { is: 'unanswered' }, 'why' | 'status'>): Next & { do: 'finish' } {
  const ending: Ending = { by: endedBy[why], reason: why, ...(status === undefined ? {} : { status }) };
  return { do: 'finish', ending };
}

const endedBy: Readonly<Record<Unanswered, Ending['by']>> = {
  busy: 'employee',
  refused: 'employee',
  'no-answer': 'halina',
  unreachable: 'halina',
};
