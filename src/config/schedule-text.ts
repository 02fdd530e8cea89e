/** Opening hours between the configuration and a form: each day as one line of text, and the section as it is written. */
import { stringify } from 'yaml';
import { formatTime, parseDays, parseInterval, type CalendarDate, type Days, type Interval } from './opening.js';
import type { Config } from './schema.js';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** One of the schedules; hours as `08:00-12:00, 13:00-16:00`, empty: closed. */
export interface ScheduleForm {
  readonly name: string;
  readonly week: Readonly<Record<(typeof weekdays)[number], string>>;
  readonly holidays: 'closed' | 'open';
  readonly exceptions: readonly { readonly on: string; readonly hours: string; readonly why: string }[];
  readonly code?: string;
  readonly switchedBy?: readonly string[];
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
  schedules.map(({ name, week, holidays, exceptions, code, switchedBy }) => ({
    name,
    week: Object.fromEntries(weekdays.map((day) => [day, hoursText(week[day])])) as ScheduleForm['week'],
    holidays,
    exceptions: exceptions.map(({ on, hours, why = '' }) => ({ on: daysText(on), hours: hoursText(hours), why })),
    ...(code === undefined ? {} : { code }),
    ...(switchedBy === undefined ? {} : { switchedBy }),
  }));

/** People write `8-16` and `8:00–16:00` too. */
const asHours = (one: string): string =>
  one.replace(/[–—]/g, '-').replace(/(^|-)(\s*)(\d{1,2})(?=\s*(-|$))/g, '$1$2$3:00');

const listOf = (hours: string): string[] =>
  hours
    .split(',')
    .map((one) => asHours(one.trim()))
    .filter((one) => one !== '');

/** A mistake in a form: which schedule, which of its fields (`week.mon`, `exceptions.0.on`), and what was written there. */
export interface ScheduleMistake {
  readonly index: number;
  readonly field: string;
  readonly what: 'no-hours' | 'no-day';
  readonly which: string;
}

export function scheduleMistakes(forms: readonly ScheduleForm[]): ScheduleMistake[] {
  return forms.flatMap(({ week, exceptions }, index) => {
    const ofHours = (field: string, hours: string): ScheduleMistake[] => {
      const which = listOf(hours).find((one) => parseInterval(one) === undefined);
      return which === undefined ? [] : [{ index, field, what: 'no-hours', which }];
    };
    const ofDay = (field: string, on: string): ScheduleMistake[] =>
      parseDays(on.trim()) ? [] : [{ index, field, what: 'no-day', which: on.trim() }];
    return [
      ...weekdays.flatMap((day) => ofHours(`week.${day}`, week[day])),
      ...exceptions.flatMap(({ on, hours }, n) => [
        ...ofDay(`exceptions.${n}.on`, on),
        ...ofHours(`exceptions.${n}.hours`, hours),
      ]),
    ];
  });
}

/** The section `schedules` as it stands in the file. Whether its hours are any is for the configuration to say. */
export function schedulesSection(forms: readonly ScheduleForm[]): string {
  const schedules = forms.map(({ name, week, holidays, exceptions, code, switchedBy }) => ({
    name,
    week: Object.fromEntries(
      weekdays.filter((day) => listOf(week[day]).length > 0).map((day) => [day, listOf(week[day])]),
    ),
    holidays,
    ...(exceptions.length === 0
      ? {}
      : {
          exceptions: exceptions.map(({ on, hours, why }) => ({
            on: on.trim(),
            hours: listOf(hours),
            ...(why.trim() === '' ? {} : { why: why.trim() }),
          })),
        }),
    ...(code === undefined ? {} : { code }),
    ...(switchedBy === undefined ? {} : { switchedBy }),
  }));
  return stringify(
    { schedules },
    { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' },
  ).trimEnd();
}
