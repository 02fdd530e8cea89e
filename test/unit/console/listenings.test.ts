import { expect } from 'chai';
import { byListening, joined, type Line } from '../../../src/console/web/listenings.js';

describe('the log of a call, by listening', () => {
  let seq = 0;
  const line = (event: string, facts: Line['facts']): Line => {
    seq += 1;
    return { seq, at: seq * 1000, event, actor: { by: 'account', id: 'anna' }, facts, personal: {} };
  };
  const played = (grant: string, what: string, from: number, to?: number): Line =>
    line('playback', { what, from, grant, ...(to === undefined ? {} : { to }) });

  it('has one line for what was sent and heard under one grant, where it began', () => {
    const purpose = line('purpose', { purpose: 'complaint' });
    const lines = [
      purpose,
      played('a', 'sending', 0),
      played('a', 'heard', 0, 15.2),
      played('b', 'sending', 40),
      played('a', 'heard', 15.3, 30),
      played('a', 'served', 0, 60),
      played('a', 'sending', 90),
      played('a', 'heard', 90, 95),
      line('hold', { what: 'placed' }),
    ];
    const seen = byListening(lines.toReversed()).map(({ at, event, facts }) => ({ at, event, facts }));
    expect(seen).to.deep.equal([
      { at: 9000, event: 'hold', facts: { what: 'placed' } },
      { at: 4000, event: 'playback', facts: { sending: [[40, 40]] } },
      { at: 2000, event: 'playback', facts: { heard: [[0, 30], [90, 95]], served: [[0, 60]], sending: [[90, 90]] } }, // prettier-ignore
      { at: 1000, event: 'purpose', facts: { purpose: 'complaint' } },
    ]);
  });

  it('keeps stretches apart that do not touch, and counts what was heard twice once', () => {
    expect(joined([[60, 70], [0, 10], [10.5, 20], [5, 12]])).to.deep.equal([[0, 20], [60, 70]]); // prettier-ignore
    expect(joined([])).to.deep.equal([]);
  });
});
