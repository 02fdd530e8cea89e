/**
 * The sound of a segment, in its source's own time and at its own rate: packets decoded, gaps concealed, pauses silent.
 * Samples here are those of the sound: at 16 kHz two for each unit of the segment's times.
 */
import { aLawToLinear, muLawToLinear } from '../../codecs/g711.js';
import type { PagedFile } from '../paged-file.js';
import { CONTEXT, conceal } from './conceal.js';
import { KIND, isWideband } from './packet-list.js';
import type { PacketList } from './packet-list.js';
import type { RowDecoder } from './row-decoder.js';
import { missingSamples, soundEnd } from './segments.js';
import type { Segment } from './segments.js';

/** Packets on either side of what is asked for that concealment may need. */
const NEIGHBOURS = 8;
const FULL_SCALE = 32_768;
const aLaw = Float32Array.from(aLawToLinear, (x) => x / FULL_SCALE);
const muLaw = Float32Array.from(muLawToLinear, (x) => x / FULL_SCALE);

export class SegmentSound {
  readonly #list: PacketList;
  readonly #segment: Segment;
  readonly #file: PagedFile;
  /** 8 kHz goes into the sound's rate so often. */
  readonly times: 1 | 2;
  /** For codecs that go on from what was before. */
  #decoder: RowDecoder | undefined;
  #out = new Float32Array(0);

  constructor(list: PacketList, segment: Segment, file: PagedFile) {
    this.#list = list;
    this.#segment = segment;
    this.#file = file;
    this.times = isWideband(segment.kind) ? 2 : 1;
  }

  /** A decoder is still needed. */
  get lacksDecoder(): boolean {
    return this.times === 2 && !this.#decoder;
  }

  use(decoder: RowDecoder): void {
    this.#decoder = decoder;
  }

  close(): void {
    this.#decoder?.close();
    this.#decoder = undefined;
  }

  #begin(row: number): number {
    return this.times * (this.#segment.source[row] as number);
  }

  #end(row: number): number {
    return this.times * soundEnd(this.#list, this.#segment, row);
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
      if (this.#end(middle) > place) high = middle;
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

  /** The sound from the source's sample `from` up to, and without, `to`, −1 to 1; good until the next call. */
  read(from: number, to: number): Float32Array {
    const out = this.#scratch(to - from);
    for (let row = this.#rowAt(from); row < this.#rows; row++) {
      const gap = this.times * missingSamples(this.#list, this.#segment, row);
      if (gap > 0) this.#conceal(row, gap, from, out);
      const begin = this.#begin(row);
      if (begin >= to) break;
      const end = Math.min(to, this.#end(row));
      if (end > Math.max(from, begin)) {
        this.#decode(row, Math.max(from, begin), end, out, Math.max(0, begin - from));
      }
    }
    return out;
  }

  /** Silence of this length. */
  #scratch(length: number): Float32Array {
    if (this.#out.length < length) this.#out = new Float32Array(length);
    return this.#out.subarray(0, length).fill(0);
  }

  /** Decodes a row's samples from `from` to `to` (in the source's time) to `out`, at `at`. */
  #decode(row: number, from: number, to: number, out: Float32Array, at: number): void {
    const skip = from - this.#begin(row);
    if (this.times === 2) {
      const samples = this.#decoder?.samples(row)?.subarray(skip, skip + to - from) ?? [];
      for (let i = 0; i < samples.length; i++) out[at + i] = (samples[i] as number) / FULL_SCALE;
      return;
    }
    const packet = this.#segment.packets[row] as number;
    const table = this.#list.kind[packet] === KIND.pcma ? aLaw : muLaw;
    this.#file.translate((this.#list.at[packet] as number) + skip, to - from, table, out, at);
  }

  /** Makes up the `gap` samples that follow the row before `row`, and puts what lies in `out` there. */
  #conceal(row: number, gap: number, from: number, out: Float32Array): void {
    const begin = this.#end(row - 1);
    const whole = begin + gap >= this.#begin(row);
    const after = whole ? this.#after(row) : new Float32Array(0);
    const made = conceal(this.#before(row - 1), after, gap, this.times);
    for (let n = Math.max(0, from - begin); n < gap && begin + n - from < out.length; n++) {
      out[begin + n - from] = made[n] as number;
    }
  }

  /** Sound without gaps that ends with `row`. */
  #before(row: number): Float32Array {
    const context = CONTEXT * this.times;
    const end = this.#end(row);
    let first = row;
    const joins = (): boolean => this.#end(first - 1) === this.#begin(first);
    while (first > 0 && row - first < NEIGHBOURS - 2 && end - this.#begin(first) < context && joins()) first--;
    const begin = Math.max(end - context, this.#begin(first));
    return this.#plain(first, row, begin, end);
  }

  /** Sound without gaps that begins with `row`. */
  #after(row: number): Float32Array {
    const context = CONTEXT * this.times;
    const begin = this.#begin(row);
    let last = row;
    const end = (): number => this.#end(last);
    while (
      last + 1 < this.#rows &&
      last - row < NEIGHBOURS - 2 &&
      end() - begin < context &&
      end() === this.#begin(last + 1)
    ) {
      last++;
    }
    return this.#plain(row, last, begin, Math.min(begin + context, end()));
  }

  /** The sound of some rows that follow on one another, from `begin` to `end`. */
  #plain(first: number, last: number, begin: number, end: number): Float32Array {
    const out = new Float32Array(Math.max(0, end - begin));
    for (let row = first; row <= last; row++) {
      const from = Math.max(begin, this.#begin(row));
      const to = Math.min(end, this.#end(row));
      if (to > from) this.#decode(row, from, to, out, from - begin);
    }
    return out;
  }
}
