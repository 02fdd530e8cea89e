/** One channel of a recording, block by block: every segment at its place, its clock corrected, silence between. */
import { mute } from '../mute.js';
import type { SampleSpan } from '../mute.js';
import type { PagedFile } from '../paged-file.js';
import { LEAD, TAPS, sampleAt } from './interpolate.js';
import type { PacketList } from './packet-list.js';
import { SegmentSound } from './segment-sound.js';
import type { Segment, Timeline } from './segments.js';
import { lineEnd, toSource } from './time-map.js';

/** Below −60 dB nothing is heard: an idle line's noise is lower still. */
const AUDIBLE = 0.001;

interface Piece {
  readonly segment: Segment;
  readonly sound: SegmentSound;
  /** Samples of the recording. */
  readonly from: number;
  readonly to: number;
  /** Samples of the source that are needed for it. */
  readonly sourceFrom: number;
  readonly sourceTo: number;
}

export class Channel {
  readonly #list: PacketList;
  readonly #segments: readonly Segment[];
  readonly #mutes: readonly SampleSpan[];
  readonly #file: PagedFile;
  /** Segments before this one are over. */
  #first = 0;
  #peak = 0;

  constructor(list: PacketList, timeline: Timeline, mutes: readonly SampleSpan[], file: PagedFile) {
    this.#list = list;
    this.#segments = timeline.segments;
    this.#mutes = mutes;
    this.#file = file;
  }

  /** Nothing was to be heard so far. */
  get silent(): boolean {
    return this.#peak < AUDIBLE;
  }

  /** Names the bytes of the spool that `render` with the same bounds will need. Blocks go forward only. */
  want(from: number, to: number): void {
    for (const { sound, sourceFrom, sourceTo } of this.#pieces(from, to)) sound.want(sourceFrom, sourceTo);
  }

  /** The recording's samples from `from` up to, and without, `to`. */
  render(from: number, to: number): Float32Array {
    const out = new Float32Array(to - from);
    for (const piece of this.#pieces(from, to)) this.#place(piece, out, from);
    mute(out, from, this.#mutes);
    this.#peak = Math.max(this.#peak, peakOf(out));
    return out;
  }

  *#pieces(blockFrom: number, blockTo: number): Generator<Piece, void> {
    const over = (segment: Segment | undefined): boolean => segment !== undefined && segment.to <= blockFrom;
    while (over(this.#segments[this.#first])) this.#first++;
    for (let i = this.#first; i < this.#segments.length; i++) {
      const segment = this.#segments[i] as Segment;
      if (segment.from >= blockTo) break;
      const from = Math.max(blockFrom, Math.ceil(segment.from));
      const to = Math.min(blockTo, Math.ceil(segment.to));
      if (from >= to) continue;
      const sound = new SegmentSound(this.#list, segment, this.#file);
      const sourceFrom = Math.floor(toSource(segment.map, from)) - LEAD;
      const sourceTo = Math.floor(toSource(segment.map, to)) + TAPS;
      yield { segment, sound, from, to, sourceFrom, sourceTo };
    }
  }

  #place({ segment, sound, from, to, sourceFrom, sourceTo }: Piece, out: Float32Array, blockFrom: number): void {
    const { map } = segment;
    const source = sound.read(sourceFrom, sourceTo);
    for (let n = from; n < to;) {
      const begin = toSource(map, n);
      const end = Math.min(to, Math.ceil(lineEnd(map, n)));
      const step = toSource(map, Math.min(end, lineEnd(map, n))) - begin;
      const slope = step / (Math.min(end, lineEnd(map, n)) - n);
      if (slope === 1 && Number.isInteger(begin)) {
        out.set(source.subarray(begin - sourceFrom, begin - sourceFrom + end - n), n - blockFrom);
      } else {
        for (let k = 0; k < end - n; k++) out[n - blockFrom + k] = sampleAt(source, begin + k * slope - sourceFrom);
      }
      n = end;
    }
  }
}

function peakOf(sound: Float32Array): number {
  let peak = 0;
  for (let n = 0; n < sound.length; n++) {
    const x = Math.abs(sound[n] as number);
    if (x > peak) peak = x;
  }
  return peak;
}
