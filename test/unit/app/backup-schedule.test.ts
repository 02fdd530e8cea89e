import { expect } from 'chai';
import { Alarms } from '../../../src/base/alarms.js';
import { silentLog } from '../../../src/base/log.js';
import { BackupSchedule, nextTime } from '../../../src/app/backup-schedule.js';
import type { BackupResult } from '../../../src/app/backup-schedule.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const ZONE = 'Europe/Warsaw';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text);
const result: BackupResult = { snapshot: 'x.snapshot', files: 3, newFiles: 1, newBytes: 10 };

describe('backups by the clock', () => {
  it('are due at the time of the office, whatever its offset is that day', () => {
    expect(nextTime(at('2026-11-28T00:00:00Z'), '02:30', ZONE)).to.equal(at('2026-11-28T01:30:00Z'));
    expect(nextTime(at('2026-11-28T01:30:00Z'), '02:30', ZONE)).to.equal(at('2026-11-29T01:30:00Z'));
    expect(nextTime(at('2026-07-01T12:00:00Z'), '02:30', ZONE)).to.equal(at('2026-07-02T00:30:00Z'));
    // The clocks go on from 02:00 to 03:00 that night.
    expect(nextTime(at('2026-03-28T12:00:00Z'), '02:30', ZONE)).to.equal(at('2026-03-29T01:30:00Z'));
  });

  async function begin(latest: number | undefined, outcomes: ('good' | 'bad')[], now = at('2026-11-28T10:00:00Z')) {
    const clock = new VirtualClock(now);
    const alarms = new Alarms(clock, silentLog);
    const taken: number[] = [];
    const schedule = new BackupSchedule({
      target: '/mnt/backup',
      at: '02:30',
      zone: () => ZONE,
      latest: () => Promise.resolve(latest),
      take: () => {
        taken.push(clock.now());
        return outcomes.shift() === 'bad' ? Promise.reject(new Error('the disk is full')) : Promise.resolve(result);
      },
      clock,
      alarms,
      log: silentLog,
    });
    const pass = async (ms: number): Promise<void> => {
      for (let left = ms; left > 0; left -= 600_000) {
        clock.advance(Math.min(left, 600_000));
        for (let i = 0; i < 5; i++) await new Promise(setImmediate);
      }
    };
    await new Promise(setImmediate);
    return { clock, alarms, taken, schedule, pass, now };
  }

  it('begin at once where there is none yet, and go on every day', async () => {
    const { taken, schedule, pass, now } = await begin(undefined, []);
    await pass(3 * DAY);
    expect(taken[0]).to.be.within(now, now + 10_000);
    expect(taken.slice(1)).to.deep.equal(
      ['2026-11-29', '2026-11-30', '2026-12-01'].map((day) => at(`${day}T01:30:00Z`)),
    );
    expect(schedule.state).to.include({ lastAt: taken.at(-1), running: false, failure: undefined });
    await schedule.close();
  });

  it('make up for a day that was missed, and do not repeat one that was not', async () => {
    const missed = await begin(at('2026-11-27T01:30:00Z'), []);
    await missed.pass(60_000);
    expect(missed.taken).to.have.length(1);
    await missed.schedule.close();
    const current = await begin(at('2026-11-28T01:30:10Z'), []);
    await current.pass(HOUR);
    expect(current.taken).to.deep.equal([]);
    expect(current.schedule.state.nextAt).to.equal(at('2026-11-29T01:30:00Z'));
    await current.schedule.close();
  });

  it('that fail are an alarm and tried again in an hour; one that succeeds ends it', async () => {
    const { alarms, taken, schedule, pass } = await begin(undefined, ['bad', 'bad']);
    await pass(1_200_000);
    expect(alarms.list().map(({ code, subject }) => `${code} ${subject}`)).to.deep.equal(['BACKUP_FAILED /mnt/backup']);
    expect(schedule.state).to.include({ failure: 'the disk is full', lastAt: undefined });
    await pass(2.5 * HOUR);
    expect(taken).to.have.length(3);
    expect(alarms.list()).to.deep.equal([]);
    expect(schedule.state).to.include({ failure: undefined, lastAt: taken[2] });
    await schedule.close();
  });
});
