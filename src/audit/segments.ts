/**
 * The files of the chain: `chain-000001.log`, `chain-000002.log`…, and beside each the personal details of its lines,
 * `details-000001.log`. A segment is closed at a size, so that reading the latest events costs no more as the years go.
 */
import { join } from 'node:path';
import type { FileStore } from '../journal/file-store.js';
import { parseAnchor, type Anchor } from './anchor.js';
import { parseDetail, type Detail } from './details.js';
import { parseLine, type ChainLine } from './line.js';

export interface Segment {
  readonly number: number;
  readonly chain: string;
  readonly details: string;
}

const DIGITS = 6;
const PATTERN = /^chain-(\d{6,})\.log$/;

export function segmentOf(folder: string, number: number): Segment {
  const digits = String(number).padStart(DIGITS, '0');
  return { number, chain: join(folder, `chain-${digits}.log`), details: join(folder, `details-${digits}.log`) };
}

/** The segments that are there, in order. */
export async function listSegments(files: FileStore, folder: string): Promise<Segment[]> {
  const names = (await files.list(folder)).flatMap(({ name }) => PATTERN.exec(name)?.[1] ?? []);
  const numbers = names.map(Number).sort((a, b) => a - b);
  return numbers.map((number) => segmentOf(folder, number));
}

/** A line of a file, sound or not. Offsets and lengths in bytes; the length counts the line break. */
export interface Placed<T> {
  /** 1 for the first. */
  readonly line: number;
  readonly offset: number;
  readonly length: number;
  /** What stands there, or what is wrong with it. */
  readonly found: T | string;
}

export type PlacedLine = Placed<ChainLine>;
export type PlacedDetail = Placed<Detail>;

const NEWLINE = 0x0a;

interface Split {
  readonly text: string | undefined;
  /** What is wrong where there is no text. */
  readonly broken: string;
  readonly offset: number;
  readonly length: number;
}

export const NO_LINE_BREAK = 'no line break';

function* splitLines(bytes: Buffer): Generator<Split> {
  for (let offset = 0; offset < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, offset);
    const stop = end < 0 ? bytes.length : end;
    const raw = bytes.subarray(offset, stop);
    const text = raw.toString();
    const sound = end >= 0 && Buffer.from(text).equals(raw); // bytes that are no UTF-8 would be hidden by decoding
    const length = stop - offset + (end < 0 ? 0 : 1);
    yield { text: sound ? text : undefined, broken: end < 0 ? NO_LINE_BREAK : 'not text', offset, length };
    offset += length;
  }
}

function placed<T>(bytes: Buffer, parse: (text: string) => T | string): Placed<T>[] {
  return [...splitLines(bytes)].map(({ text, broken, offset, length }, index) => {
    const found = text === undefined ? broken : parse(text);
    return { line: index + 1, offset, length, found };
  });
}

export const chainLines = (bytes: Buffer): PlacedLine[] => placed(bytes, parseLine);
export const detailLines = (bytes: Buffer): PlacedDetail[] =>
  placed(bytes, (text) => parseDetail(text) ?? 'not a detail as it was written');
export const anchorLines = (bytes: Buffer): Placed<Anchor>[] => placed(bytes, parseAnchor);
