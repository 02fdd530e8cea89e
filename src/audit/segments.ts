/**
 * The files of the chain: `chain-000001.log`, `chain-000002.log`…, and beside each the personal details of its lines,
 * `details-000001.log`. A segment is closed at a size, so that reading the latest events costs no more as the years go.
 */
import { join } from 'node:path';
import type { FileStore } from '../journal/file-store.js';
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

function* splitLines(bytes: Buffer): Generator<{ text: string | undefined; offset: number; length: number }> {
  for (let offset = 0; offset < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, offset);
    const stop = end < 0 ? bytes.length : end;
    const raw = bytes.subarray(offset, stop);
    const text = raw.toString();
    const sound = end >= 0 && Buffer.from(text).equals(raw); // bytes that are no UTF-8 would be hidden by decoding
    const length = stop - offset + (end < 0 ? 0 : 1);
    yield { text: sound ? text : undefined, offset, length };
    offset += length;
  }
}

function placed<T>(bytes: Buffer, parse: (text: string) => T | string): Placed<T>[] {
  return [...splitLines(bytes)].map(({ text, offset, length }, index) => {
    const found = text === undefined ? 'no line break, or not text' : parse(text);
    return { line: index + 1, offset, length, found };
  });
}

export const chainLines = (bytes: Buffer): PlacedLine[] => placed(bytes, parseLine);
export const detailLines = (bytes: Buffer): PlacedDetail[] =>
  placed(bytes, (text) => parseDetail(text) ?? 'not a detail as it was written');

/** The whole of a file; nothing if it is missing. */
export async function readAll(files: FileStore, path: string): Promise<Buffer> {
  const bytes = (await files.stat(path))?.bytes ?? 0;
  if (bytes === 0) return Buffer.alloc(0);
  const file = await files.open(path, 'read');
  try {
    return await file.read(0, bytes);
  } finally {
    await file.close();
  }
}
