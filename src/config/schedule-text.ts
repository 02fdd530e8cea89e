/** Opening hours between the configuration and a form: each day as one line of text. */
import { inQuotes, listSection, type Entry, type Listed, type Written } from './list-section.js';
import { formatTime, parseDays, parseInterval, type CalendarDate, type Days, type Interval } from './opening.js';
import { mistakesIn, type FieldMistake, type Mistake } from './place-text.js';
import type { Config } from './schema.js';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** One of the schedules; hours as `08:00-12:00, 13:00-16:00`, empty: closed. */
export interface ScheduleForm extends Listed {
  readonly name: string;
  readonly week: Readonly<Record<(typeof weekdays)[number], string>>;
  readonly holidays: 'closed' | 'open';
  readonly exceptions: readonly ExceptionForm[];
}

/** A day that is not like others of its kind. */
export interface ExceptionForm extends Listed {
  readonly on: string;
  readonly hours: string;
  readonly why: string;
}

const hoursText = (all: readonly Interval[]): string =>
  all.map(({ from, to }) => `${formatTime(from)}-${formatTime(to)}`).join(', ');

const two = (n: number): string => String(n).padStart(2, '0');
const dateText = ({ year, month, day }: CalendarDate): string => `${year}-${two(month)}-${two(day)}`;

function daysText(days: Days): string {
  if (days.kind === 'yearly') return `${two(days.month)}-${two(days.day)}`;
  const [first, last] = [dateText(days.first), dateText(days.last)];
  return first === last ? first : `${first}..${last}`;
}

export const scheduleForms = ({ schedules }: Pick<Config, 'schedules'>): ScheduleForm[] =>
  schedules.map(({ name, week, holidays, exceptions }, was) => ({
    was,
    name,
    week: Object.fromEntries(weekdays.map((day) => [day, hoursText(week[day])])) as ScheduleForm['week'],
    holidays,
    exceptions: exceptions.map(({ on, hours, why = '' }, n) => ({ was: n, on: daysText(on), hours: hoursText(hours), why })), // prettier-ignore
  }));

/** People write `8-16` and `8:00–16:00` too. */
const asHours = (one: string): string =>
  one.replace(/[–—]/g, '-').replace(/(^|-)(\s*)(\d{1,2})(?=\s*(-|$))/g, '$1$2$3:00');

const listOf = (hours: string): string[] =>
  hours
    .split(',')
    .map((one) => asHours(one.trim()))
    .filter((one) => one !== '');

const hoursMistake = (hours: string): Mistake | undefined => {
  const which = listOf(hours).find((one) => parseInterval(one) === undefined);
  return which === undefined ? undefined : { what: 'no-hours', which };
};
const dayMistake = (on: string): Mistake | undefined =>
  parseDays(on.trim()) ? undefined : { what: 'no-day', which: on.trim() };

/** Fields `week.mon`, `exceptions.0.on`. */
export const scheduleMistakes = (forms: readonly ScheduleForm[]): FieldMistake[] =>
  mistakesIn(forms, ({ week, exceptions }) => ({
    ...Object.fromEntries(weekdays.map((day) => [`week.${day}`, hoursMistake(week[day])])),
    ...Object.fromEntries(
      exceptions.flatMap(({ on, hours }, n) => [
        [`exceptions.${n}.on`, dayMistake(on)],
        [`exceptions.${n}.hours`, hoursMistake(hours)],
      ]),
    ),
  }));

const dayOf = ({ on, hours, why }: ExceptionForm): Written => ({
  on: on.trim(),
  hours: listOf(hours).map(inQuotes),
  ...(why.trim() === '' ? {} : { why: why.trim() }),
});

function changeDay(entry: Entry, old: ExceptionForm, now: ExceptionForm): void {
  if (now.on !== old.on) entry.set('on', now.on.trim());
  if (now.hours !== old.hours) entry.set('hours', listOf(now.hours).map(inQuotes));
  if (now.why !== old.why) entry.set('why', now.why.trim() === '' ? undefined : now.why.trim());
}

const weekOf = (week: ScheduleForm['week']): Written =>
  Object.fromEntries(
    weekdays.filter((day) => listOf(week[day]).length > 0).map((day) => [day, listOf(week[day]).map(inQuotes)]),
  );

function changeWeek(entry: Entry, old: ScheduleForm['week'], now: ScheduleForm['week']): void {
  const changed = weekdays.filter((day) => now[day] !== old[day]);
  if (changed.length === 0) return;
  const week = entry.under('week');
  if (!week) return entry.set('week', weekOf(now));
  for (const day of changed) week.set(day, listOf(now[day]).length === 0 ? undefined : listOf(now[day]).map(inQuotes));
}

/**
 * The section `schedules` with what the forms say. Whether its hours are any is for the configuration to say.
 * @param before the forms of the section as it stands
 */
export const schedulesSection = (
  section: string,
  before: readonly ScheduleForm[],
  forms: readonly ScheduleForm[],
): string =>
  listSection(section, 'schedules', before, forms, {
    fresh: ({ name, week, holidays, exceptions }) => ({
      name,
      week: weekOf(week),
      holidays,
      ...(exceptions.length === 0 ? {} : { exceptions: exceptions.map(dayOf) }),
    }),
    change(entry, old, now) {
      changeWeek(entry, old.week, now.week);
      if (now.holidays !== old.holidays) entry.set('holidays', now.holidays);
      entry.list('exceptions', old.exceptions, now.exceptions, { fresh: dayOf, change: changeDay });
    },
  });
