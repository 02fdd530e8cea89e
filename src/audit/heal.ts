/**
 * What the last segment says at the start: where the chain goes on, and what a crash in the middle of a write has left.
 * Pure: who calls it cuts off and goes on as it says.
 */
import { sha256, ZERO_HASH } from './line.js';
import type { PlacedDetail, PlacedLine } from './segments.js';

/** The last line of which it is known that it was there. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: string;
}

export const BEGINNING: ChainEnd = { seq: 0, hash: ZERO_HASH };

export type SegmentState =
  /** The chain goes on after `end`, at byte `size`; what stands after it was torn by a crash. */
  | { readonly kind: 'sound'; readonly end: ChainEnd; readonly size: number; readonly torn: Torn | undefined }
  /** Lines that were durable once are unreadable at the end: the chain goes on in a new segment. */
  | { readonly kind: 'damaged'; readonly end: ChainEnd };

export interface Torn {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * @param before the end of the segment before
 * @param proven the last line that an anchor covers: it was durable, so its absence is damage
 */
export function segmentState(
  bytes: Buffer,
  lines: readonly PlacedLine[],
  before: ChainEnd,
  proven: ChainEnd,
): SegmentState {
  let end = before;
  let size = 0;
  let doubtful = false;
  for (const { found, offset, length } of lines) {
    if (typeof found === 'string') {
      doubtful = true;
      continue;
    }
    const { seq, batch } = found.record;
    // After a bad line only the beginning of a batch shows that what came before was durable.
    if (doubtful && seq !== batch) continue;
    doubtful = false;
    end = { seq, hash: found.hash };
    size = offset + length;
  }
  if (proven.seq > end.seq) return { kind: 'damaged', end: proven };
  const rest = bytes.subarray(size);
  const torn = rest.length > 0 ? { bytes: rest.length, sha256: sha256(rest) } : undefined;
  return { kind: 'sound', end, size, torn };
}

/** Where the details of lines that are not in the chain begin: those of a batch that did not come to be, or torn ones. */
export function detailsEnd(details: readonly PlacedDetail[], lastSeq: number): number {
  let end = 0;
  for (const { found, offset, length } of details) {
    if (typeof found !== 'string' && found.seq <= lastSeq) end = offset + length;
  }
  return end;
}
