/**
 * What stands of a call in the index, and what it is found by. Calls are numbered from 0 as they begin, and 8,192 of them
 * are a segment. What few values have (trunk, direction, state, extension, unit) is kept as bits, one string a value and
 * segment: any combination of them is the `and` of a few kilobytes. What many values have (ends of numbers, parts of
 * notes) is kept as lists of calls, the shortest of which is walked.
 */
import { crc32 } from 'node:zlib';
import type { CallId } from '../base/brands.js';
import type { CallRecord, Phase } from './lifecycle.js';
import type { Item } from './catalogue.js';

export const SEGMENT = 8192;
export const segmentOf = (n: number): number => Math.floor(n / SEGMENT);
export const placeOf = (n: number): number => n % SEGMENT;

/** In six bytes: Unix milliseconds until the year 10889. */
export const START_BYTES = 6;
/** What stands before the last digits of a number where those are not the whole. */
const BEFORE_END: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+', '*', '#'];
const SHORT_END = 4;
const LONG_END = 6;
/** The last so many characters, or one less where no digit stands before those. */
function ending(number: string, length: number): string {
  const before = number.at(-length);
  return number.slice(before !== undefined && BEFORE_END.includes(before) ? -length : 1 - length);
}
/** What a number is listed by in short: its last four digits, or three. */
export const endOf = (number: string): string => ending(number, SHORT_END);

/** So many lists share all ends of six digits, and so many all whole numbers: a number of its own would need a key each. */
const SHARED_LISTS = 0x1_0000;
export const sharedList = (text: string): string => (crc32(text) % SHARED_LISTS).toString(16);

/** The lists in which a number stands: by its short end, by its long end, and by the whole of it. */
export function numberLists(number: string): [attribute: string, value: string][] {
  if (number === '') return [];
  return [
    ['end', endOf(number)],
    ['long-end', sharedList(ending(number, LONG_END))],
    ['number', sharedList(number)],
  ];
}

/** The lists of which a number that ends so must be in one; at least three digits. */
export function endLists(end: string): [attribute: string, value: string][] {
  const longer = BEFORE_END.map((before) => before + end);
  if (end.length >= LONG_END) return [['long-end', sharedList(ending(end, LONG_END))]];
  if (end.length === LONG_END - 1) return [end, ...longer].map((one) => ['long-end', sharedList(one)]);
  if (end.length >= SHORT_END) return [['end', endOf(end)]];
  return [end, ...longer].map((one) => ['end', one]);
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
  const { direction, trunk, phase, extensions, units, held, note } = entry;
  return [
    ['all', ''],
    ['direction', direction],
    ['trunk', trunk],
    ['phase', phase],
    ...extensions.map((one): [string, string] => ['extension', one]),
    ...units.map((one): [string, string] => ['unit', one]),
    ...(held ? [['held', ''] as [string, string]] : []),
    ...(note === '' ? [] : [['noted', ''] as [string, string]]),
  ];
}

/** The lists in which the call stands. */
export function postingsOf({ number, note }: IndexEntry): [attribute: string, value: string][] {
  return [...numberLists(number), ...trigramsOf(note).map((one): [string, string] => ['part', one])];
}

/** As notes are compared: without regard to case. */
export const folded = (text: string): string => text.normalize('NFC').toLocaleLowerCase('pl');

/** Every three characters that follow one another, each once. */
export function trigramsOf(text: string): string[] {
  const characters = folded(text);
  const found = new Set<string>();
  for (let i = 0; i + 3 <= characters.length; i++) found.add(characters.slice(i, i + 3));
  return [...found];
}
