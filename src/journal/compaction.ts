/**
 * Copying what still counts of a journal into a fresh file, in three steps: the live lines (while appends go on), then
 * what was appended meanwhile, then, with the writer held for a moment, the little that came during that.
 */
import type { StoredFile } from './file-store.js';

/** Gives the new offset of a line that was at `offset`. Quick when asked in rising order. */
export type Relocate = (offset: number) => number;

const CHUNK = 1024 * 1024;

function grown<T extends Float64Array | Uint32Array>(from: T, into: T): T {
  into.set(from);
  return into;
}

/** Where the live lines are, taken down at one instant, in the order of the file. */
export class LiveLines {
  readonly #offsets: Float64Array;
  readonly #lengths: Uint32Array;
  readonly count: number;
  readonly bytes: number;

  constructor(live: Iterable<{ readonly offset: number; readonly length: number }>) {
    let offsets = new Float64Array(1024);
    let lengths = new Uint32Array(1024);
    let count = 0;
    let bytes = 0;
    let last = 0;
    for (const { offset, length } of live) {
      if (offset < last) throw new RangeError('live lines must come in the order of the file');
      if (count === offsets.length) {
        offsets = grown(offsets, new Float64Array(2 * count));
        lengths = grown(lengths, new Uint32Array(2 * count));
      }
      offsets[count] = offset;
      lengths[count] = length;
      last = offset;
      bytes += length;
      count += 1;
    }
    this.#offsets = offsets;
    this.#lengths = lengths;
    this.count = count;
    this.bytes = bytes;
  }

  /** Runs of lines that stand side by side, none longer than a chunk unless a single line is. */
  *runs(): Generator<{ offset: number; length: number }> {
    let offset = 0;
    let length = 0;
    for (let i = 0; i < this.count; i++) {
      const at = this.#offsets[i] ?? 0;
      const size = this.#lengths[i] ?? 0;
      if (at === offset + length && length + size <= CHUNK) {
        length += size;
        continue;
      }
      if (length > 0) yield { offset, length };
      offset = at;
      length = size;
    }
    if (length > 0) yield { offset, length };
  }

  /**
   * @param base where the first live line stands in the new file
   * @param tailFrom offset in the old file from which everything was copied as it stood, right after the live lines
   */
  relocate(base: number, tailFrom: number): Relocate {
    let index = 0;
    let place = base;
    return (offset) => {
      if (offset >= tailFrom) return offset - tailFrom + base + this.bytes;
      if (offset < (this.#offsets[index] ?? 0)) {
        index = 0;
        place = base;
      }
      while (index < this.count && this.#offsets[index] !== offset) place += this.#lengths[index++] ?? 0;
      if (index === this.count) throw new RangeError(`no live line was at byte ${offset}`);
      return place;
    };
  }
}

/** Copies `runs` of `source` to `target` from `at` on; gives the offset after the last byte. */
export async function copyRuns(
  source: StoredFile,
  runs: Iterable<{ readonly offset: number; readonly length: number }>,
  target: StoredFile,
  at: number,
): Promise<number> {
  let end = at;
  for (const { offset, length } of runs) {
    for (let done = 0; done < length;) {
      const bytes = await source.read(offset + done, Math.min(CHUNK, length - done));
      if (bytes.length === 0) throw new Error(`the journal ends before byte ${offset + length}`);
      await target.write(bytes, end);
      done += bytes.length;
      end += bytes.length;
    }
  }
  return end;
}
