/** A party that had answered leaves before the two talk: what that is called depends on the moment. */
import { expect } from 'chai';
import * as inbound from '../../../src/calls/inbound/transition.js';
import * as outbound from '../../../src/calls/outbound/transition.js';
import type { Ending } from '../../../src/calls/call/ending.js';
import type { Step } from '../../../src/calls/steps/step.js';

const completed = (by: Ending['by']): Ending => ({ by, reason: 'completed', at: 7 });
const talkedAtOnce = { do: 'talked-at-once', at: 7 };

describe('a party of a handset’s call that leaves before it is connected', () => {
  const step = outbound.transition({ notice: 'automatic', onFailure: 'reject' });
  for (const [at, who, both, reason] of [
    ['greeting', 'callee', false, 'refused'],
    ['connecting', 'callee', false, 'refused'],
    ['connecting', 'callee', true, 'talk'],
    ['connecting', 'caller', true, 'talk'],
    ['calling', 'caller', true, 'cancelled'],
  ] as const)
    it(`as the ${who}, ${at}, ${both ? 'both' : 'one'} answered: ${reason}`, () => {
      const left = completed(who === 'caller' ? 'employee' : 'outside');
      const [state, effects] = step({ at }, { type: 'left', who, ending: left, both });
      const ending = reason === 'talk' ? left : { by: left.by, reason };
      expect(state).to.deep.equal({ at: 'over', ending });
      const finish = { do: 'finish', ending };
      expect(effects).to.deep.equal(reason === 'talk' ? [talkedAtOnce, finish] : [finish]);
    });

  it('because the SIP server lost it keeps that reason', () => {
    const lost: Ending = { by: 'outside', reason: 'peer-lost' };
    const [state] = step({ at: 'greeting' }, { type: 'left', who: 'callee', ending: lost, both: false });
    expect(state).to.deep.equal({ at: 'over', ending: lost });
  });

  it('does nothing to a call that is over', () => {
    const over: outbound.State = { at: 'over', ending: completed('halina') };
    expect(step(over, { type: 'left', who: 'callee', ending: completed('outside'), both: true })).to.deep.equal([
      over,
      [],
    ]);
  });
});

describe('a party of a call from outside that leaves before it is connected', () => {
  const ring: Step = { do: 'ring', handsets: ['201'], strategy: 'parallel', ringMs: 20_000 };
  const end: Ending = { by: 'halina', reason: 'no-answer' };
  const stepWith = (choice: boolean) =>
    inbound.transition({
      notice: 'answered',
      order: 'while-ringing',
      onFailure: 'reject',
      choice,
      itinerary: { first: ring, next: () => ({ do: 'finish', ending: end }) },
    });
  const greeting: inbound.State = { at: 'greeting', caller: 'answered', meanwhile: { is: 'answered' } };
  const walking: inbound.State = { at: 'walking', caller: 'answered', step: ring };
  const connecting: inbound.State = { at: 'connecting' };
  const parting: inbound.State = { at: 'parting', ending: end };

  for (const [where, state, choice, reason] of [
    ['hears the notice', greeting, false, 'cancelled'],
    ['hears the notice, with a choice to make', greeting, true, 'caller-declined'],
    ['hears it ring, with a choice made', walking, true, 'cancelled'],
  ] as const)
    it(`as a caller who ${where}: ${reason}`, () => {
      const [after] = stepWith(choice)(state, { type: 'caller-left', ending: completed('outside') });
      expect(after).to.deep.equal({ at: 'over', ending: { by: 'outside', reason } });
    });

  it('as a caller who is told that nobody comes changes nothing of that', () => {
    const [after] = stepWith(false)(parting, { type: 'caller-left', ending: completed('outside') });
    expect(after).to.deep.equal({ at: 'over', ending: end });
  });

  it('as either, when both have answered, is a talk of no length', () => {
    for (const event of [
      { type: 'caller-left', ending: completed('outside') },
      { type: 'callee-left', ending: completed('employee'), both: true },
    ] as const) {
      const { ending } = event;
      expect(stepWith(false)(connecting, event)).to.deep.equal([
        { at: 'over', ending },
        [talkedAtOnce, { do: 'finish', ending }],
      ]);
    }
  });

  it('as a handset before the caller was answered has refused', () => {
    const [after] = stepWith(false)(connecting, { type: 'callee-left', ending: completed('employee'), both: false });
    expect(after).to.deep.equal({ at: 'over', ending: { by: 'employee', reason: 'refused' } });
  });

  it('as a handset that had answered while the notice plays has not answered', () => {
    const event = { type: 'callee-left', ending: completed('employee'), both: false } as const;
    const [after, effects] = stepWith(false)(greeting, event);
    const outcome = { is: 'unanswered', why: 'no-answer' };
    expect(after).to.deep.equal({ ...greeting, meanwhile: { is: 'failed', step: ring, outcome } });
    expect(effects).to.deep.equal([{ do: 'detach' }]);
  });
});
