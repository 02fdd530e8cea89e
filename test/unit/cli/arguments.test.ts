/** Arguments of the command line, and times in the office's zone. */
import { expect } from 'chai';
import fc from 'fast-check';
import { countArgument, sizeArgument, timeArgument } from '../../../src/cli/arguments.js';
import { formatTime, instantOf } from '../../../src/cli/zone.js';

const WARSAW = 'Europe/Warsaw';

describe('an argument of the command line', () => {
  it('that is a size is read in its unit', () => {
    expect(sizeArgument('50GB')).to.equal(50e9);
    for (const wrong of ['50', 'GB', '-1GB', '0GB', '']) expect(() => sizeArgument(wrong), wrong).to.throw('e.g. 50GB');
  });

  it('that is a count is held to its bounds', () => {
    const count = countArgument(1, 500);
    expect([count('1'), count('500')]).to.deep.equal([1, 500]);
    for (const wrong of ['0', '501', '1.5', 'x', ' ']) expect(() => count(wrong), wrong).to.throw('from 1 to 500');
  });

  it('that is a time is a date, or date and time', () => {
    expect(timeArgument('2026-03-23')).to.deep.equal({ wall: Date.UTC(2026, 2, 23) });
    expect(timeArgument('2026-03-23T08:05')).to.deep.equal({ wall: Date.UTC(2026, 2, 23, 8, 5) });
    expect(timeArgument('2026-03-23 08:05:09')).to.deep.equal({ wall: Date.UTC(2026, 2, 23, 8, 5, 9) });
    for (const wrong of ['yesterday', '2026-02-30', '2026-13-01', '2026-03-23T24:00', '2026-03-23T08:60', '23.03.2026'])
      expect(() => timeArgument(wrong), wrong).to.throw('Write a date');
  });
});

describe('a time in the office’s zone', () => {
  it('follows summer and winter', () => {
    expect(formatTime(Date.UTC(2026, 0, 5, 8), WARSAW)).to.equal('2026-01-05 09:00:00');
    expect(formatTime(Date.UTC(2026, 6, 5, 22, 30), WARSAW)).to.equal('2026-07-06 00:30:00');
    expect(instantOf(Date.UTC(2026, 0, 5, 9), WARSAW)).to.equal(Date.UTC(2026, 0, 5, 8));
    expect(instantOf(Date.UTC(2026, 6, 5, 9), WARSAW)).to.equal(Date.UTC(2026, 6, 5, 7));
  });

  it('that is there twice, at the end of summer time, is the earlier', () => {
    expect(instantOf(Date.UTC(2026, 9, 25, 2, 30), WARSAW)).to.equal(Date.UTC(2026, 9, 25, 0, 30));
  });

  it('that the beginning of summer time leaves out is within the hour around it', () => {
    const instant = instantOf(Date.UTC(2026, 2, 29, 2, 30), WARSAW);
    expect(Math.abs(instant - Date.UTC(2026, 2, 29, 1))).to.be.at.most(3_600_000);
  });

  it('leads back to the instant, in any zone, but for the hour that is there twice', () => {
    const zones = fc.constantFrom(WARSAW, 'UTC', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Auckland');
    const instants = fc.integer({ min: 1_600_000_000, max: 1_900_000_000 }).map((seconds) => seconds * 1000);
    fc.assert(
      fc.property(instants, zones, (instant, zone) => {
        const text = formatTime(instant, zone);
        const back = instantOf(Date.parse(`${text.replace(' ', 'T')}Z`), zone);
        expect(formatTime(back, zone)).to.equal(text);
        expect(instant - back).to.be.oneOf([0, 3_600_000]);
      }),
      { numRuns: 200 },
    );
  });
});
