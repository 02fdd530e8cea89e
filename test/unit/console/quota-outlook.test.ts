import { expect } from 'chai';
import { boundsOf, fillingOf, toneOf, type Outlook } from '../../../src/console/web/quota-outlook.js';

const outlook = (recordings: number, forecast: Partial<Outlook['forecast']> = {}, fits = true): Outlook => ({
  plan: { recordings, bytes: recordings * 1000, fits },
  forecast: { reachDays: 250, weekBytes: 840, today: '2026-03-10', fullOn: '2026-08-14', ...forecast },
});

describe('the outlook of a quota', () => {
  it('is full at once where recordings go for it, whatever day was counted', () => {
    expect(fillingOf(outlook(814))).to.deep.equal({ when: 'at-once' });
    expect(fillingOf(outlook(0))).to.deep.equal({ when: 'on', day: '2026-08-14' });
    expect(fillingOf(outlook(0, { fullOn: '2026-03-10' }))).to.deep.equal({ when: 'already' });
    const { fullOn: _, ...never } = outlook(0).forecast;
    expect(fillingOf({ ...outlook(0), forecast: never })).to.deep.equal({ when: 'not-foreseen' });
  });

  it('is bad where a promise is broken or holds take more, a warning where recordings go', () => {
    expect(toneOf(outlook(0))).to.equal('good');
    expect(toneOf(outlook(3))).to.equal('warn');
    expect(toneOf(outlook(3, {}, false))).to.equal('bad');
    for (const [state, tone] of [
      ['kept', 'good'],
      ['comes', 'good'],
      ['breaks', 'bad'],
      ['never', 'bad'],
    ] as const)
      // prettier-ignore
      expect(toneOf(outlook(0, { promise: { days: 90, state } })), state).to.equal(tone);
  });

  it('is slid from a step to what the disk can hold, and never below what stands', () => {
    expect(boundsOf(197.4e9, 50e9)).to.deep.equal({ min: 1, max: 197, step: 1 });
    expect(boundsOf(5.55e9, 2e9)).to.deep.equal({ min: 0.1, max: 5.5, step: 0.1 });
    expect(boundsOf(1e9, 50e9).max).to.equal(50);
    expect(boundsOf(0, 0.05e9)).to.deep.equal({ min: 0.01, max: 0.05, step: 0.01 });
  });
});
