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

function phaseTable(): Float32Array {
  const table = new Float32Array((PHASES + 1) * TAPS);
  for (let phase = 0; phase <= PHASES; phase++) {
    const taps = Array.from({ length: TAPS }, (_, tap) => tapAt(tap - LEAD - phase / PHASES));
    const sum = taps.reduce((a, b) => a + b, 0);
    taps.forEach((tap, i) => (table[phase * TAPS + i] = tap / sum));
  }
  return table;
}

const table = phaseTable();

/** The sound at `place`, which needs `LEAD` samples before it and `TAPS − LEAD` after. */
export function sampleAt(sound: Float32Array, place: number): number {
  const whole = Math.floor(place);
  const taps = Math.round((place - whole) * PHASES) * TAPS;
  const from = whole - LEAD;
  let sum = 0;
  for (let i = 0; i < TAPS; i++) sum += (table[taps + i] as number) * (sound[from + i] as number);
  return sum;
}
