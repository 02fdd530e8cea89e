/**
 * What descriptions of many calls have in common, kept once: the same few codecs come with every call, and what was agreed on
 * stands as long as it lasts.
 */
import { remember } from '../base/remember.js';

/** A word, e.g. `RTP/AVP`: a text of its own, not a part of the description that it came with. */
export const sharedWord = remember((text) => Buffer.from(text).toString());

const wordsOf = remember((text): readonly string[] => text.split(' ').map(sharedWord));

/** Words without a space in them, e.g. the formats of a line. */
export const sharedWords = (words: readonly string[]): readonly string[] =>
  words.length === 0 ? NOTHING : wordsOf(words.join(' '));

const numbersOf = remember((text): readonly number[] => text.split(' ').map(Number));

/** Words as numbers. */
export const sharedNumbers = (words: readonly string[]): readonly number[] => numbersOf(words.join(' '));

/** Where there is nothing to list. */
export const NOTHING: readonly never[] = Object.freeze([]);
