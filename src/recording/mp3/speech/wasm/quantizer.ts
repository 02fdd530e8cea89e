/**
 * From frequencies to levels (ISO/IEC 11172-3 § 2.4.3.4.7.1, the other way round): one step for all lines of a granule and side, since noise that is
 * the same everywhere is the least there can be for so many bits.
 */
import { GRANULE, VECTOR, WORD } from './memory';

/** Added before the fraction is cut off: a half, less because levels are the power ¾ of what they stand for. */
const ROUNDING: f32 = 0.3;

/** Takes the power ¾ of each line's size, and gives the largest. */
export function takePowers(lines: usize, powers: usize): f32 {
  let largest = f32x4.splat(0);
  for (let at = 0; at < GRANULE * WORD; at += VECTOR) {
    const size = f32x4.abs(v128.load(lines + at));
    const power = f32x4.sqrt(f32x4.mul(size, f32x4.sqrt(size)));
    largest = f32x4.max(largest, power);
    v128.store(powers + at, power);
  }
  const two = f32x4.max(largest, v128.shuffle<f32>(largest, largest, 2, 3, 0, 1));
  return max(f32x4.extract_lane(two, 0), f32x4.extract_lane(two, 1));
}

/** Levels (whole numbers), and of each pair of them, both up to 15, first · 16 + second in one byte. */
export function quantize(powers: usize, scale: f32, levels: usize, pairs: usize): void {
  const scales = f32x4.splat(scale);
  const rounding = f32x4.splat(ROUNDING);
  const fifteen = i16x8.splat(15);
  const byte = i16x8.splat(0xff);
  for (let line = 0; line < GRANULE; line += 8) {
    const at = line * WORD;
    const a = i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(v128.load(powers + at), scales), rounding));
    const b = i32x4.trunc_sat_f32x4_s(f32x4.add(f32x4.mul(v128.load(powers + at, VECTOR), scales), rounding));
    v128.store(levels + at, a);
    v128.store(levels + at, b, VECTOR);
    const clipped = i16x8.min_u(i16x8.narrow_i32x4_s(a, b), fifteen);
    // Bytes: the first of a pair is the low half of two lanes.
    const bytes = i8x16.narrow_i16x8_u(clipped, clipped);
    const both = v128.and(v128.or(i16x8.shl(bytes, 4), i16x8.shr_u(bytes, 8)), byte);
    v128.store_lane<u32>(pairs + (line >> 1), i8x16.narrow_i16x8_u(both, both), 0);
  }
}
