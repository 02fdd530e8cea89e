/** The sound of a segment, in its source's own time: packets decoded, gaps concealed, pauses silent. */
import { aLawToLinear, muLawToLinear } from '../../codecs/g711.js';
import type { PagedFile } from '../paged-file.js';
import { CONTEXT, conceal } from './conceal.js';
import { KIND } from './packet-list.js';
import type { PacketList } from './packet-list.js';
import { missingSamples, soundEnd } from './segments.js';
import type { Segment } from './segments.js';

/** Packets on either side of what is asked for that concealment may need. */
const NEIGHBOURS = 8;
const FULL_SCALE = 32_768;

export class SegmentSound {
  readonly #list: PacketList;
  readonly #segment: Segment;
  readonly #file: PagedFile;

  constructor(list: PacketList, segment: Segment, file: PagedFile) {
    this.#list = list;
    this.#segment = segment;
    this.#file = file;
  }

  get #rows(): number {
    return this.#segment.packets.length;
  }

  /** The first row whose sound goes beyond `place`. */
  #rowAt(place: number): number {
    let low = 0;
    let high = this.#rows;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (soundEnd(this.#list, this.#segment, middle) > place) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Names the bytes that `read` with the same bounds will need. */
  want(from: number, to: number): void {
    const last = Math.min(this.#rows, this.#rowAt(to) + NEIGHBOURS);
    for (let row = Math.max(0, this.#rowAt(from) - NEIGHBOURS); row < last; row++) {
      const packet = this.#segment.packets[row] as number;
      this.#file.want(this.#list.at[packet] as number, this.#list.bytes[packet] as number);
    }
  }

  /** The sound from the source's sample `from` up to, and without, `to`, −1 to 1. */
  read(from: number, to: number): Float32Array {
    const out = new Float32Array(to - from);
    const { source } = this.#segment;
    for (let row = this.#rowAt(from); row < this.#rows; row++) {
      const gap = missingSamples(this.#list, this.#segment, row);
      if (gap > 0) this.#conceal(row, gap, from, out);
      const begin = source[row] as number;
      if (begin >= to) break;
      const end = Math.min(to, soundEnd(this.#list, this.#segment, row));
      if (end > Math.max(from, begin)) {
        this.#decode(row, Math.max(from, begin), end, out, Math.max(0, begin - from));
      }
    }
    return out;
  }

  /** Decodes a row's samples from `from` to `to` (in the source's time) to `out`, at `at`. */
  #decode(row: number, from: number, to: number, out: Float32Array, at: number): void {
    const packet = this.#segment.packets[row] as number;
    const table = this.#list.kind[packet] === KIND.pcma ? aLawToLinear : muLawToLinear;
    const skip = from - (this.#segment.source[row] as number);
    const bytes = this.#file.bytes((this.#list.at[packet] as number) + skip, to - from);
    for (let i = 0; i < bytes.length; i++) out[at + i] = (table[bytes[i] as number] as number) / FULL_SCALE;
  }

  /** Makes up the `gap` samples that follow the row before `row`, and puts what lies in `out` there. */
  #conceal(row: number, gap: number, from: number, out: Float32Array): void {
    const begin = soundEnd(this.#list, this.#segment, row - 1);
    const whole = begin + gap >= (this.#segment.source[row] as number);
    const after = whole ? this.#after(row) : new Float32Array(0);
    const made = conceal(this.#before(row - 1), after, gap);
    for (let n = Math.max(0, from - begin); n < gap && begin + n - from < out.length; n++) {
      out[begin + n - from] = made[n] as number;
    }
  }

  /** Sound without gaps that ends with `row`. */
  #before(row: number): Float32Array {
    const { source } = this.#segment;
    const end = soundEnd(this.#list, this.#segment, row);
    let first = row;
    const joins = (): boolean => soundEnd(this.#list, this.#segment, first - 1) === (source[first] as number);
    while (first > 0 && row - first < NEIGHBOURS - 2 && end - (source[first] as number) < CONTEXT && joins()) first--;
    const begin = Math.max(end - CONTEXT, source[first] as number);
    return this.#plain(first, row, begin, end);
  }

  /** Sound without gaps that begins with `row`. */
  #after(row: number): Float32Array {
    const { source } = this.#segment;
    const begin = source[row] as number;
    let last = row;
    const end = (): number => soundEnd(this.#list, this.#segment, last);
    while (
      last + 1 < this.#rows &&
      last - row < NEIGHBOURS - 2 &&
      end() - begin < CONTEXT &&
      end() === source[last + 1]
    ) {
      last++;
    }
    return this.#plain(row, last, begin, Math.min(begin + CONTEXT, end()));
  }

  /** The sound of some rows that follow on one another, from `begin` to `end`. */
  #plain(first: number, last: number, begin: number, end: number): Float32Array {
    const out = new Float32Array(Math.max(0, end - begin));
    for (let row = first; row <= last; row++) {
      const from = Math.max(begin, this.#segment.source[row] as number);
      const to = Math.min(end, soundEnd(this.#list, this.#segment, row));
      if (to > from) this.#decode(row, from, to, out, from - begin);
    }
    return out;
  }
}
