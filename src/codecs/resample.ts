/**
 * Resampling of whole sounds by a windowed sinc: used once at start for prompts. Above half the lower of the two rates
 * nothing is let through. The rates' ratio is a fraction of small integers, so the filter is needed in few positions between
 * two samples only, and each is computed once.
 */

/** Zero crossings of the sinc on each side. */
const REACH = 16;

/** The filter for one position: weights, which sum up to 1, of the samples from `first` (relative) on. */
interface Phase {
  readonly first: number;
  readonly weights: Float64Array;
}

/** `samples` at `from` Hz as samples at `to` Hz. */
export function resample(samples: Int16Array, from: number, to: number): Int16Array {
  if (from === to) return samples;
  const divisor = greatestCommonDivisor(from, to);
  const [step, positions] = [from / divisor, to / divisor];
  const phases = Array.from({ length: positions }, (_, i) => phaseAt(((i * step) % positions) / positions, from, to));
  const result = new Int16Array(Math.round((samples.length * to) / from));
  for (let n = 0; n < result.length; n++) {
    const phase = phases[n % positions];
    if (!phase) continue;
    const first = Math.floor((n * step) / positions) + phase.first;
    result[n] = Math.max(-32_768, Math.min(32_767, Math.round(weigh(samples, first, phase.weights))));
  }
  return result;
}

/** The sum of weighted samples; beyond the ends the sound goes on as it begins and ends. */
function weigh(samples: Int16Array, first: number, weights: Float64Array): number {
  const last = samples.length - 1;
  let sum = 0;
  for (let k = 0; k < weights.length; k++)
    sum += (weights[k] ?? 0) * (samples[Math.min(Math.max(first + k, 0), last)] ?? 0);
  return sum;
}

/** `fraction`: how far after a sample the position is, 0 to 1. */
function phaseAt(fraction: number, from: number, to: number): Phase {
  const cutoff = Math.min(1, to / from);
  const half = REACH / cutoff;
  const first = Math.ceil(fraction - half);
  const weights = new Float64Array(Math.floor(fraction + half) - first + 1);
  weights.forEach((_, k) => (weights[k] = kernel((first + k - fraction) * cutoff)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { first, weights: weights.map((weight) => weight / sum) };
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

/** The sinc under a Blackman window; `x` in zero crossings. */
function kernel(x: number): number {
  if (Math.abs(x) >= REACH) return 0;
  if (x === 0) return 1;
  const phase = (Math.PI * x) / REACH;
  return (Math.sin(Math.PI * x) / (Math.PI * x)) * (0.42 + 0.5 * Math.cos(phase) + 0.08 * Math.cos(2 * phase));
}
