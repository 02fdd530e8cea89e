/**
 * Whether an office is open at an instant, why, and until when. A day's hours come from the exception for its date, else
 * from the one for the day of every year, else from the holiday, else from the week. They are times of the office's
 * clocks: on the days on which these are set, an hour that is there twice begins or ends at the first, and one that is
 * left out lies at the instant at which they are set on.
 */
import { Temporal } from 'temporal-polyfill';
import { dayNumber, type CalendarDate, type Days, type Interval } from '../../../config/opening.js';
import { publicHoliday } from '../../../config/holidays.js';

export interface Schedule {
  readonly name: string;
  readonly week: Readonly<Record<Weekday, readonly Interval[]>>;
  readonly holidays: 'closed' | 'open';
  readonly exceptions: readonly {
    readonly on: Days;
    readonly hours: readonly Interval[];
    readonly why?: string | undefined;
  }[];
}

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** What a handset has set by code: by the hours, closed whatever they say, or open whatever they say. */
export type NightMode = 'automatic' | 'closed' | 'open';

export interface Opening {
  readonly isOpen: boolean;
  /** What it follows from: the day's own hours, or the code. */
  readonly why: 'week' | 'exception' | 'holiday' | 'night-mode';
  /** The name of the holiday, or the reason of the exception. */
  readonly name?: string;
  /** The instant at which it changes by itself, Unix milliseconds; undefined where no change is in sight. */
  readonly until: number | undefined;
}

const weekdays: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
/** How far a change is looked for: the longest sensible closure, in days. */
const HORIZON = 400;

type Date = Temporal.PlainDate;

interface DayHours {
  readonly hours: readonly Interval[];
  readonly why: Exclude<Opening['why'], 'night-mode'>;
  readonly name?: string;
}

/**
 * @param at Unix milliseconds
 * @param zone IANA name of the office's time zone
 */
export function openAt(schedule: Schedule, at: number, zone: string, mode: NightMode = 'automatic'): Opening {
  if (mode !== 'automatic') return { isOpen: mode === 'open', why: 'night-mode', until: undefined };
  const today = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
  const { why, name } = hoursOf(schedule, today);
  const facts = { why, ...(name === undefined ? {} : { name }) };
  for (const { from, to } of openSpans(schedule, today, zone)) {
    if (at < from) return { isOpen: false, ...facts, until: from };
    if (at < to) return { isOpen: true, ...facts, until: to === Infinity ? undefined : to };
  }
  return { isOpen: false, ...facts, until: undefined };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** The spans in which it is open, from the day before `first` on; those that touch are one. */
function* openSpans(schedule: Schedule, first: Date, zone: string): Generator<Span> {
  let last: Span | undefined;
  for (let n = -1; n <= HORIZON; n++)
    for (const span of spansOf(schedule, first.add({ days: n }), zone)) {
      if (last && span.from <= last.to) {
        last = { from: last.from, to: Math.max(last.to, span.to) };
        continue;
      }
      if (last) yield last;
      last = span;
    }
  if (!last) return;
  // One that reaches the horizon has no end in sight.
  const end = instant(first.add({ days: HORIZON + 1 }), 0, zone);
  yield last.to < end ? last : { from: last.from, to: Infinity };
}

function spansOf(schedule: Schedule, day: Date, zone: string): Span[] {
  return hoursOf(schedule, day)
    .hours.map(({ from, to }) => ({ from: instant(day, from, zone), to: instant(day, to, zone) }))
    .filter(({ from, to }) => from < to)
    .toSorted((a, b) => a.from - b.from);
}

function instant(day: Date, minutes: number, zone: string): number {
  const midnight = day.toPlainDateTime();
  return midnight.add({ minutes }).toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
}

/** The hours of one day, and what they follow from. */
export function hoursOf(schedule: Schedule, date: Date): DayHours {
  const day = { year: date.year, month: date.month, day: date.day };
  const exception =
    schedule.exceptions.find(({ on }) => on.kind === 'dated' && covers(on, day)) ??
    schedule.exceptions.find(({ on }) => on.kind === 'yearly' && covers(on, day));
  if (exception) {
    const { hours, why } = exception;
    return { hours, why: 'exception', ...(why === undefined ? {} : { name: why }) };
  }
  const name = schedule.holidays === 'closed' ? publicHoliday(day) : undefined;
  if (name !== undefined) return { hours: [], why: 'holiday', name };
  return { hours: schedule.week[weekdays[date.dayOfWeek - 1] ?? 'mon'], why: 'week' };
}

function covers(days: Days, date: CalendarDate): boolean {
  if (days.kind === 'yearly') return days.month === date.month && days.day === date.day;
  const at = dayNumber(date);
  return dayNumber(days.first) <= at && at <= dayNumber(days.last);
}
