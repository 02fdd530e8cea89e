/**
 * Our own MP3 encoder, for what a recorder of calls needs and nothing else: two sides that have nothing in common, 8 or 16
 * kHz, a constant bitrate. It has no model of hearing: of all ways to spend the bits it takes the one that is nearest to
 * what was said. It makes short transforms only, of 48 ms at 8 kHz, which is how fast speech changes; and since a decoder
 * takes whatever is told by the format, all players play it (docs/decisions/encoding.md).
 */
import type { Mp3Encoder } from '../encoder.js';
import { SAMPLES_PER_FRAME } from '../frame.js';
import type { SampleRate } from '../frame.js';
import { FrameWriter } from './frame-writer.js';
import { SIDES, SpeechKernel, TRANSFORM_LINES } from './speech-kernel.js';
import type { SideNumber, Three } from './speech-kernel.js';

/**
 * How much of a difference in loudness the steps follow, between the sides and from one moment of a side to another: 0 would
 * drown what is quiet in the noise of what is loud, 1 would give to the noise of pauses what speech needs.
 */
const FOLLOW_SIDE = 0.85;
const FOLLOW_MOMENT = 0.6;
/** Loudness is told in steps of global_gain, 1.5 dB. A voice is at least so loud; what is fainter is noise of the line. */
const FAINTEST_VOICE = -38;
/** By how much less loud a side is taken to be with each frame in which nobody speaks: 0.6 dB a second at 8 kHz. */
const FORGET = 0.03;
/** Power of the faintest sound that is told from silence. */
const LEAST_POWER = 1e-10;

/** The bits that a decoder must be able to take for a granule of both sides, and twelve tell of each (part2_3_length). */
const MOST_BITS = 4095;
/** global_gain at which a level of one stands for 1.0, and the most that it can be. */
const GAIN_OF_ONE = 210;
const LARGEST_GAIN = 255;
/** What a step of subblock_gain lifts a transform by, in steps of global_gain, and the most steps. */
const LIFT = 8;
const MOST_LIFTS = 7;
/** The largest level that has a code. */
const LARGEST_LEVEL = 15 + 2 ** 13 - 1;
/** A reservoir that is half full is left as it is: it gives to the loud what the quiet did not need. Steps of gain, at most. */
const TRIM = 1;

interface Side {
  readonly number: SideNumber;
  /** global_gain, and the finest one for which the largest line has a code. */
  gain: number;
  finestGain: number;
  /** subblock_gain of each transform. */
  lifts: Three;
  /** Of the loudest transform of the granule, for a line of it on average. */
  loudness: number;
  /** What that is while somebody speaks. */
  voice: number;
}

export class SpeechEncoder implements Mp3Encoder {
  readonly name = 'halina';
  /** Players look for LAME's delays in the Info frame only where its name is the beginning of the version. */
  readonly version = 'LAME/Hal1';
  readonly delaySamples = 528;
  readonly #frames: FrameWriter;
  readonly #kernel: SpeechKernel;
  readonly #sides: readonly Side[] = SIDES.map(newSide);
  /** Samples that do not make a granule yet. */
  readonly #rest = SIDES.map(() => new Float32Array(SAMPLES_PER_FRAME));
  #filled = 0;
  /** The step that serves all frames alike: of a side as loud as the most that there can be. */
  #gain = GAIN_OF_ONE;

  /** Throws where the processor cannot run its kernel. */
  constructor(kbps: number, rate: SampleRate) {
    this.#frames = new FrameWriter(kbps, rate);
    this.#kernel = new SpeechKernel(rate);
  }

