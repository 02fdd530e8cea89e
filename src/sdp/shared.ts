/**
 * What descriptions of many calls have in common, kept once: the same few codecs come with every call, and what was agreed on
 * stands as long as it lasts.
 */
import { sharedText } from '../base/own-text.js';
import { remember } from '../base/remember.js';

const wordsOf = remember((text): readonly string[] => text.split(' ').map(sharedText));

/** Words without a space in them, e.g. the formats of a line. */
export const sharedWords = (words: readonly string[]): readonly string[] =>
  words.length === 0 ? NOTHING : wordsOf(words.join(' '));

const numbersOf = remember((text): readonly number[] => text.split(' ').map(Number));

/** Words as numbers. */
export const sharedNumbers = (words: readonly string[]): readonly number[] => numbersOf(words.join(' '));

/** Where there is nothing to list. */
export const NOTHING: readonly never[] = Object.freeze([]);
