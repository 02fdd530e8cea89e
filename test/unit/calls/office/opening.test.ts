/** Opening hours: by example on the days that are special, and against a minute by minute reading of the clock. */
import { expect } from 'chai';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { openAt, type Schedule, type Weekday } from '../../../../src/calls/office/hours/opening.js';
import { publicHoliday } from '../../../../src/config/holidays.js';
import { parseDays, parseInterval, type Days, type Interval } from '../../../../src/config/opening.js';

const ZONE = 'Europe/Warsaw';
const MINUTE = 60_000;

const at = (local: string, zone = ZONE): number => Temporal.ZonedDateTime.from(`${local}[${zone}]`).epochMilliseconds;
const local = (instant: number | undefined): string | undefined =>
  instant === undefined
    ? undefined
    : Temporal.Instant.fromEpochMilliseconds(instant)
        .toZonedDateTimeISO(ZONE)
        .toPlainDateTime()
        .toString()
        .slice(0, 16);

const hours = (...texts: string[]): Interval[] =>
  texts.map((text) => parseInterval(text) ?? expect.fail(`${text} is no interval`));
const days = (text: string): Days => parseDays(text) ?? expect.fail(`${text} are no days`);

const none: Record<Weekday, Interval[]> = { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] };
const office = (changes: Partial<Schedule> = {}): Schedule => ({
  name: 'office',
  week: {
    ...none,
    mon: hours('08:00-18:00'),
    tue: hours('08:00-12:00', '13:00-16:00'),
    wed: hours('08:00-16:00'),
    thu: hours('08:00-16:00'),
    fri: hours('08:00-14:00'),
  },
  holidays: 'closed',
  exceptions: [],
  ...changes,
});

describe('opening hours', () => {
  const table: readonly (readonly [string, boolean, string, string | undefined, string | undefined])[] = [
    ['2026-11-30T07:59', false, 'week', undefined, '2026-11-30T08:00'],
    ['2026-11-30T08:00', true, 'week', undefined, '2026-11-30T18:00'],
    ['2026-11-30T18:00', false, 'week', undefined, '2026-12-01T08:00'],
    ['2026-12-01T12:00', false, 'week', undefined, '2026-12-01T13:00'],
    ['2026-12-04T14:00', false, 'week', undefined, '2026-12-07T08:00'],
    ['2026-12-23T16:00', false, 'week', undefined, '2026-12-28T08:00'],
    ['2026-12-24T10:00', false, 'holiday', 'Wigilia Bożego Narodzenia', '2026-12-28T08:00'],
    ['2026-06-04T10:00', false, 'holiday', 'Boże Ciało', '2026-06-05T08:00'],
  ];
  for (const [when, isOpen, why, name, until] of table)
    it(`at ${when}: ${isOpen ? 'open' : 'closed'} (${name ?? why}) until ${until}`, () => {
      const found = openAt(office(), at(when), ZONE);
      expect(found).to.include({ isOpen, why });
      expect(found.name).to.equal(name);
      expect(local(found.until)).to.equal(until);
    });

  it('a date goes before a day of every year, that before a holiday, that before the week', () => {
    const exceptions = [
      { on: days('12-31'), hours: [], why: 'Sylwester' },
      { on: days('2026-12-31'), hours: hours('08:00-10:00') },
      { on: days('2026-12-24..2026-12-26'), hours: hours('09:00-10:00'), why: 'dyżur' },
    ];
    const schedule = office({ exceptions });
    expect(openAt(schedule, at('2026-12-25T09:30'), ZONE)).to.include({
      isOpen: true,
      why: 'exception',
      name: 'dyżur',
    });
    expect(openAt(schedule, at('2026-12-31T09:00'), ZONE)).to.include({ isOpen: true, why: 'exception' });
    expect(openAt(schedule, at('2027-12-31T09:00'), ZONE)).to.include({ isOpen: false, name: 'Sylwester' });
  });

  it('open on holidays where it says so', () => {
    expect(openAt(office({ holidays: 'open' }), at('2026-12-24T10:00'), ZONE)).to.include({
      isOpen: true,
      why: 'week',
    });
  });

  it('night mode goes before everything, and has no end of its own', () => {
    const schedule = office();
    expect(openAt(schedule, at('2026-11-30T10:00'), ZONE, 'closed')).to.deep.equal({
      isOpen: false,
      why: 'night-mode',
      until: undefined,
    });
    expect(openAt(schedule, at('2026-12-25T03:00'), ZONE, 'open').isOpen).to.equal(true);
  });

  it('hours that touch at midnight are one', () => {
    const schedule = office({ week: { ...none, fri: hours('22:00-24:00'), sat: hours('00:00-06:00') } });
    const found = openAt(schedule, at('2026-11-27T23:00'), ZONE);
    expect([found.isOpen, local(found.until)]).to.deep.equal([true, '2026-11-28T06:00']);
    expect(local(openAt(schedule, at('2026-11-28T01:00'), ZONE).until)).to.equal('2026-11-28T06:00');
  });

  it('an office that never opens, or never closes, has no end in sight', () => {
    const whole = hours('00:00-24:00');
    const always = { mon: whole, tue: whole, wed: whole, thu: whole, fri: whole, sat: whole, sun: whole };
    const now = at('2026-11-27T12:00');
    expect(openAt(office({ week: none }), now, ZONE)).to.include({ isOpen: false, until: undefined });
    const open = openAt(office({ week: always, holidays: 'open' }), now, ZONE);
    expect(open).to.include({ isOpen: true, until: undefined });
    expect(local(openAt(office({ week: always }), now, ZONE).until)).to.equal('2026-12-24T00:00');
  });

  it('on the night on which clocks are set on, an hour that is not there takes no time', () => {
    const schedule = office({ week: { ...none, sun: hours('02:00-03:00', '03:30-04:00') } });
    expect(openAt(schedule, at('2026-03-29T01:59'), ZONE)).to.include({ isOpen: false });
    const after = openAt(schedule, at('2026-03-29T03:00'), ZONE);
    expect([after.isOpen, local(after.until)]).to.deep.equal([false, '2026-03-29T03:30']);
  });

  it('on the night on which they are set back, an hour that is there twice ends at the first', () => {
    const schedule = office({ week: { ...none, sun: hours('01:00-02:30') } });
    const first = at('2026-10-25T02:15:00+02:00');
    expect(openAt(schedule, first, ZONE)).to.include({ isOpen: true, until: first + 15 * MINUTE });
    expect(openAt(schedule, first + 60 * MINUTE, ZONE).isOpen).to.equal(false);
  });

  it('agree with a reading of the wall clock minute by minute, wherever no clock is set', () => {
    fc.assert(
      fc.property(schedules, instants, (schedule, instant) => {
        const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(ZONE);
        fc.pre(zoned.hoursInDay === 24);
        expect(openAt(schedule, instant, ZONE).isOpen).to.equal(byTheWall(schedule, zoned));
      }),
      { numRuns: 150 },
    );
  });

  it('stay as they are until the instant that they name, and change there', () => {
    fc.assert(
      fc.property(schedules, instants, fc.double({ min: 0, max: 1, noNaN: true }), (schedule, instant, part) => {
        const { isOpen, until } = openAt(schedule, instant, ZONE);
        if (until === undefined) return;
        expect(until).to.be.greaterThan(instant);
        const between = instant + Math.floor((until - 1 - instant) * part);
        expect(openAt(schedule, between, ZONE)).to.include({ isOpen, until });
        expect(openAt(schedule, until, ZONE).isOpen).to.equal(!isOpen);
      }),
      { numRuns: 150 },
    );
  });
});