  encode(left: Float32Array, right: Float32Array): Uint8Array {
    const sound = [left, right] as const;
    const out: Uint8Array[] = [];
    let at = 0;
    if (this.#filled > 0) {
      at = this.#keep(sound, 0);
      if (this.#filled < SAMPLES_PER_FRAME) return new Uint8Array(0);
      this.#filled = 0;
      out.push(this.#granule(this.#rest, 0));
    }
    for (; at + SAMPLES_PER_FRAME <= left.length; at += SAMPLES_PER_FRAME) out.push(this.#granule(sound, at));
    this.#keep(sound, at);
    return Buffer.concat(out);
  }

  finish(): Uint8Array {
    const out: Uint8Array[] = [];
    for (const rest of this.#rest) rest.fill(0, this.#filled);
    out.push(this.#granule(this.#rest, 0));
    for (const rest of this.#rest) rest.fill(0);
    // What is said last leaves the filter bank two granules late.
    for (let n = 0; n < 2; n++) out.push(this.#granule(this.#rest, 0));
    out.push(this.#frames.finish());
    return Buffer.concat(out);
  }

  /** Keeps what there is from `from` on, up to a granule. Gives where it ended. */
  #keep(sound: readonly [Float32Array, Float32Array], from: number): number {
    const to = Math.min(sound[0].length, from + SAMPLES_PER_FRAME - this.#filled);
    for (const side of SIDES) this.#rest[side]?.set(sound[side].subarray(from, to), this.#filled);
    this.#filled += to - from;
    return to;
  }

  #granule(sound: readonly Float32Array[], from: number): Uint8Array {
    for (const side of this.#sides) this.#transform(side, sound[side.number] as Float32Array, from);
    this.#chooseSteps();
    const heads = this.#sides.map(({ gain, lifts, number }) => ({ gain, lifts, plan: this.#kernel.plan(number) }));
    return this.#frames.add(heads, this.#kernel.write());
  }

  #transform(side: Side, samples: Float32Array, from: number): void {
    const loudness = mapThree(this.#kernel.toLines(side.number, samples, from), loudnessOf);
    side.loudness = Math.max(...loudness);
    side.voice = Math.max(side.loudness, side.voice - FORGET, FAINTEST_VOICE);
    // A quiet transform beside a loud one gets finer steps, as a quiet granule does.
    side.lifts = mapThree(loudness, (one) =>
      Math.min(MOST_LIFTS, Math.round((FOLLOW_MOMENT * (side.loudness - one)) / LIFT)),
    );
    const largest = this.#kernel.shape(
      side.number,
      mapThree(side.lifts, (lifts) => 2 ** ((lifts * LIFT) / 4)),
    );
    const finest = largest === 0 ? 0 : GAIN_OF_ONE + (16 / 3) * Math.log2(largest / (LARGEST_LEVEL - 1));
    side.finestGain = Math.max(0, Math.ceil(finest));
  }

  /**
   * Quantizes both sides with the step that serves all frames alike, as far as the bits for it are there and are not more than
   * can be kept for later.
   */
  #chooseSteps(): void {
    const { bitsOfFrame, reservoirBits, reservoirLimit } = this.#frames;
    const room = bitsOfFrame + reservoirBits;
    const most = Math.min(MOST_BITS, room);
    // What is left beyond the limit is lost.
    const least = room - reservoirLimit;
    let bits = this.#quantize(this.#gain);
    if (bits > most) bits = this.#fit(bits, most);
    else if (bits < least) bits = this.#fit(bits, Math.min(most, least + bitsOfFrame / 8));
    this.#gain += 2 * TRIM * (0.5 - (room - bits) / reservoirLimit);
  }

  /** Quantizes with the finest step that takes no more than `most` bits; `bits` is what the step of now takes. Gives the bits. */
  #fit(bits: number, most: number): number {
    let tooFine = -Infinity;
    let fits = Infinity;
    let now = bits;
    while (fits - tooFine > 1) {
      if (now > most) tooFine = this.#gain;
      else fits = this.#gain;
      // A step finer by 1.5 dB takes a quarter of a bit more for each line that is not zero.
      const bitsOfStep = Math.max(16, (this.#kernel.linesOf(0) + this.#kernel.linesOf(1)) / 4);
      if (now <= most && (now + bitsOfStep > most || this.#isFinest())) return now;
      const guess = Math.round((now - most) / bitsOfStep) || Math.sign(now - most) || -1;
      this.#gain = Math.max(tooFine + 1, Math.min(fits - 1, this.#gain + guess));
      if (fits - tooFine > 1) now = this.#quantize(this.#gain);
    }
    this.#gain = fits;
    return this.#quantize(fits);
  }

  #isFinest(): boolean {
    return this.#sides.every(({ gain, finestGain }) => gain === finestGain);
  }

  /** Gives the bits of both sides. */
  #quantize(gain: number): number {
    let bits = 0;
    for (const side of this.#sides) {
      const wanted = Math.round(gain + FOLLOW_SIDE * side.voice + FOLLOW_MOMENT * (side.loudness - side.voice));
      side.gain = Math.min(LARGEST_GAIN, Math.max(side.finestGain, wanted));
      bits += this.#kernel.toLevels(side.number, 2 ** ((-3 / 16) * (side.gain - GAIN_OF_ONE)));
    }
    return bits;
  }
}

const newSide = (number: SideNumber): Side => ({
  number,
  gain: 0,
  finestGain: 0,
  lifts: [0, 0, 0],
  loudness: FAINTEST_VOICE,
  voice: FAINTEST_VOICE,
});

const mapThree = (values: Three, map: (value: number) => number): Three => [
  map(values[0]),
  map(values[1]),
  map(values[2]),
];
const loudnessOf = (energy: number): number => 2 * Math.log2(Math.max(LEAST_POWER, energy / TRANSFORM_LINES));
