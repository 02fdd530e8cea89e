/** Comparing sounds: where one lies in another and how alike they are, levels, and the strength of a tone. */

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

/** Finds `part` in `whole` near index `around`, within `reach` samples either way. */
export function find(part: Float32Array, whole: Float32Array, around: number, reach: number): Match {
  let best: Match = { correlation: -1, lag: 0 };
  for (let lag = -reach; lag <= reach; lag++) {
    const correlation = correlate(part, whole, around + lag);
    if (correlation > best.correlation) best = { correlation, lag };
  }
  return best;
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
  const count = part.length;
  const spread = Math.sqrt((aa - (a * a) / count) * (bb - (b * b) / count));
  return spread === 0 ? 0 : (ab - (a * b) / count) / spread;
}
