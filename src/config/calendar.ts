/**
 * Days of the office's calendar and the terms that are counted in them, as the code of administrative procedure counts:
 * the day of the event itself is not counted, a term in months ends on the same day of the last month (or its last day),
 * and one that would end on a Saturday or a holiday ends on the next day that is neither (art. 57 §§ 1, 3 and 4).
 */
import { Temporal } from 'temporal-polyfill';
import { publicHoliday } from './holidays.js';

/** A day, `2026-11-28`. */
export type Day = string;

const SATURDAY = 6;

/** The day that it is in the zone at an instant (Unix milliseconds). */
export const dayAt = (at: number, zone: string): Day =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString();

/** The first instant of the day, Unix milliseconds. */
export const startOf = (day: Day, zone: string): number =>
  Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds;

/** The first instant that is no longer in the day. */
export const endOf = (day: Day, zone: string): number =>
  Temporal.PlainDate.from(day).add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds;

/** Neither Saturday nor Sunday nor a public holiday. */
export function isWorkingDay(day: Day): boolean {
  const date = Temporal.PlainDate.from(day);
  return date.dayOfWeek < SATURDAY && publicHoliday(date) === undefined;
}

/** The day itself, or the first working day after it. */
export function workingDayFrom(day: Day): Day {
  let date = Temporal.PlainDate.from(day);
  while (!isWorkingDay(date.toString())) date = date.add({ days: 1 });
  return date.toString();
}

/** Where a term that runs from `day` ends. */
export function termEnd(day: Day, term: { readonly days?: number; readonly months?: number }): Day {
  return workingDayFrom(
    Temporal.PlainDate.from(day)
      .add({ days: term.days ?? 0, months: term.months ?? 0 })
      .toString(),
  );
}

/** So many days later by the calendar, whatever day that is. */
export const addDays = (day: Day, days: number): Day => Temporal.PlainDate.from(day).add({ days }).toString();
