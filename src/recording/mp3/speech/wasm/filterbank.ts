/**
 * The first half of MPEG's hybrid filter bank (ISO/IEC 11172-3 § C.1.3): 32 samples go in, one of each of 32 bands comes
 * out. Band k is the sound under the prototype low pass, moved up to it: Σ h[n] x[t − n] cos((2k + 1)(n − 16) π / 64).
 * The cosine repeats with its sign turned after 64 samples, so 512 products become 64 sums, these fold to 32, and what is
 * left is a cosine transform (DCT-III) of 32. Four slots are made at once, one in each lane.
 */
import { BANDS, SLOT_ROOM, SLOTS, VECTOR, WORD, words } from './memory';
import { FACTORS, WINDOW } from './tables';

/** Slots that the low pass reaches back. */
const HISTORY = 15;
/** A row holds every 32nd sample: those before, the granule's, and two that a last vector reads in vain. */
export const ROW = 36;
const ROW_BYTES = ROW * WORD;

const sums = words(64 * 4);
const folded = words(BANDS * 4);
const passed = words(BANDS * 4);

/** Takes a granule's 576 samples in, none beyond the limits; those before move back. */
export function takeSamples(rows: usize, samples: usize): void {
  for (let row = 0; row < BANDS; row++) {
    const at = rows + row * ROW_BYTES;
    // Whole vectors, of which the last brings one more than those before: it is written over.
    for (let slot = 0; slot < HISTORY; slot += 4) {
      v128.store(at + slot * WORD, v128.load(at + (SLOTS + slot) * WORD));
    }
    for (let slot = 0; slot < SLOTS; slot++) {
      store<f32>(at + (HISTORY + slot) * WORD, within(load<f32>(samples + (slot * BANDS + row) * WORD)));
    }
  }
}

/** What is no number becomes silence. */
function within(sample: f32): f32 {
  if (sample > 1) return 1;
  if (sample >= -1) return sample;
  return sample < -1 ? -1 : 0;
}

/**
 * The bands of the granule taken last: SLOT_ROOM values of each one after another. Of odd bands each second has its sign
 * turned, since they lie upside down (§ C.1.5.3.3.1).
 */
export function analyse(rows: usize, bands: usize): void {
  const turned = f32x4(1, -1, 1, -1);
  for (let slot = 0; slot < SLOT_ROOM; slot += 4) {
    fold(rows + (HISTORY + slot) * WORD);
    const values = dct32(folded);
    for (let band = 0; band < BANDS; band += 2) {
      const to = bands + (band * SLOT_ROOM + slot) * WORD;
      const from = values + band * VECTOR;
      v128.store(to, v128.load(from));
      v128.store(to + SLOT_ROOM * WORD, f32x4.mul(v128.load(from, VECTOR), turned));
    }
  }
  // What the last vector had too many.
  for (let band = 0; band < BANDS; band++) store<u64>(bands + (band * SLOT_ROOM + SLOTS) * WORD, 0);
}

/** `rows`: at the first slot of four. */
function fold(rows: usize): void {
  for (let i = 0; i < 64; i++) {
    const at = rows + (i < 32 ? 31 - i : 63 - i) * ROW_BYTES - (i < 32 ? 0 : WORD);
    const tap = WINDOW + i * VECTOR;
    let sum = f32x4.mul(v128.load(tap), v128.load(at));
    sum = f32x4.add(sum, f32x4.mul(v128.load(tap, 64 * VECTOR), v128.load(at - 2 * WORD)));
    sum = f32x4.add(sum, f32x4.mul(v128.load(tap, 128 * VECTOR), v128.load(at - 4 * WORD)));
    sum = f32x4.add(sum, f32x4.mul(v128.load(tap, 192 * VECTOR), v128.load(at - 6 * WORD)));
    sum = f32x4.add(sum, f32x4.mul(v128.load(tap, 256 * VECTOR), v128.load(at - 8 * WORD)));
    sum = f32x4.add(sum, f32x4.mul(v128.load(tap, 320 * VECTOR), v128.load(at - 10 * WORD)));
    sum = f32x4.add(sum, f32x4.mul(v128.load(tap, 384 * VECTOR), v128.load(at - 12 * WORD)));
    sum = f32x4.add(sum, f32x4.mul(v128.load(tap, 448 * VECTOR), v128.load(at - 14 * WORD)));
    v128.store(sums + i * VECTOR, sum);
  }
  v128.store(folded, v128.load(sums + 16 * VECTOR));
  for (let m = 1; m <= 16; m++) {
    const sum = f32x4.add(v128.load(sums + (16 + m) * VECTOR), v128.load(sums + (16 - m) * VECTOR));
    v128.store(folded + m * VECTOR, sum);
  }
  for (let m = 17; m < BANDS; m++) {
    const sum = f32x4.sub(v128.load(sums + (16 + m) * VECTOR), v128.load(sums + (80 - m) * VECTOR));
    v128.store(folded + m * VECTOR, sum);
  }
}

/**
 * DCT-III: x[k] = Σ x[m] cos((2k + 1) m π / 64). Its even terms are a transform of half the size, and so are the sums of
 * neighbouring odd ones but for a factor (Lee 1984): taken apart down to single values, and put together again. `x` is
 * used up; gives where the values are.
 */
function dct32(x: usize): usize {
  let from = x;
  let to = passed;
  for (let size = BANDS; size > 2; size >>= 1) {
    const half = size >> 1;
    for (let block = 0; block < BANDS; block += size) {
      const a = from + block * VECTOR;
      const even = to + block * VECTOR;
      const odd = even + half * VECTOR;
      v128.store(even, v128.load(a));
      v128.store(odd, v128.load(a, VECTOR));
      for (let n = 1; n < half; n++) {
        const pair = a + 2 * n * VECTOR;
        v128.store(even + n * VECTOR, v128.load(pair));
        v128.store(odd + n * VECTOR, f32x4.add(v128.load(pair, VECTOR), v128.load(pair - VECTOR)));
      }
    }
    const swap = from;
    from = to;
    to = swap;
  }
  for (let size = 2, factors = FACTORS + 30 * VECTOR; size <= BANDS; size <<= 1) {
    const half = size >> 1;
    for (let block = 0; block < BANDS; block += size) {
      const a = from + block * VECTOR;
      const b = a + half * VECTOR;
      const first = to + block * VECTOR;
      const last = first + (size - 1) * VECTOR;
      for (let k = 0; k < half; k++) {
        const even = v128.load(a + k * VECTOR);
        const odd = f32x4.mul(v128.load(b + k * VECTOR), v128.load(factors + k * VECTOR));
        v128.store(first + k * VECTOR, f32x4.add(even, odd));
        v128.store(last - k * VECTOR, f32x4.sub(even, odd));
      }
    }
    factors -= size * VECTOR;
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}
