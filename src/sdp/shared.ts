/**
 * What descriptions of many calls have in common, kept once: the same few codecs come with every call, and what was agreed on
 * stands as long as it lasts.
 */
import { remember } from '../base/remember.js';

const numbersOf = remember((text): readonly number[] => text.split(' ').map(Number));

/** Words as numbers. */
export const sharedNumbers = (words: readonly string[]): readonly number[] => numbersOf(words.join(' '));

/** Where there is nothing to list. */
export const NOTHING: readonly never[] = Object.freeze([]);
