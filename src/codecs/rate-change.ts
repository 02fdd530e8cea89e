/**
 * Between 8 and 16 kHz, piece by piece: a half-band filter (windowed sinc, 47 taps, every second of which is zero), whose
 * history goes on from one piece to the next. It delays by 1.4 ms.
 */

const REACH = 23;
const TAPS = 2 * REACH + 1;
/** Passes up to 3.6 kHz; sums up to 1. */
const filter = ((): Float64Array => {
  const taps = Float64Array.from({ length: TAPS }, (_, n) => {
    const x = (n - REACH) / 2;
    const phase = (Math.PI * (n - REACH)) / (REACH + 1);
    const window = 0.42 + 0.5 * Math.cos(phase) + 0.08 * Math.cos(2 * phase);
    return (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)) * window;
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
})();

const clamp = (value: number): number => Math.max(-32_768, Math.min(32_767, Math.round(value)));

/** From 8 to 16 kHz. */
export class Doubler {
  #history = new Float64Array(TAPS);

  change(samples: Int16Array): Int16Array {
    const line = new Float64Array(TAPS + 2 * samples.length);
    line.set(this.#history);
    for (let n = 0; n < samples.length; n++) line[TAPS + 2 * n] = 2 * (samples[n] as number);
    this.#history = line.slice(line.length - TAPS);
    return Int16Array.from({ length: 2 * samples.length }, (_, n) => clamp(filtered(line, n + 1)));
  }
}

/** From 16 to 8 kHz. */
export class Halver {
  #history = new Float64Array(TAPS);

  /** An even number of samples. */
  change(samples: Int16Array): Int16Array {
    const line = new Float64Array(TAPS + samples.length);
    line.set(this.#history);
    for (let n = 0; n < samples.length; n++) line[TAPS + n] = samples[n] as number;
    this.#history = line.slice(line.length - TAPS);
    return Int16Array.from({ length: samples.length >> 1 }, (_, n) => clamp(filtered(line, 2 * n + 1)));
  }
}

function filtered(line: Float64Array, from: number): number {
  let sum = 0;
  for (let k = 0; k < TAPS; k++) sum += (filter[k] as number) * (line[from + k] as number);
  return sum;
}
