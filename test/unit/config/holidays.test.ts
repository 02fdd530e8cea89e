/** Polish public holidays, against the calendars of years and against the definition of Easter's neighbours. */
import { expect } from 'chai';
import { easter, publicHoliday } from '../../../src/config/holidays.js';

/** Published dates of Easter Sunday: the earliest and latest possible ones, both exceptions of the rule, and our years. */
const easters: readonly (readonly [number, number, number])[] = [
  [1818, 3, 22],
  [1943, 4, 25],
  [1954, 4, 18],
  [1961, 4, 2],
  [1981, 4, 19],
  [2000, 4, 23],
  [2008, 3, 23],
  [2019, 4, 21],
  [2024, 3, 31],
  [2025, 4, 20],
  [2026, 4, 5],
  [2027, 3, 28],
  [2028, 4, 16],
  [2029, 4, 1],
  [2030, 4, 21],
  [2038, 4, 25],
  [2049, 4, 18],
  [2076, 4, 19],
];

const all = (year: number): string[] => {
  const found: string[] = [];
  for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += 86_400_000) {
    const day = new Date(at);
    const date = { year, month: day.getUTCMonth() + 1, day: day.getUTCDate() };
    if (publicHoliday(date) !== undefined) found.push(day.toISOString().slice(5, 10));
  }
  return found;
};

describe('Polish public holidays', () => {
  for (const [year, month, day] of easters)
    it(`Easter ${year} is on ${day}.${month}`, () => expect(easter(year)).to.deep.equal({ year, month, day }));

  it('Easter is a Sunday from 22 March to 25 April in every year of the Gregorian calendar to come', () => {
    for (let year = 1900; year <= 2400; year++) {
      const { month, day } = easter(year);
      expect(new Date(Date.UTC(year, month - 1, day)).getUTCDay(), `${year}`).to.equal(0);
      expect(month * 100 + day, `${year}`).to.be.within(322, 425);
    }
  });

  it('are in 2026 these, and no others', () => {
    expect(all(2026)).to.deep.equal(
      ['01-01', '01-06', '04-05', '04-06', '05-01', '05-03', '05-24', '06-04', '08-15', '11-01', '11-11', '12-24', '12-25', '12-26'], // prettier-ignore
    );
  });

  it('Christmas Eve is one since 2025 only', () => {
    expect(publicHoliday({ year: 2024, month: 12, day: 24 })).to.equal(undefined);
    expect(publicHoliday({ year: 2025, month: 12, day: 24 })).to.equal('Wigilia Bożego Narodzenia');
  });

  it('has the movable ones where they belong', () => {
    expect(publicHoliday({ year: 2027, month: 3, day: 28 })).to.equal('Wielkanoc');
    expect(publicHoliday({ year: 2027, month: 3, day: 29 })).to.equal('Poniedziałek Wielkanocny');
    expect(publicHoliday({ year: 2027, month: 5, day: 16 })).to.equal('Zielone Świątki');
    expect(publicHoliday({ year: 2027, month: 5, day: 27 })).to.equal('Boże Ciało');
  });

  it('where two fall on one day there is one', () => {
    expect(all(2008)).to.include('05-01'); // Ascension Day fell there, Labour Day is what is free
    expect(all(2008).filter((day) => day === '05-01')).to.have.length(1);
  });
});
