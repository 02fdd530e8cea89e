/**
 * Resampling of whole sounds by a windowed sinc: used once at start for prompts. Above half the lower of the two rates
 * nothing is let through. The rates' ratio is a fraction of small integers, so the filter is needed in few positions between
 * two samples only, and each is computed once.
 */

/** Zero crossings of the sinc on each side. */
const REACH = 16;
/** Far below the last bit of a sample. */
const NOTHING = 1e-9;

/** The filter for one position between two samples: weights, which sum up to 1, and of which samples (relative) they are. */
interface Phase {
  readonly places: Int32Array;
  readonly weights: Float64Array;
}

/** `samples` at `from` Hz as samples at `to` Hz. */
export function resample(samples: Int16Array, from: number, to: number): Int16Array {
  if (from === to) return samples;
  const divisor = greatestCommonDivisor(from, to);
  const [step, positions] = [from / divisor, to / divisor];
  const phases = Array.from({ length: positions }, (_, i) => phaseAt(((i * step) % positions) / positions, from, to));
  const margin = Math.ceil(REACH * Math.max(1, from / to)) + 2;
  const sound = withMargins(samples, margin);
  const result = new Int16Array(Math.round((samples.length * to) / from));
  for (let n = 0; n < result.length; n++) {
    const { places, weights } = phases[n % positions] as Phase;
    const at = margin + Math.floor((n * step) / positions);
    let sum = 0;
    for (let k = 0; k < weights.length; k++)
      sum += (weights[k] as number) * (sound[at + (places[k] as number)] as number);
    result[n] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  }
  return result;
}

/** Beyond its ends the sound goes on as it begins and ends. */
function withMargins(samples: Int16Array, margin: number): Float64Array {
  const sound = new Float64Array(samples.length + 2 * margin);
  sound.set(samples, margin);
  sound.fill(samples[0] ?? 0, 0, margin);
  sound.fill(samples.at(-1) ?? 0, margin + samples.length);
  return sound;
}

/** `fraction`: how far after a sample the position is, 0 to 1. Where the sinc is zero (every other sample at half the rate) nothing is weighed. */
function phaseAt(fraction: number, from: number, to: number): Phase {
  const cutoff = Math.min(1, to / from);
  const half = REACH / cutoff;
  const first = Math.ceil(fraction - half);
  const window = Array.from({ length: Math.floor(fraction + half) - first + 1 }, (_, k) => first + k);
  const places = Int32Array.from(window.filter((place) => Math.abs(kernel((place - fraction) * cutoff)) > NOTHING));
  const weights = Float64Array.from(places, (place) => kernel((place - fraction) * cutoff));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { places, weights: weights.map((weight) => weight / sum) };
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** The sinc under a Blackman window; `x` in zero crossings. */
function kernel(x: number): number {
  if (Math.abs(x) >= REACH) return 0;
  if (x === 0) return 1;
  const phase = (Math.PI * x) / REACH;
  return (Math.sin(Math.PI * x) / (Math.PI * x)) * (0.42 + 0.5 * Math.cos(phase) + 0.08 * Math.cos(2 * phase));
}
