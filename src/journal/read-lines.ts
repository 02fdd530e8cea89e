/**
 * Reading lines again, many at a time: those that stand near one another in the file are one read, so that a page of
 * calls costs a few operations on the disk and not one a call.
 */
import type { StoredFile } from './file-store.js';
import { parseLine } from './line.js';
import type { LinePlace } from './replay.js';

/** Bytes that may be read in vain to spare an operation. */
const GAP = 16 * 1024;
/** Bytes of one read, unless a single line is longer. */
const LONGEST = 512 * 1024;

interface Wanted extends LinePlace {
  /** Which of those that were asked for. */
  readonly index: number;
}

interface Span {
  readonly offset: number;
  end: number;
  readonly lines: Wanted[];
}

function spansOf(places: readonly LinePlace[]): Span[] {
  // Taken down now: a compaction moves the places while the disk is at work.
  const wanted = places.map(({ seq, offset, length }, index): Wanted => ({ seq, offset, length, index }));
  const spans: Span[] = [];
  for (const line of wanted.sort((a, b) => a.offset - b.offset)) {
    const last = spans.at(-1);
    const end = line.offset + line.length;
    if (last && line.offset - last.end <= GAP && end - last.offset <= LONGEST) {
      last.lines.push(line);
      last.end = Math.max(last.end, end);
    } else spans.push({ offset: line.offset, end, lines: [line] });
  }
  return spans;
}

/** The payload of a line, or what is there instead. */
export type LineRead = Buffer | { readonly offset: number; readonly what: string };

function lineIn(bytes: Buffer, at: number, { seq, offset, length }: LinePlace): LineRead {
  const line = parseLine(bytes.subarray(at, at + length));
  if (typeof line === 'string') return { offset, what: line };
  return line.seq === seq ? line.payload : { offset, what: `number ${line.seq} where ${seq} should be` };
}

/** The lines at `places`, in their order. */
export async function readLines(file: StoredFile, places: readonly LinePlace[]): Promise<LineRead[]> {
  const read: LineRead[] = [];
  const spans = spansOf(places).map(async ({ offset, end, lines }) => {
    const bytes = await file.read(offset, end - offset);
    for (const line of lines) read[line.index] = lineIn(bytes, line.offset - offset, line);
  });
  await Promise.all(spans);
  return read;
}
