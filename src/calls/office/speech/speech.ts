/**
 * What is said to callers and employees from recorded parts, as the prompts to be played one after another. Every wording is
 * right for women and men alike: it speaks of the call, not of the caller.
 */
import { LARGEST, words, type Language, type Words } from './words.js';

export interface Spoken {
  readonly name: string;
  /** The folder of the prompts. */
  readonly language: string;
}

const parts = (language: Language, names: readonly string[]): readonly Spoken[] =>
  names.map((name) => ({ name, language: `${language}-parts` }));

const sayable = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= LARGEST;

/** "Your call is third in the queue." `position`: from 1; nothing for one that cannot be said. */
export function position(position: number, language: Language): readonly Spoken[] {
  if (!sayable(position) || position === 0) return [];
  if (position === 1) return parts(language, ['position-next']);
  return parts(language, ['position-before', ...words[language].ordinal(position), 'position-after']);
}

const MINUTE = 60_000;
const LONG_MINUTES = 60;

/** "The estimated waiting time is three minutes." Rounded up; under a minute and over an hour have words of their own. */
export function wait(ms: number, language: Language): readonly Spoken[] {
  if (ms < MINUTE) return parts(language, ['wait-short']);
  const minutes = Math.ceil(ms / MINUTE);
  if (minutes > LONG_MINUTES) return parts(language, ['wait-long']);
  return parts(language, ['wait-before', ...words[language].minutes(minutes)]);
}

/** A telephone number, digit by digit; what is no digit is left out. */
export function digits(keys: string, language: Language): readonly Spoken[] {
  const figures = keys.match(/\d/g) ?? [];
  return parts(
    language,
    figures.map((figure) => `number-${figure}`),
  );
}

/** A number from 0 to 999 in one of its forms; nothing for one that cannot be said. */
export function number(n: number, form: keyof Words, language: Language): readonly Spoken[] {
  if (!sayable(n) || (form === 'ordinal' && n === 0)) return [];
  return parts(language, words[language][form](n));
}
