/**
 * Sound between samples: a windowed sinc of 16 taps in 512 phases. Flat up to 3.3 kHz, and errors lie below the noise
 * of G.711. On a whole sample it gives exactly that sample.
 */
export const TAPS = 16;
/** The tap that stands on the sample at or before the place asked for. */
export const LEAD = TAPS / 2 - 1;
const PHASES = 512;
/** Of the Kaiser window. */
const BETA = 4;

/** The modified Bessel function of the first kind and order zero. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 30; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function tapAt(distance: number): number {
  const half = TAPS / 2;
  if (Math.abs(distance) >= half) return 0;
  const sinc = distance === 0 ? 1 : Math.sin(Math.PI * distance) / (Math.PI * distance);
  return (sinc * bessel(BETA * Math.sqrt(1 - (distance / half) ** 2))) / bessel(BETA);
}

function phaseTable(): Float64Array {
  const table = new Float64Array((PHASES + 1) * TAPS);
  for (let phase = 0; phase <= PHASES; phase++) {
    const taps = Array.from({ length: TAPS }, (_, tap) => tapAt(tap - LEAD - phase / PHASES));
    const sum = taps.reduce((a, b) => a + b, 0);
    taps.forEach((tap, i) => (table[phase * TAPS + i] = tap / sum));
  }
  return table;
}

const table = phaseTable();

/** Of the filter that takes away what 8 kHz cannot carry, before every second sample of 16 kHz is left out. */
export const HALVING = 24;
const halving = Float32Array.from({ length: 2 * HALVING + 1 }, (_, n) => {
  const x = (n - HALVING) * 0.45;
  const window =
    0.42 +
    0.5 * Math.cos((Math.PI * (n - HALVING)) / (HALVING + 1)) +
    0.08 * Math.cos((2 * Math.PI * (n - HALVING)) / (HALVING + 1));
  return 0.45 * (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)) * window;
});

/** Sound at 16 kHz without what is above 3.6 kHz; `HALVING` samples at either end are not right. */
export function withoutHighs(sound: Float32Array): Float32Array {
  const out = new Float32Array(sound.length);
  for (let n = HALVING; n < sound.length - HALVING; n++) {
    let sum = 0;
    for (let k = 0; k < halving.length; k++) sum += (halving[k] as number) * (sound[n - HALVING + k] as number);
    out[n] = sum;
  }
  return out;
}

/** The sound at `place`, which needs `LEAD` samples before it and `TAPS − LEAD` after. */
export function sampleAt(sound: Float32Array, place: number): number {
  const whole = Math.floor(place);
  const taps = Math.round((place - whole) * PHASES) * TAPS;
  const from = whole - LEAD;
  let sum = 0;
  for (let i = 0; i < TAPS; i++) sum += (table[taps + i] as number) * (sound[from + i] as number);
  return sum;
}

/** Clocks differ by less; beyond it is a change of rate. */
const STEADY = 0.01;

/** Fills `out` with the sound at `begin`, `begin + slope`, `begin + 2 · slope`… */
export function interpolate(sound: Float32Array, begin: number, slope: number, out: Float32Array): void {
  const drift = slope - 1;
  for (let n = 0; n < out.length;) {
    const place = begin + n * slope;
    const whole = Math.floor(place);
    const same = Math.abs(drift) < STEADY ? steadyFor(place - whole, drift, out.length - n) : 0;
    if (same > 0) steady(sound, whole - LEAD, Math.round((place - whole) * PHASES) * TAPS, out, n, same);
    else out[n] = sampleAt(sound, place);
    n += Math.max(1, same);
  }
}

/** For how many samples on the phase stays the same where each begins `drift` later between two samples than the one before. */
function steadyFor(fraction: number, drift: number, most: number): number {
  if (drift === 0) return most;
  const phase = Math.round(fraction * PHASES);
  // Within the phase, and before the next whole sample.
  const edge = drift > 0 ? Math.min(1, (phase + 0.5) / PHASES) : Math.max(0, (phase - 0.5) / PHASES);
  // One less than fits: which side of the edge a place falls on that is just at it, `sampleAt` decides.
  return Math.min(most, Math.floor((edge - fraction) / drift) - 1);
}

/**
 * So many samples at one phase. Written out, since most of an encoder's own work is here: what the compiler holds in
 * registers it need not look up and check again for each sample.
 */
function steady(sound: Float32Array, from: number, taps: number, out: Float32Array, at: number, count: number): void {
  const tap = (i: number): number => table[taps + i] as number;
  const [a0, a1, a2, a3] = [tap(0), tap(1), tap(2), tap(3)];
  const [b0, b1, b2, b3] = [tap(4), tap(5), tap(6), tap(7)];
  const [c0, c1, c2, c3] = [tap(8), tap(9), tap(10), tap(11)];
  const [d0, d1, d2, d3] = [tap(12), tap(13), tap(14), tap(15)];
  for (let n = 0, x = from; n < count; n++, x++) {
    const a = a0 * at32(sound, x) + a1 * at32(sound, x + 1) + a2 * at32(sound, x + 2) + a3 * at32(sound, x + 3);
    const b = b0 * at32(sound, x + 4) + b1 * at32(sound, x + 5) + b2 * at32(sound, x + 6) + b3 * at32(sound, x + 7);
    const c = c0 * at32(sound, x + 8) + c1 * at32(sound, x + 9) + c2 * at32(sound, x + 10) + c3 * at32(sound, x + 11);
    const d = d0 * at32(sound, x + 12) + d1 * at32(sound, x + 13) + d2 * at32(sound, x + 14) + d3 * at32(sound, x + 15);
    out[at + n] = a + b + c + d;
  }
}

const at32 = (sound: Float32Array, place: number): number => sound[place] as number;
