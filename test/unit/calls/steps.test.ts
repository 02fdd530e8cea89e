/** The way of a call from outside through steps, as the machine of the notice walks it. */
import { expect } from 'chai';
import { initial, transition, type Event, type Plan, type State } from '../../../src/calls/inbound/transition.js';
import type { Itinerary, Next, Step } from '../../../src/calls/steps/step.js';

const ring: Step = { do: 'ring', handsets: ['201'], strategy: 'parallel', ringMs: 20_000 };
const announce: Step = { do: 'announce', prompt: 'closed' };
const end: Next = { do: 'finish', ending: { by: 'halina', reason: 'no-answer' } };

const way = (...steps: Next[]): Itinerary => ({
  first: steps[0] ?? end,
  next: (step) => steps[steps.indexOf(step) + 1] ?? end,
});

const planWith = (itinerary: Itinerary, changes: Partial<Plan> = {}): Plan => ({
  notice: 'answered',
  order: 'before-ringing',
  onFailure: 'reject',
  choice: false,
  itinerary,
  ...changes,
});

function walk(plan: Plan, events: readonly Event[]): { readonly state: State; readonly done: string[] } {
  let state = initial;
  const done = events.flatMap((event) => {
    const [next, effects] = transition(plan)(state, event);
    state = next;
    return effects.map((effect) => (effect.do === 'step' ? effect.step.do : effect.do));
  });
  return { state, done };
}

const opened: Event = { type: 'opened', canHearEarly: true };
const answered: Event = { type: 'caller-answered' };
const given: Event = { type: 'notice-given' };
const said: Event = { type: 'step-over', outcome: { is: 'said' } };

describe('the steps of a call from outside', () => {
  it('come after the notice, one after the other', () => {
    const { state, done } = walk(planWith(way(announce, ring)), [opened, answered, given, said]);
    expect(done).to.deep.equal(['answer', 'announce', 'announce', 'ring', 'ringback']);
    expect(state).to.deep.equal({ at: 'walking', caller: 'answered', step: ring });
  });

  it('that say something answer a caller who was not answered yet', () => {
    const plan = planWith(way(announce, ring), { notice: 'none' });
    const first = walk(plan, [opened]);
    expect(first.done).to.deep.equal(['answer']);
    expect(walk(plan, [opened, answered]).done).to.deep.equal(['answer', 'announce']);
  });

  it('that say something wait for the notice, even where handsets need not', () => {
    const { done } = walk(planWith(way(announce, ring), { order: 'while-ringing' }), [opened, answered]);
    expect(done).to.deep.equal(['answer', 'announce']);
  });

  it('may end at once, with the sound that fits', () => {
    const { state, done } = walk(planWith(way()), [opened, answered, given]);
    expect(done).to.deep.equal(['answer', 'announce', 'part']);
    expect(state.at).to.equal('parting');
  });
});
