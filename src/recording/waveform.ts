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

  /** Outside first, then inside. */
  bytes(): Buffer {
    const scaled = (peak: number): number => Math.min(255, Math.round(Math.sqrt(peak) * 255));
    return Buffer.from([...this.#outside, ...this.#inside].map(scaled));
  }

  #channel(peaks: Float64Array, from: number, sound: Float32Array): void {
    for (let i = 0; i < sound.length; i++) {
      const point = Math.floor(((from + i) * WAVEFORM_POINTS) / this.#samples);
      if (point >= WAVEFORM_POINTS) return;
      const loud = Math.abs(sound[i] ?? 0);
      if (loud > (peaks[point] ?? 0)) peaks[point] = loud;
    }
  }
}

export function waveformOf(bytes: Uint8Array): Waveform | undefined {
  if (bytes.length !== WAVEFORM_BYTES) return undefined;
  return { outside: bytes.subarray(0, WAVEFORM_POINTS), inside: bytes.subarray(WAVEFORM_POINTS) };
}
