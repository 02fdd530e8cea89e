/**
 * Public holidays, computed: those of Poland by the act of 18 January 1951 on days free from work, as amended (6 January
 * since 2011, 24 December since 2025), with the movable ones by the Gregorian computus.
 */
import type { CalendarDate } from './opening.js';

interface Fixed {
  readonly month: number;
  readonly day: number;
  readonly name: string;
  /** The first year in which it was free. */
  readonly since?: number;
}

const fixed: readonly Fixed[] = [
  { month: 1, day: 1, name: 'Nowy Rok' },
  { month: 1, day: 6, name: 'Święto Trzech Króli', since: 2011 },
  { month: 5, day: 1, name: 'Święto Państwowe' },
  { month: 5, day: 3, name: 'Święto Narodowe Trzeciego Maja' },
  { month: 8, day: 15, name: 'Wniebowzięcie Najświętszej Maryi Panny' },
  { month: 11, day: 1, name: 'Wszystkich Świętych' },
  { month: 11, day: 11, name: 'Narodowe Święto Niepodległości' },
  { month: 12, day: 24, name: 'Wigilia Bożego Narodzenia', since: 2025 },
  { month: 12, day: 25, name: 'pierwszy dzień Bożego Narodzenia' },
  { month: 12, day: 26, name: 'drugi dzień Bożego Narodzenia' },
];

/** Days after Easter Sunday. */
const movable: readonly { readonly after: number; readonly name: string }[] = [
  { after: 0, name: 'Wielkanoc' },
  { after: 1, name: 'Poniedziałek Wielkanocny' },
  { after: 49, name: 'Zielone Świątki' },
  { after: 60, name: 'Boże Ciało' },
];

/** Countries whose holidays are known here. */
export const holidayCountries: readonly string[] = ['PL'];

/**
 * Easter Sunday of a Gregorian year: the Sunday after the first full moon of the church's calendar from 21 March on.
 * The moon's age comes from the golden number, corrected by the century for leap days left out (solar) and for the
 * moon's drift against the calendar (lunar).
 */
export function easter(year: number): CalendarDate {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const solar = century - Math.floor(century / 4);
  const lunar = Math.floor((8 * century + 13) / 25);
  const age = (19 * golden + solar - lunar + 15) % 30;
  // The full moon is never taken to be on 19 April, nor on the 18th in the later half of the moon's cycle.
  const early = age === 29 || (age === 28 && golden > 10) ? 1 : 0;
  const moon = 21 + age - early; // as a day of March
  const sunday = moon + 7 - weekday(year, moon);
  return sunday > 31 ? { year, month: 4, day: sunday - 31 } : { year, month: 3, day: sunday };
}

/** Of a day counted from the beginning of March; 0 is Sunday. */
const weekday = (year: number, dayOfMarch: number): number => new Date(Date.UTC(year, 2, dayOfMarch)).getUTCDay();

/** The name of the public holiday that the day is; undefined for other days. */
export function publicHoliday(date: CalendarDate): string | undefined {
  const { year, month, day } = date;
  const one = fixed.find((holiday) => holiday.month === month && holiday.day === day);
  if (one && (one.since ?? 0) <= year) return one.name;
  const sunday = easter(year);
  const after = Math.round(
    (Date.UTC(year, month - 1, day) - Date.UTC(year, sunday.month - 1, sunday.day)) / 86_400_000,
  );
  return movable.find((holiday) => holiday.after === after)?.name;
}
