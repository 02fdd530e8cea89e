/** The form of every typed view: how a header's value is read and written. */
import { isToken, parseInteger } from '../grammar.js';

export interface Codec<T> {
  /** The value, or undefined where the text is malformed. */
  readonly parse: (text: string) => T | undefined;
  readonly format: (value: T) => string;
}

const same = (value: string): string => value;

/** Text that has no inner form (Subject, Organization). */
export const text: Codec<string> = { parse: same, format: same };

/** One token (§ 25.1). */
export const token: Codec<string> = { parse: (value) => (isToken(value) ? value : undefined), format: same };

/** A word without white space (Call-ID). */
export const word: Codec<string> = { parse: (value) => (/^[^\s,]+$/.test(value) ? value : undefined), format: same };

/** A whole number from `min` to `max`. */
export function integer(max: number, min = 0): Codec<number> {
  return {
    parse(value) {
      const number = parseInteger(value, max);
      return number !== undefined && number >= min ? number : undefined;
    },
    format: String,
  };
}

/** The largest delta-seconds: 2^32 - 1 (§ 20.19). */
export const SECONDS_MAX = 2 ** 32 - 1;
