import { expect } from 'chai';
import { forecast, weekdayOf } from '../../../src/archive/forecast.js';
import type { ForecastInput } from '../../../src/archive/forecast.js';
import { forecastText } from '../../../src/archive/pace.js';
import { DAY, entryAt, openArchive, policy, recordCall } from '../../support/archive-fixture.js';

const today = Date.UTC(2026, 0, 5) / DAY; // a Monday
/** 100 bytes on working days, 10 at weekends: 520 a week. */
const pace = [10, 100, 100, 100, 100, 100, 10];
const past = (days: number, bytes = (day: number): number => pace[weekdayOf(day)] ?? 0): ForecastInput['present'] =>
  Array.from({ length: days }, (_, i) => ({ day: today - 1 - i, bytes: bytes(today - 1 - i) }));
const asked = (changes: Partial<ForecastInput>): ForecastInput => ({
  today,
  present: [],
  pace,
  room: 5200,
  maxAge: 365,
  keepAtLeast: 0,
  ...changes,
});

describe('the forecast of the archive', () => {
  it('counts weekdays as they are', () => {
    expect(weekdayOf(today)).to.equal(1);
    expect(weekdayOf(0)).to.equal(4);
  });

  it('says how far back it reaches at the pace of the weeks, no further than the greatest age', () => {
    expect(forecast(asked({})).reachDays).to.equal(70);
    expect(forecast(asked({ room: 5200 + 120 })).reachDays).to.equal(73); // Sunday, Saturday and Friday more
    expect(forecast(asked({ maxAge: 30 })).reachDays).to.equal(30);
    expect(forecast(asked({ pace: [0, 0, 0, 0, 0, 0, 0] })).reachDays).to.equal(365);
    expect(forecast(asked({ room: 0 })).reachDays).to.equal(0);
    expect(forecast(asked({})).weekBytes).to.equal(520);
  });

  it('says when a young archive will be full, and when it will reach what was promised', () => {
    const young = forecast(asked({ present: past(14), keepAtLeast: 60 }));
    expect(young.fullOn).to.equal(today + 57);
    expect(young.promise).to.deep.equal({ days: 60, state: 'comes', on: today + 46 });
    expect(forecastText(young)).to.equal(
      'at this pace the archive reaches back 70 days; on 2026-02-20 it will reach the promised 60',
    );
    expect(forecast(asked({ present: past(65), keepAtLeast: 60 })).promise).to.deep.equal({ days: 60, state: 'kept' });
  });

  it('is full today where more is there than there is room for', () => {
    expect(forecast(asked({ present: past(60), room: 2000 })).fullOn).to.equal(today);
  });

  it('says from when a promise breaks, and that it can’t be kept at all', () => {
    const quiet = past(200, () => 5);
    const breaks = forecast(asked({ present: quiet, room: 3000, keepAtLeast: 60 }));
    expect(breaks.promise?.state).to.equal('breaks');
    expect((breaks.promise?.on ?? 0) - today).to.be.within(30, 45);
    const never = forecast(asked({ present: past(30), room: 2200, keepAtLeast: 60 }));
    expect(never.promise?.state).to.equal('never');
    expect(forecastText(never)).to.match(/^at this pace the archive reaches back 31 days; the promised 60 days do not/);
  });

  it('takes the pace from what was recorded in the last weeks, evicted or not, and the room from the budget', async () => {
    const fixture = await openArchive({ policy: { ...policy, quota: 3_000_000, keepAtLeast: 0 } });
    const { archive, clock } = fixture;
    for (let day = 0; day < 29; day++) {
      const at = clock.now();
      await recordCall(fixture, 30, entryAt(at)); // about 108 kB
      await archive.idle();
      clock.advance(at + DAY - clock.now());
      await archive.idle();
    }
    const before = await archive.forecast();
    const bytes = archive.usage().recordings;
    expect(before.weekBytes / 7).to.be.within(105_000, 111_000);
    expect(bytes).to.be.lessThan(29);
    expect(before.reachDays).to.be.within(bytes - 2, bytes + 2);
    expect(before.fullOn).to.be.within(before.today, before.today + 3);
    const doubled = await archive.forecast(6_000_000);
    expect(doubled.reachDays).to.be.within(before.reachDays + 24, before.reachDays + 30);
  });
});
