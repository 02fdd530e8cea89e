/**
 * Speech put together from recorded parts (prompts/<language>-parts): for each language, which parts say a number. Names
 * are those of the files; their texts stand beside them.
 */

export type Language = 'pl' | 'en';

/** 0 to 999; others cannot be said. */
export const LARGEST = 999;

export interface Words {
  /** How many there are of something. */
  cardinal(n: number): readonly string[];
  /** So many minutes, with the word in the right form. */
  minutes(n: number): readonly string[];
  /** Which one it is in a row, from 1; in Polish in the neuter, as it stands with "połączenie". */
  ordinal(n: number): readonly string[];
}

const number = (n: number): string => `number-${n}`;
const ordinal = (n: number): string => `ordinal-${n}`;

/** The parts of a number that are said: hundreds, tens from 20 on, and what is below 20. */
function partsOf(n: number): { hundreds: number; tens: number; rest: number } {
  const below = n % 100;
  const rest = below < 20 ? below : below % 10;
  return { hundreds: n - below, tens: below - rest, rest };
}

const present = (...parts: readonly number[]): readonly number[] => parts.filter((part) => part > 0);

const polish: Words = {
  cardinal(n) {
    const { hundreds, tens, rest } = partsOf(n);
    return n === 0 ? [number(0)] : present(hundreds, tens, rest).map(number);
  },
  /**
   * "jedna minuta", "dwie minuty", "pięć minut". Alone, one has the feminine; in a longer number it does not bend
   * ("dwadzieścia jeden minut"), two does ("dwadzieścia dwie minuty"); 12 to 14 are many.
   */
  minutes(n) {
    if (n === 1) return ['number-1-feminine', 'minute-one'];
    const { rest } = partsOf(n);
    const words = polish.cardinal(n);
    const said = rest === 2 ? [...words.slice(0, -1), 'number-2-feminine'] : words;
    return [...said, rest >= 2 && rest <= 4 ? 'minute-few' : 'minute-many'];
  },
  /** Tens and ones are both ordinals ("dwudzieste pierwsze"); hundreds only where nothing follows ("sto pierwsze"). */
  ordinal(n) {
    const { hundreds, tens, rest } = partsOf(n);
    if (tens === 0 && rest === 0) return [ordinal(hundreds)];
    return [...present(hundreds).map(number), ...present(tens, rest).map(ordinal)];
  },
};

const english: Words = {
  cardinal(n) {
    const { hundreds, tens, rest } = partsOf(n);
    if (n === 0) return [number(0)];
    const below = present(tens, rest).map(number);
    return [...present(hundreds).map(number), ...(hundreds > 0 && below.length > 0 ? ['and'] : []), ...below];
  },
  minutes(n) {
    return [...english.cardinal(n), n === 1 ? 'minute-one' : 'minute-many'];
  },
  /** Only the last word is an ordinal: "one hundred and twenty-first". */
  ordinal(n) {
    const words = english.cardinal(n);
    return words.map((word, index) => (index === words.length - 1 ? word.replace('number', 'ordinal') : word));
  },
};

export const words: Readonly<Record<Language, Words>> = { pl: polish, en: english };
