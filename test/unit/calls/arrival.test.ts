import { expect } from 'chai';
import { answeredAt } from '../../../src/calls/call/leaving.js';
import { arrivalOf } from '../../../src/calls/srf-raw.js';

const at = (text: string): number => Date.parse(`2026-03-09T${text}Z`);

describe('when something arrived at the SIP server', () => {
  it('is the time of day that the server wrote', () => {
    expect(arrivalOf({ stackTime: '12:00:00.250000' }, at('12:00:01.000'))).to.equal(at('12:00:00.250'));
  });

  it('is of yesterday, where midnight lies between', () => {
    const now = Date.parse('2026-03-10T00:00:00.100Z');
    expect(arrivalOf({ stackTime: '23:59:59.900000' }, now)).to.equal(now - 200);
  });

  it('is now, where the server’s clock or zone is another, or it says nothing that can be read', () => {
    const now = at('12:00:00.000');
    for (const stackTime of ['13:00:00.000000', '11:00:00.000000', '12:00:01.000000', 'noon'])
      expect(arrivalOf({ stackTime }, now), stackTime).to.equal(now);
    expect(arrivalOf({}, now)).to.equal(now);
  });

  it('is the callee’s answer, unless its dialog is older than the call', () => {
    expect(answeredAt({ confirmedAt: 990_000 }, 999_000)).to.equal(990_000);
    expect(answeredAt({ confirmedAt: 980_000 }, 999_000)).to.equal(999_000);
    expect(answeredAt({ confirmedAt: 999_500 }, 999_000)).to.equal(999_000);
  });
});
