/** Opening hours as people write them: `08:00-16:00`, and the dates on which they are others. */
import { z } from 'zod';

/** Minutes from midnight, `to` being the first that is closed again; 1440 is midnight at the day's end. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** A date as the calendar has it; months and days from 1. */
export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** The days that an exception is for: one of every year, or from one to another of certain years, both included. */
export type Days =
  | { readonly kind: 'yearly'; readonly month: number; readonly day: number }
  | { readonly kind: 'dated'; readonly first: CalendarDate; readonly last: CalendarDate };

const TIME = String.raw`([01]?\d|2[0-3]):([0-5]\d)|24:00`;
const INTERVAL = new RegExp(`^\\s*(${TIME})\\s*-\\s*(${TIME})\\s*$`);

function minutes(text: string): number {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  return hour * 60 + minute;
}

/** Undefined where it is no interval of a day, or ends before it begins. */
export function parseInterval(text: string): Interval | undefined {
  const match = INTERVAL.exec(text);
  if (!match) return undefined;
  const interval = { from: minutes(match[1] ?? ''), to: minutes(match[4] ?? '') };
  return interval.from < interval.to ? interval : undefined;
}

/** `07:30`. */
export const formatTime = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

const parts = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/;

function exists({ year, month, day }: CalendarDate): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** `2026-08-03`. */
function parseDate(text: string): CalendarDate | undefined {
  const match = parts.exec(text);
  if (!match?.[1]) return undefined;
  const date = { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
  return exists(date) ? date : undefined;
}

/** Days since 1970 began, for comparisons. */
export const dayNumber = ({ year, month, day }: CalendarDate): number => Date.UTC(year, month - 1, day) / 86_400_000;

/** `2026-08-03`, `2026-08-03..2026-08-14`, or `12-31` for every year. */
export function parseDays(text: string): Days | undefined {
  const [from = '', to, ...more] = text.split('..').map((part) => part.trim());
  if (more.length > 0) return undefined;
  const yearly = parts.exec(from);
  if (to === undefined && yearly && yearly[1] === undefined) {
    const [month, day] = [Number(yearly[2]), Number(yearly[3])];
    return exists({ year: 2024, month, day }) ? { kind: 'yearly', month, day } : undefined;
  }
  const first = parseDate(from);
  const last = to === undefined ? first : parseDate(to);
  return first && last && dayNumber(first) <= dayNumber(last) ? { kind: 'dated', first, last } : undefined;
}

export const interval = z
  .string()
  .meta({ pattern: INTERVAL.source, examples: ['08:00-16:00'] })
  .transform((text, context) => {
    const parsed = parseInterval(text);
    if (parsed) return parsed;
    const message =
      'write opening hours such as 08:00-16:00; past midnight is 22:00-24:00 and the next day 00:00-06:00';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

export const days = z
  .string()
  .meta({ examples: ['2026-08-03', '2026-08-03..2026-08-14', '12-31'] })
  .transform((text, context) => {
    const parsed = parseDays(text);
    if (parsed) return parsed;
    const message =
      'write a date that exists, such as 2026-08-03, two of them with .. between, or 12-31 for every year';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
