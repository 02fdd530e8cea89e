/** What people write as arguments, read into values. What cannot be read is wrong usage (exit status 2). */
import { InvalidArgumentError } from 'commander';
import { parseSize } from '../config/units.js';

/** Bytes, e.g. of `50GB`. */
export function sizeArgument(text: string): number {
  const bytes = parseSize(text);
  if (bytes !== undefined && bytes > 0) return bytes;
  throw new InvalidArgumentError('Write a number with its unit, e.g. 50GB.');
}

/** A whole number within bounds. */
export function countArgument(least: number, most: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (Number.isInteger(count) && count >= least && count <= most && text.trim() !== '') return count;
    throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`);
  };
}

/** A time as a person at the office writes it, before it is known in which zone that is. */
export interface WrittenTime {
  /** As if it were UTC, Unix milliseconds. */
  readonly wall: number;
}

/** `2026-03-23`, `2026-03-23T08:00` or `2026-03-23 08:00:30`. */
export function timeArgument(text: string): WrittenTime {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text.trim());
  const [year = NaN, month = NaN, day = NaN, hour = 0, minute = 0, second = 0] = (match ?? [])
    .slice(1)
    .map((part: string | undefined) => (part === undefined ? 0 : Number(part)));
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  const there = Number.isFinite(wall) ? new Date(wall) : undefined;
  const same = there?.getUTCMonth() === month - 1 && there.getUTCDate() === day && there.getUTCHours() === hour;
  if (same && minute < 60 && second < 60) return { wall };
  throw new InvalidArgumentError('Write a date, or date and time: 2026-03-23 or 2026-03-23T08:00.');
}
