/** Comparing sounds: where one lies in another and how alike they are, levels, and the strength of a tone. */

import { correlateAtLags } from '../fft.js';

/** Cuts [fromS, toS) out of a sound. */
export function slice(sound: Float32Array, fromS: number, toS: number, rate = 8000): Float32Array {
  return sound.subarray(Math.max(0, Math.round(fromS * rate)), Math.round(toS * rate));
}

/** Root mean square in dB below full scale; silence is -Infinity. */
export function level(sound: Float32Array): number {
  let sum = 0;
  for (const sample of sound) sum += sample * sample;
  return 10 * Math.log10(sum / Math.max(1, sound.length));
}

/** Strength of one frequency in dB below full scale (a full-scale sine is -3). */
export function toneLevel(sound: Float32Array, hz: number, rate = 8000): number {
  let [re, im] = [0, 0];
  for (let n = 0; n < sound.length; n++) {
    const angle = (2 * Math.PI * hz * n) / rate;
    re += (sound[n] ?? 0) * Math.cos(angle);
    im -= (sound[n] ?? 0) * Math.sin(angle);
  }
  const amplitude = (2 * Math.hypot(re, im)) / Math.max(1, sound.length);
  return 20 * Math.log10(amplitude / Math.SQRT2);
}

export interface Match {
  /** Pearson's correlation at the best place. */
  readonly correlation: number;
  /** Where `part` begins in `whole`, in samples from `around`. */
  readonly lag: number;
}

/** Finds `part` in `whole` near index `around`, within `reach` samples either way; samples outside count as silence. */
export function find(part: Float32Array, whole: Float32Array, around: number, reach: number): Match {
  // Both with `reach` samples before the place at which they would begin together.
  const [near, shifted] = [new Float64Array(part.length + 2 * reach), new Float32Array(part.length + reach)];
  for (let n = 0; n < near.length; n++) near[n] = whole[around - reach + n] ?? 0;
  shifted.set(part, reach);
  const products = correlateAtLags(shifted, Float32Array.from(near), reach);
  const [sums, squares] = [runningSums(near), runningSums(near.map((x) => x * x))];
  const [a, aa] = part.reduce(([sum, square], x) => [sum + x, square + x * x], [0, 0]);
  const count = part.length;
  let best: Match = { correlation: -1, lag: 0 };
  for (let at = 0; at <= 2 * reach; at++) {
    const b = (sums[at + count] as number) - (sums[at] as number);
    const bb = (squares[at + count] as number) - (squares[at] as number);
    const correlation = pearson(count, a, b, aa, bb, products[at] as number);
    if (correlation > best.correlation) best = { correlation, lag: at - reach };
  }
  return best;
}

/** The sum of all before each place. */
function runningSums(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let n = 0; n < values.length; n++) sums[n + 1] = (sums[n] as number) + (values[n] as number);
  return sums;
}

/** From the sums of both, of their squares and of their products. A sound that does not move is like nothing. */
function pearson(count: number, a: number, b: number, aa: number, bb: number, ab: number): number {
  const [spreadA, spreadB] = [aa - (a * a) / count, bb - (b * b) / count];
  const least = 1e-9 * count;
  return spreadA < least || spreadB < least ? 0 : (ab - (a * b) / count) / Math.sqrt(spreadA * spreadB);
}

/** Pearson's correlation of `part` with `whole` from `start`; samples outside count as silence. */
export function correlate(part: Float32Array, whole: Float32Array, start: number): number {
  let [a, b, ab, aa, bb] = [0, 0, 0, 0, 0];
  for (let n = 0; n < part.length; n++) {
    const x = part[n] ?? 0;
    const y = whole[start + n] ?? 0;
    a += x;
    b += y;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return pearson(part.length, a, b, aa, bb, ab);
}
