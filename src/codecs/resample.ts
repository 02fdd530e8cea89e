/**
 * Resampling of whole sounds by a windowed sinc: used once at start for prompts, so it is written for exactness and not
 * for speed. Above half the lower of the two rates nothing is let through.
 */

/** Zero crossings of the sinc on each side. */
const REACH = 16;

/** `samples` at `from` Hz as samples at `to` Hz. */
export function resample(samples: Int16Array, from: number, to: number): Int16Array {
  if (from === to) return samples;
  const cutoff = Math.min(1, to / from);
  const half = REACH / cutoff;
  const result = new Int16Array(Math.round((samples.length * to) / from));
  for (let n = 0; n < result.length; n++) {
    const centre = (n * from) / to;
    let sum = 0;
    let weight = 0;
    for (let i = Math.ceil(centre - half); i <= centre + half; i++) {
      const w = kernel((i - centre) * cutoff);
      sum += w * (samples[Math.min(Math.max(i, 0), samples.length - 1)] ?? 0);
      weight += w;
    }
    result[n] = Math.max(-32_768, Math.min(32_767, Math.round(sum / weight)));
  }
  return result;
}

/** The sinc under a Blackman window; `x` in zero crossings. */
function kernel(x: number): number {
  if (Math.abs(x) >= REACH) return 0;
  if (x === 0) return 1;
  const phase = (Math.PI * x) / REACH;
  return (Math.sin(Math.PI * x) / (Math.PI * x)) * (0.42 + 0.5 * Math.cos(phase) + 0.08 * Math.cos(2 * phase));
}
