/**
 * What stands of a call in the index, and what it is found by. Calls are numbered from 0 as they begin. Whatever a call is
 * found by, but for the words of its note, is kept as bits: one string a value (of the trunk, the direction, a place of the
 * number…) and block of 131,072 calls, a bit a call. So any combination of filters is the `and` of some strings of 16 KB. Parts of
 * notes, which few calls have, are kept as lists of calls. What is looked at one by one (the call itself, when it began)
 * stands in segments of 8,192 calls.
 */
import type { CallId } from '../base/brands.js';
import type { CallRecord, Phase } from './lifecycle.js';
import type { Item } from './catalogue.js';

export const SEGMENT = 8192;
export const segmentOf = (n: number): number => Math.floor(n / SEGMENT);
export const placeOf = (n: number): number => n % SEGMENT;

const SEGMENTS_A_BLOCK = 16;
export const BLOCK = SEGMENTS_A_BLOCK * SEGMENT;
export const blockOf = (n: number): number => Math.floor(n / BLOCK);
export const placeInBlock = (n: number): number => n % BLOCK;
export const blockOfSegment = (segment: number): number => Math.floor(segment / SEGMENTS_A_BLOCK);

/** In six bytes: Unix milliseconds until the year 10889. */
export const START_BYTES = 6;

/**
 * So many characters at the end of a number have bits of their own, the rest is compared at each call. Nine tell numbers of
 * one country apart: with fewer, who looks for a number that nobody has might look at all calls of one that calls all day.
 */
const END = 9;
const NO_CHARACTER = '^';

/** Digits for themselves, all others by six letters. */
const classOf = (character: string): string =>
  character >= '0' && character <= '9' ? character : 'abcdef'.charAt(character.charCodeAt(0) % 6);

/** By which bits a number that ends so is found: each of its last characters, counted from the end. */
export function endBits(end: string): [attribute: string, value: string][] {
  const length = Math.min(end.length, END);
  return Array.from({ length }, (_, i) => [`end${i}`, classOf(end.charAt(end.length - 1 - i))]);
}

/** By which bits exactly this number is found; a short one also by where it begins. */
export function numberBits(number: string): [attribute: string, value: string][] {
  const bits = endBits(number);
  return number === '' || bits.length >= END ? bits : [...bits, [`end${bits.length}`, NO_CHARACTER]];
}

export interface IndexEntry {
  readonly id: CallId;
  /** Of its line in the journal. */
  readonly seq: number;
  readonly startedAt: number;
  readonly direction: string;
  readonly trunk: string;
  readonly phase: Phase;
  readonly number: string;
  readonly extensions: readonly string[];
  readonly units: readonly string[];
  readonly held: boolean;
  readonly note: string;
}

/** `seq` and what is searched by as of `item`; the note is in the record. */
export function entryOf(item: Item, seq: number, { note }: Pick<CallRecord, 'note'>): IndexEntry {
  const { id, startedAt, direction, trunk, phase, number = '', extensions, units, held } = item;
  return { id, seq, startedAt, direction, trunk, phase, number, extensions, units, held, note: note?.text ?? '' };
}

type Stored = [string, number, number, string, string, string, string, string, string, number, string];

export function formatEntry(entry: IndexEntry): string {
  const { id, seq, startedAt, direction, trunk, phase, number, extensions, units, held, note } = entry;
  const lists = [extensions.join('\n'), units.join('\n')] as const;
  return JSON.stringify([
    id,
    seq,
    startedAt,
    direction,
    trunk,
    phase,
    number,
    ...lists,
    Number(held),
    note,
  ] satisfies Stored);
}

const split = (text: string): string[] => (text === '' ? [] : text.split('\n'));

/** Undefined for what this version did not write. */
export function parseEntry(text: string | null | undefined): IndexEntry | undefined {
  if (!text?.startsWith('["')) return undefined;
  const [id, seq, startedAt, direction, trunk, phase, number, extensions, units, held, note] = JSON.parse(
    text,
  ) as Stored;
  const lists = { extensions: split(extensions), units: split(units) };
  const facts = { id: id as CallId, seq, startedAt, direction, trunk, phase: phase as Phase, number };
  return { ...facts, ...lists, held: held === 1, note };
}

/** The attributes that are kept as bits, with the call's values. */
export function bitsOf(entry: IndexEntry): [attribute: string, value: string][] {
  const { direction, trunk, phase, number, extensions, units, held, note } = entry;
  return [
    ['all', ''],
    ['direction', direction],
    ['trunk', trunk],
    ['phase', phase],
    ...extensions.map((one): [string, string] => ['extension', one]),
    ...units.map((one): [string, string] => ['unit', one]),
    ...(held ? [['held', ''] as [string, string]] : []),
    ...(note === '' ? [] : [['noted', ''] as [string, string]]),
    ...numberBits(number),
  ];
}

/** The lists in which the call stands. */
export function postingsOf({ note }: IndexEntry): [attribute: string, value: string][] {
  return partsOf(note).map((one): [string, string] => ['part', one]);
}

/** As notes are compared: without regard to case. */
export const folded = (text: string): string => text.normalize('NFC').toLocaleLowerCase('pl');

/** A word is looked for by parts of so many characters; a shorter one by itself. */
const PART = 3;

/** Everything of one, two and three characters in a text, each once. */
export function partsOf(text: string): string[] {
  const characters = folded(text);
  const found = new Set<string>();
  for (let length = 1; length <= PART; length++) {
    for (let i = 0; i + length <= characters.length; i++) found.add(characters.slice(i, i + length));
  }
  return [...found];
}

/** By which parts a word is found: all of them must be there. */
export function partsOfWord(word: string): string[] {
  const { length } = folded(word);
  return length === 0 ? [] : partsOf(word).filter((part) => part.length === Math.min(length, PART));
}
