/**
 * The second half of the filter bank (ISO/IEC 11172-3 § C.1.5.3.3), with short transforms alone: each band's samples of two
 * granules become 6 frequencies of each of three transforms (MDCT), which span 12 samples of the band and lie 6 apart.
 */
import { BANDS, GRANULE, LINES, SLOT_ROOM, SLOTS, TRANSFORMS, VECTOR, WORD, words } from './memory';
import { ORDER, SHORT_KERNEL, SHORT_WINDOW } from './tables';

/** Frequencies of a band. */
const BAND_LINES = 6;
const folded = words(BAND_LINES);

/** The lines of three transforms, one after another; `lines` has room for two more. `energies`: of each. */
export function transform(before: usize, now: usize, lines: usize, energies: usize): void {
  for (let n = 0; n < TRANSFORMS; n++) {
    for (let band = 0; band < BANDS; band++) {
      const at = band * SLOT_ROOM * WORD;
      fold(before + at, now + at, BAND_LINES * (n + 1));
      let a = f32x4.splat(0);
      let b = a;
      for (let line = 0; line < BAND_LINES; line++) {
        const sample = v128.load_splat<f32>(folded + line * WORD);
        const row = SHORT_KERNEL + line * 8 * WORD;
        a = f32x4.add(a, f32x4.mul(sample, v128.load(row)));
        b = f32x4.add(b, f32x4.mul(sample, v128.load(row, VECTOR)));
      }
      // The second vector reaches into the next band, which is written after it.
      const to = lines + (n * LINES + band * BAND_LINES) * WORD;
      v128.store(to, a);
      v128.store(to, b, VECTOR);
    }
  }
  for (let n = 0; n < TRANSFORMS; n++) store<f32>(energies + n * WORD, energyOf(lines + n * LINES * WORD));
}

/** Two halves of each side folded onto one another (time-domain aliasing), which leaves a DCT-IV. `from`: 0 is the first sample of the granule before. */
function fold(before: usize, now: usize, from: i32): void {
  for (let n = 0; n < 3; n++) {
    store<f32>(folded + n * WORD, -windowed(before, now, from, 8 - n) - windowed(before, now, from, 9 + n));
    store<f32>(folded + (3 + n) * WORD, windowed(before, now, from, n) - windowed(before, now, from, 5 - n));
  }
}

function windowed(before: usize, now: usize, from: i32, n: i32): f32 {
  const place = from + n;
  const sample = place < SLOTS ? before + place * WORD : now + (place - SLOTS) * WORD;
  return load<f32>(sample) * load<f32>(SHORT_WINDOW + n * WORD);
}

function energyOf(lines: usize): f32 {
  let sum = f32x4.splat(0);
  for (let at = 0; at < LINES * WORD; at += VECTOR) {
    const four = v128.load(lines + at);
    sum = f32x4.add(sum, f32x4.mul(four, four));
  }
  return (
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3)
  );
}

/** Puts the lines into the order of the stream, each transform's as loud as its factor says. */
export function order(lines: usize, factor0: f32, factor1: f32, factor2: f32, ordered: usize): void {
  scale(lines, factor0);
  scale(lines + LINES * WORD, factor1);
  scale(lines + 2 * LINES * WORD, factor2);
  for (let at = 0; at < GRANULE * WORD; at += WORD) {
    store<f32>(ordered + at, load<f32>(lines + load<i32>(ORDER + at) * WORD));
  }
}

function scale(lines: usize, factor: f32): void {
  if (factor === 1) return;
  const factors = f32x4.splat(factor);
  for (let at = lines; at < lines + LINES * WORD; at += VECTOR) v128.store(at, f32x4.mul(v128.load(at), factors));
}
