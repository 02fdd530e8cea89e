/**
 * Makes up the sound of lost packets. Since the whole call is in view, both sides of a gap are known: the sound before
 * it is carried on, that after it is carried back, each by repeating its last (first) period of the voice's pitch, and
 * the one fades over into the other. Sound that was repeated for long sounds like a machine, so it fades to silence.
 */

/** All lengths are samples at 8 kHz; at 16 kHz twice as many. On either side, from which the pitch is found. */
export const CONTEXT = 320;
/** Full for 10 ms, gone after 60. */
const FULL = 80;
export const LONGEST_CONCEALED = 480;
/** In a longer gap the sound after it is not carried back: nobody should hear an echo of what was not said yet. */
const BOTH_SIDES = 640;
/** Pitch of voices, 50 to 400 Hz, as periods in samples. */
const SHORTEST_PERIOD = 20;
const LONGEST_PERIOD = 160;
/** Stretch over which a period is compared with the one before. */
const COMPARED = 160;
/** What is less like itself has no pitch; of it the longest stretch is repeated, which buzzes least. */
const VOICED = 0.4;

/** `Σ sound[n] · sound[n − period]` from `from` on. In four sums, since each must wait for what it is added to. */
function productOf(sound: Float64Array, period: number, from: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let n = from;
  for (const last = sound.length - 3; n < last; n += 4) {
    const m = n - period;
    a += (sound[n] as number) * (sound[m] as number);
    b += (sound[n + 1] as number) * (sound[m + 1] as number);
    c += (sound[n + 2] as number) * (sound[m + 2] as number);
    d += (sound[n + 3] as number) * (sound[m + 3] as number);
  }
  for (; n < sound.length; n++) a += (sound[n] as number) * (sound[n - period] as number);
  return a + b + c + d;
}

/** At each place the sum of the squares before it. */
function energyOf(sound: Float64Array): Float64Array {
  const energy = new Float64Array(sound.length + 1);
  for (let n = 0; n < sound.length; n++) energy[n + 1] = (energy[n] as number) + (sound[n] as number) ** 2;
  return energy;
}

/** The period after which the end of the sound is most like itself. */
function periodOf(all: Float32Array, times: number): number {
  const sound = new Float64Array(all);
  const energy = energyOf(sound);
  const end = sound.length;
  const longest = Math.min(LONGEST_PERIOD * times, Math.floor(end / 2));
  let best = longest;
  let likest = VOICED;
  for (let period = SHORTEST_PERIOD * times; period <= longest; period++) {
    const from = Math.max(period, end - COMPARED * times);
    const now = (energy[end] as number) - (energy[from] as number);
    const before = (energy[end - period] as number) - (energy[from - period] as number);
    const like = now > 0 && before > 0 ? productOf(sound, period, from) / Math.sqrt(now * before) : 0;
    if (like > likest) {
      likest = like;
      best = period;
    }
  }
  return best;
}

const gainAt = (n: number): number =>
  n < FULL ? 1 : Math.max(0, (LONGEST_CONCEALED - n) / (LONGEST_CONCEALED - FULL));

/** What follows `sound` if its last period goes on. */
function carryOn(sound: Float32Array, length: number, times: number): Float32Array {
  const out = new Float32Array(length);
  if (sound.length < 2 * SHORTEST_PERIOD * times) return out;
  const period = periodOf(sound, times);
  const from = sound.length - period;
  const end = Math.min(length, LONGEST_CONCEALED * times);
  for (let n = 0; n < end; n++) out[n] = gainAt(n / times) * (sound[from + (n % period)] as number);
  return out;
}

/**
 * `length` samples between `before`, which ends at the gap, and `after`, which begins behind it. `times`: 8 kHz goes into
 * the sound's rate so often.
 */
export function conceal(before: Float32Array, after: Float32Array, length: number, times = 1): Float32Array {
  const forth = carryOn(before, length, times);
  if (length > BOTH_SIDES * times || after.length < COMPARED * times) return forth;
  const back = carryOn(after.toReversed(), length, times).reverse();
  for (let n = 0; n < length; n++) {
    const share = 0.5 - 0.5 * Math.cos((Math.PI * (n + 0.5)) / length);
    forth[n] = (1 - share) * (forth[n] as number) + share * (back[n] as number);
  }
  return forth;
}
