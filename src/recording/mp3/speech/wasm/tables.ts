/** What the kernel is told once, before its first granule: where each table lies is given away, and who makes the instance fills it. */
import { GRANULE, words } from './memory';

/** The prototype low pass, each tap four times. */
export const WINDOW = words(512 * 4);
/** Factors of the cosine transform of 32: 16, 8, 4, 2, 1 of them, each four times. */
export const FACTORS = words(31 * 4);
/** Of a transform's twelve samples. */
export const SHORT_WINDOW = words(12);
/** A row for each folded sample: its part in each of six frequencies, and two zeros. */
export const SHORT_KERNEL = words(6 * 8);
/** Which line stands at each place of the stream. */
export const ORDER = words(GRANULE);
/** Lengths of pairs by class of tables (eight classes of 256): three lengths of 20 bits each. */
export const PAIR_LENGTHS = words(8 * 256 * 2);
/** Code and length (without signs) of pairs by table (sixteen of 256): code · 32 + bits. */
export const PAIR_CODES = words(16 * 256);
/** Of fours: bits with signs of both tables; code · 32 + bits of the first. */
export const FOURS_LENGTHS = words(16);
export const FOURS_CODES = words(16);

export function windowAt(): usize {
  return WINDOW;
}
export function factorsAt(): usize {
  return FACTORS;
}
export function shortWindowAt(): usize {
  return SHORT_WINDOW;
}
export function shortKernelAt(): usize {
  return SHORT_KERNEL;
}
export function orderAt(): usize {
  return ORDER;
}
export function pairLengthsAt(): usize {
  return PAIR_LENGTHS;
}
export function pairCodesAt(): usize {
  return PAIR_CODES;
}
export function foursLengthsAt(): usize {
  return FOURS_LENGTHS;
}
export function foursCodesAt(): usize {
  return FOURS_CODES;
}
