/** What holds for every order of events, however unlikely. */
import { expect } from 'chai';
import fc from 'fast-check';
import { routeItinerary, type RouteRinging } from '../../../src/calls/inbound/itinerary.js';
import * as inbound from '../../../src/calls/inbound/transition.js';
import * as outbound from '../../../src/calls/outbound/transition.js';

const ending = { by: 'halina', reason: 'error' } as const;
const why = fc.constantFrom('busy', 'no-answer', 'refused', 'unreachable' as const);
const target: fc.Arbitrary<RouteRinging['onBusy']> = fc.constantFrom(
  undefined,
  { handsets: ['202'] },
  { announce: 'closed' },
);

const inboundPlan: fc.Arbitrary<inbound.Plan> = fc.record({
  notice: fc.constantFrom('answered', 'early-media', 'none'),
  order: fc.constantFrom('before-ringing', 'while-ringing'),
  onFailure: fc.constantFrom('reject', 'connect-unrecorded'),
  choice: fc.boolean(),
  itinerary: fc
    .record({ onBusy: target, onNoAnswer: target })
    .map((targets) => routeItinerary({ handsets: ['201'], strategy: 'parallel', ring: 20_000, ...targets })),
});

const inboundEvent: fc.Arbitrary<inbound.Event> = fc.oneof(
  fc.record({ type: fc.constant('opened' as const), canHearEarly: fc.boolean() }),
  fc.record({
    type: fc.constantFrom(
      'caller-answered' as const,
      'notice-given' as const,
      'notice-failed' as const,
      'rings' as const,
      'answered' as const,
      'connected' as const,
      'parted' as const,
    ),
  }),
  fc.record({
    type: fc.constant('step-over' as const),
    outcome: fc.record({ is: fc.constant('unanswered' as const), why }),
  }),
  fc.constant({ type: 'ended' as const, ending }),
  fc.constant({ type: 'caller-left' as const, ending }),
  fc.record({ type: fc.constant('callee-left' as const), ending: fc.constant(ending), both: fc.boolean() }),
);

const outboundEvent: fc.Arbitrary<outbound.Event> = fc.oneof(
  fc.record({
    type: fc.constantFrom(
      'opened' as const,
      'callee-answered' as const,
      'notice-given' as const,
      'notice-failed' as const,
      'connected' as const,
    ),
  }),
  fc.record({ type: fc.constant('callee-rings' as const), media: fc.boolean() }),
  fc.constant({ type: 'ended' as const, ending }),
  fc.record({
    type: fc.constant('left' as const),
    who: fc.constantFrom('caller' as const, 'callee' as const),
    ending: fc.constant(ending),
    both: fc.boolean(),
  }),
);

/** The effects of all events, with the events between them. */
function run<State, Event, Effect>(
  initial: State,
  step: (state: State, event: Event) => readonly [State, readonly Effect[]],
  events: readonly Event[],
): { readonly state: State; readonly trace: { readonly event: Event; readonly effects: readonly Effect[] }[] } {
  let state = initial;
  const trace = events.map((event) => {
    const [next, effects] = step(state, event);
    state = next;
    return { event, effects };
  });
  return { state, trace };
}

describe('the machine of calls from outside', () => {
  const check = (
    property: (
      plan: inbound.Plan,
      result: ReturnType<typeof run<inbound.State, inbound.Event, inbound.Effect>>,
    ) => void,
  ): void => {
    fc.assert(
      fc.property(inboundPlan, fc.array(inboundEvent, { maxLength: 14 }), (plan, events) =>
        property(plan, run(inbound.initial, inbound.transition(plan), events)),
      ),
      { numRuns: 1000 },
    );
  };
  const done = (trace: readonly { effects: readonly inbound.Effect[] }[]): string[] =>
    trace.flatMap(({ effects }) => effects.map((effect) => effect.do));

  it('finishes at most once, and does nothing after it', () => {
    check((_plan, { state, trace }) => {
      const effects = done(trace);
      const finished = effects.indexOf('finish');
      expect(finished >= 0).to.equal(state.at === 'over');
      if (finished >= 0) expect(effects.slice(finished)).to.deep.equal(['finish']);
    });
  });

  it('always ends when it is told to', () => {
    fc.assert(
      fc.property(inboundPlan, fc.array(inboundEvent, { maxLength: 14 }), (plan, events) => {
        const { state } = run(inbound.initial, inbound.transition(plan), [...events, { type: 'ended', ending }]);
        expect(state.at).to.equal('over');
      }),
    );
  });

  it('connects at most once, and never before the notice was given or given up for good reason', () => {
    check((plan, { trace }) => {
      const at = trace.findIndex(({ effects }) => effects.some((effect) => effect.do === 'connect'));
      expect(done(trace).filter((one) => one === 'connect').length).to.be.at.most(1);
      if (at < 0 || plan.notice === 'none') return;
      const heard = trace.slice(0, at + 1).map(({ event }) => event.type);
      const isFine = heard.includes('notice-given') || (heard.includes('notice-failed') && plan.onFailure !== 'reject');
      expect(isFine, heard.join(' ')).to.equal(true);
    });
  });

  it('rings no handset before the notice has ended, unless that is wanted', () => {
    check((plan, { trace }) => {
      const at = trace.findIndex(({ effects }) => effects.some((effect) => effect.do === 'step'));
      if (at < 0 || plan.notice === 'none' || plan.order === 'while-ringing') return;
      const heard = trace.slice(0, at + 1).map(({ event }) => event.type);
      expect(heard.includes('notice-given') || heard.includes('notice-failed')).to.equal(true);
    });
  });

  it('marks the call as unrecorded when it goes on without its notice', () => {
    check((_plan, { trace }) => {
      const effects = done(trace);
      const given = trace.findIndex(({ event }) => event.type === 'notice-given');
      const failed = trace.findIndex(({ event, effects }) => event.type === 'notice-failed' && effects.length > 0);
      if (failed < 0 || (given >= 0 && given < failed) || effects.includes('finish')) return;
      expect(effects).to.include('unrecorded');
    });
  });
});

describe('the machine of calls that handsets make', () => {
  const plan: fc.Arbitrary<outbound.Plan> = fc.record({
    notice: fc.constantFrom('employee', 'automatic', 'none'),
    onFailure: fc.constantFrom('reject', 'connect-unrecorded'),
  });

  it('finishes at most once, connects at most once, and calls only once', () => {
    fc.assert(
      fc.property(plan, fc.array(outboundEvent, { maxLength: 12 }), (plan, events) => {
        const { state, trace } = run(outbound.initial, outbound.transition(plan), events);
        const effects = trace.flatMap(({ effects }) => effects.map((effect) => effect.do));
        for (const one of ['finish', 'connect', 'call', 'announce'] as const)
          expect(effects.filter((effect) => effect === one).length, one).to.be.at.most(1);
        expect(effects.includes('finish')).to.equal(state.at === 'over');
        if (plan.notice === 'automatic' && effects.includes('connect')) expect(effects).to.include('announce');
      }),
      { numRuns: 1000 },
    );
  });
});
