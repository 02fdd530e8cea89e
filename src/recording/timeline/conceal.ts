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

function likeness(sound: Float32Array, period: number, times: number): number {
  const from = Math.max(period, sound.length - COMPARED * times);
  let product = 0;
  let now = 0;
  let before = 0;
  for (let n = from; n < sound.length; n++) {
    const x = sound[n] as number;
    const y = sound[n - period] as number;
    product += x * y;
    now += x * x;
    before += y * y;
  }
  return now > 0 && before > 0 ? product / Math.sqrt(now * before) : 0;
}

function periodOf(sound: Float32Array, times: number): number {
  const longest = Math.min(LONGEST_PERIOD * times, Math.floor(sound.length / 2));
  let best = longest;
  let likest = VOICED;
  for (let period = SHORTEST_PERIOD * times; period <= longest; period++) {
    const like = likeness(sound, period, times);
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
  return forth.map((x, n) => {
    const share = 0.5 - 0.5 * Math.cos((Math.PI * (n + 0.5)) / length);
    return (1 - share) * x + share * (back[n] as number);
  });
}
