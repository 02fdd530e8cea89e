/** One channel of a recording, block by block: every segment at its place, its clock corrected, silence between. */
import { createVoiceDecoder } from '../../codecs/voice.js';
import { mute } from '../mute.js';
import type { SampleSpan } from '../mute.js';
import type { PagedFile } from '../paged-file.js';
import { HALVING, LEAD, TAPS, interpolate, withoutHighs } from './interpolate.js';
import { KIND } from './packet-list.js';
import type { PacketList } from './packet-list.js';
import { RowDecoder } from './row-decoder.js';
import { SegmentSound } from './segment-sound.js';
import type { Segment, Timeline } from './segments.js';
import { lineEnd, toSource } from './time-map.js';

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
  /** 8 kHz, in which the timeline counts, goes into the recording's rate so often. */
  readonly #times: number;
  readonly #sounds = new Map<Segment, SegmentSound>();
  /** Segments before this one are over. */
  #first = 0;
  #out = new Float32Array(0);

  constructor(list: PacketList, timeline: Timeline, mutes: readonly SampleSpan[], file: PagedFile, times: 1 | 2 = 1) {
    this.#list = list;
    this.#segments = timeline.segments;
    this.#mutes = mutes;
    this.#file = file;
    this.#times = times;
  }

  /** Makes the decoders that `render` with the same bounds will need. */
  async prepare(from: number, to: number): Promise<void> {
    for (const { segment, sound } of this.#pieces(from, to)) {
      if (!sound.lacksDecoder) continue;
      const decoder = await createVoiceDecoder(segment.kind === KIND.opus ? 'opus' : 'G722');
      sound.use(new RowDecoder(decoder, this.#list, segment, this.#file));
    }
  }

  /** Gives the decoders back. */
  close(): void {
    for (const sound of this.#sounds.values()) sound.close();
    this.#sounds.clear();
  }

  /** Names the bytes of the spool that `render` with the same bounds will need. Blocks go forward only. */
  want(from: number, to: number): void {
    for (const { sound, sourceFrom, sourceTo } of this.#pieces(from, to)) sound.want(sourceFrom, sourceTo);
  }

  /** The recording's samples from `from` up to, and without, `to`; good until the next call. */
  render(from: number, to: number): Float32Array {
    if (this.#out.length < to - from) this.#out = new Float32Array(to - from);
    const out = this.#out.subarray(0, to - from).fill(0);
    for (const piece of this.#pieces(from, to)) this.#place(piece, out, from);
    mute(out, from, this.#mutes);
    return out;
  }

  *#pieces(blockFrom: number, blockTo: number): Generator<Piece, void> {
    const times = this.#times;
    for (
      let over = this.#segments[this.#first];
      over && over.to * times <= blockFrom;
      over = this.#segments[this.#first]
    ) {
      this.#sounds.get(over)?.close();
      this.#sounds.delete(over);
      this.#first++;
    }
    for (let i = this.#first; i < this.#segments.length; i++) {
      const segment = this.#segments[i] as Segment;
      if (segment.from * times >= blockTo) break;
      const from = Math.max(blockFrom, Math.ceil(segment.from * times));
      const to = Math.min(blockTo, Math.ceil(segment.to * times));
      if (from >= to) continue;
      const sound = this.#sounds.get(segment) ?? new SegmentSound(this.#list, segment, this.#file);
      this.#sounds.set(segment, sound);
      const margin = sound.times > times ? HALVING : 0;
      const sourceFrom = Math.floor(sound.times * toSource(segment.map, from / times)) - LEAD - margin;
      const sourceTo = Math.floor(sound.times * toSource(segment.map, to / times)) + TAPS + margin;
      yield { segment, sound, from, to, sourceFrom, sourceTo };
    }
  }

  #place({ segment, sound, from, to, sourceFrom, sourceTo }: Piece, out: Float32Array, blockFrom: number): void {
    const { map } = segment;
    const times = this.#times;
    const read = sound.read(sourceFrom, sourceTo);
    const source = sound.times > times ? withoutHighs(read) : read;
    const sample = (n: number): number => sound.times * toSource(map, n / times);
    for (let n = from; n < to;) {
      const begin = sample(n);
      const line = times * lineEnd(map, n / times);
      const end = Math.min(to, Math.ceil(line));
      const slope = (sample(Math.min(end, line)) - begin) / (Math.min(end, line) - n);
      if (slope === 1 && Number.isInteger(begin)) {
        out.set(source.subarray(begin - sourceFrom, begin - sourceFrom + end - n), n - blockFrom);
      } else {
        interpolate(source, begin - sourceFrom, slope, out.subarray(n - blockFrom, end - blockFrom));
      }
      n = end;
    }
  }
}
