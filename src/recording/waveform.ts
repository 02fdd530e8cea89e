/**
 * The picture of a recording's sound: how loud each channel was in each of 800 equal stretches of the whole. Made while
 * encoding, carried in the recording's tag.
 */

export const WAVEFORM_POINTS = 800;
export const WAVEFORM_BYTES = 2 * WAVEFORM_POINTS;

export interface Waveform {
  /** Peaks, 0 to 255, by the square root of the loudness: quiet speech is to be seen beside loud. */
  readonly outside: Uint8Array;
  readonly inside: Uint8Array;
}

export class WaveformBuilder {
  readonly #outside = new Float64Array(WAVEFORM_POINTS);
  readonly #inside = new Float64Array(WAVEFORM_POINTS);
  readonly #samples: number;

  /** `samples`: of the whole recording. */
  constructor(samples: number) {
    this.#samples = Math.max(1, samples);
  }

  /** Sound from sample `from` on, −1 to 1. */
  add(from: number, outside: Float32Array, inside: Float32Array): void {
    this.#channel(this.#outside, from, outside);
    this.#channel(this.#inside, from, inside);
  }

  /** The loudest of all so far, 0 to 1. */
  get outsidePeak(): number {
    return Math.max(...this.#outside);
  }

  get insidePeak(): number {
    return Math.max(...this.#inside);
  }

  /** Outside first, then inside. */
  bytes(): Buffer {
    const scaled = (peak: number): number => Math.min(255, Math.round(Math.sqrt(peak) * 255));
    return Buffer.from([...this.#outside, ...this.#inside].map(scaled));
  }

  #channel(peaks: Float64Array, from: number, sound: Float32Array): void {
    let point = Math.floor((from * WAVEFORM_POINTS) / this.#samples);
    for (let i = 0; i < sound.length && point < WAVEFORM_POINTS; point++) {
      const next = Math.ceil(((point + 1) * this.#samples) / WAVEFORM_POINTS) - from;
      const end = Math.min(sound.length, next);
      peaks[point] = Math.max(peaks[point] as number, peakOf(sound, i, end));
      i = Math.max(i, end);
    }
  }
}

/**
 * The largest absolute value among the samples from `from` up to, and without, `to`. Without their sign, floating-point
 * numbers (IEEE 754) are in the order of their bits, and whole numbers compare quickly.
 */
function peakOf(sound: Float32Array, from: number, to: number): number {
  const bits = new Int32Array(sound.buffer, sound.byteOffset, sound.length);
  let most = 0;
  let other = 0;
  let n = from;
  for (; n < to - 1; n += 2) {
    const one = (bits[n] as number) & 0x7fff_ffff;
    const next = (bits[n + 1] as number) & 0x7fff_ffff;
    if (one > most) most = one;
    if (next > other) other = next;
  }
  if (n < to) most = Math.max(most, (bits[n] as number) & 0x7fff_ffff);
  return new Float32Array(Int32Array.of(Math.max(most, other)).buffer)[0] as number;
}

export function waveformOf(bytes: Uint8Array): Waveform | undefined {
  if (bytes.length !== WAVEFORM_BYTES) return undefined;
  return { outside: bytes.subarray(0, WAVEFORM_POINTS), inside: bytes.subarray(WAVEFORM_POINTS) };
}