const dayHours = fc
  .uniqueArray(fc.integer({ min: 0, max: 48 }), { maxLength: 6 })
  .map((halves) => halves.toSorted((a, b) => a - b))
  .map((halves) =>
    Array.from({ length: Math.floor(halves.length / 2) }, (_, n) => ({
      from: (halves[2 * n] ?? 0) * 30,
      to: (halves[2 * n + 1] ?? 0) * 30,
    })),
  );
const schedules: fc.Arbitrary<Schedule> = fc.record({
  name: fc.constant('office'),
  week: fc.record({ mon: dayHours, tue: dayHours, wed: dayHours, thu: dayHours, fri: dayHours, sat: dayHours, sun: dayHours }), // prettier-ignore
  holidays: fc.constantFrom('open', 'closed'),
  exceptions: fc.array(
    fc.record({
      on: fc.constantFrom('12-24', '2026-06-04', '2026-03-27..2026-04-02', '2026-10-20..2026-10-28').map(days),
      hours: dayHours,
    }),
    { maxLength: 3 },
  ),
});
const instants = fc.integer({ min: Date.UTC(2025, 11, 1), max: Date.UTC(2027, 1, 1) });

/** The same, said without instants: the day's intervals against hour and minute of the wall clock. */
function byTheWall(schedule: Schedule, zoned: Temporal.ZonedDateTime): boolean {
  const { year, month, day } = zoned;
  const number = Date.UTC(year, month - 1, day);
  const exception =
    schedule.exceptions.find(
      ({ on }) =>
        on.kind === 'dated' &&
        Date.UTC(on.first.year, on.first.month - 1, on.first.day) <= number &&
        number <= Date.UTC(on.last.year, on.last.month - 1, on.last.day),
    ) ?? schedule.exceptions.find(({ on }) => on.kind === 'yearly' && on.month === month && on.day === day);
  const isHoliday = schedule.holidays === 'closed' && publicHoliday({ year, month, day }) !== undefined;
  const names = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
  const todays = exception?.hours ?? (isHoliday ? [] : schedule.week[names[zoned.dayOfWeek - 1] ?? 'mon']);
  const minute = zoned.hour * 60 + zoned.minute;
  return todays.some(({ from, to }) => from <= minute && minute < to);
}
