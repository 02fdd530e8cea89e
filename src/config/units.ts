/** Sizes and durations as people write them: `20MB`, `1.5 GB`, `30s`, `90d`. */
import { z } from 'zod';

const SIZES: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
const DURATIONS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, min: 6e4, h: 3.6e6, d: 8.64e7 };

function parse(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text.trim());
  const factor = match && Object.entries(units).find(([unit]) => unit.toLowerCase() === match[2]?.toLowerCase())?.[1];
  return match && factor ? Math.round(Number(match[1]) * factor) : undefined;
}

/** Bytes from a text such as `20GB` (decimal units), or undefined. */
export const parseSize = (text: string): number | undefined => parse(text, SIZES);
/** Milliseconds from a text such as `30s` or `365d`, or undefined. */
export const parseDuration = (text: string): number | undefined => parse(text, DURATIONS);

/** Bytes in the largest unit in which they are a whole number: what `parseSize` reads back as the same. */
export function formatSize(bytes: number): string {
  const [unit = 'B', factor = 1] =
    Object.entries(SIZES)
      .toReversed()
      .find(([, one]) => bytes % one === 0) ?? [];
  return `${bytes / factor}${unit}`;
}

/** The pattern is for editors that check by the JSON Schema. */
const pattern = (units: Readonly<Record<string, number>>): string =>
  String.raw`^\s*\d+(\.\d+)?\s*(${Object.keys(units)
    .map((unit) => unit.replaceAll(/./g, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`))
    .join('|')})\s*$`;

const withUnits = (parser: (text: string) => number | undefined, units: Record<string, number>, example: string) =>
  z
    .string()
    .meta({ pattern: pattern(units), examples: example.split(' or ') })
    .transform((text, context) => {
      const value = parser(text);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: `write a number with its unit, e.g. ${example}` });
      return z.NEVER;
    });

/** Schema of a size; the parsed value is in bytes. */
export const size = withUnits(parseSize, SIZES, '50GB');
/** Schema of a duration; the parsed value is in milliseconds. */
export const duration = withUnits(parseDuration, DURATIONS, '30s or 365d');
/** Schema of a duration that cannot be nothing. */
export const someTime = duration.refine((ms) => ms > 0, 'this cannot be zero');
