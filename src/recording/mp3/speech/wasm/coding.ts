/**
 * How the levels of one granule are written (ISO/IEC 11172-3 § 2.4.1.7): pairs up to the last level above one, in two regions
 * with a table of codes each; then fours of levels up to one; the rest is zero and is not written.
 */
import { GRANULE, WORD } from './memory';
import { FOURS_LENGTHS, PAIR_LENGTHS } from './tables';

/** The plan, as numbers of 32 bits one after another. */
export const BITS = 0;
export const PAIRS_END = 1 * WORD;
export const FOURS_END = 2 * WORD;
export const FOURS_TABLE = 3 * WORD;
/** Of each region: where it ends and its table (0: all zeros). */
export const ENDS = 4 * WORD;
export const TABLES = 6 * WORD;
export const PLAN_WORDS = 8;
export const REGIONS = 2;

/** Classes of tables by the largest value of a region, up to 15. */
const CLASSES = memory.data<u8>([0, 0, 1, 2, 3, 3, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5]);
/** The first table of each class; its others are the next ones, but that there is no table 4 and no 14. */
const FIRST = memory.data<u8>([1, 2, 5, 7, 10, 13]);
const COUNT = memory.data<u8>([1, 2, 2, 3, 3, 2]);
const WITH_ESCAPES = 6;
/** Bits that tables 16 to 31 have for what is above 15. */
export const LINBITS = memory.data<u8>([1, 2, 3, 4, 6, 8, 10, 13, 4, 5, 6, 7, 8, 9, 11, 13]);

const LENGTH_BITS = 20;
const LENGTH_MASK: u64 = (1 << 20) - 1;

/** `first`: where the first region ends, if there is so much. Gives the bits. */
export function plan(levels: usize, pairs: usize, first: i32, to: usize): i32 {
  let end = GRANULE / 2;
  while (end > 0 && load<u8>(pairs + (end - 1)) === 0) end--;
  const foursEnd = end;
  let both: u32 = 0;
  // A pair of levels up to one has no other bits.
  while (end >= 2) {
    const a = load<u8>(pairs + (end - 2)) as u32;
    const b = load<u8>(pairs + (end - 1)) as u32;
    if ((a | b) & 0xee) break;
    const four = ((a >> 4) << 3) | ((a & 1) << 2) | ((b >> 4) << 1) | (b & 1);
    both += load<u32>(FOURS_LENGTHS + four * WORD);
    end -= 2;
  }
  const byFirst = both & 0xffff;
  const bySecond = both >> 16;
  store<u32>(to, foursEnd * 2, FOURS_END);
  store<u32>(to, end * 2, PAIRS_END);
  store<u32>(to, bySecond < byFirst ? 1 : 0, FOURS_TABLE);
  store<i32>(to, min(first, end * 2), ENDS);
  store<i32>(to, end * 2, ENDS + WORD);
  let bits = min(byFirst, bySecond) as i32;
  let from = 0;
  for (let region = 0; region < REGIONS; region++) {
    const until = load<i32>(to + region * WORD, ENDS);
    bits += planRegion(levels, pairs, from, until, to + TABLES + region * WORD);
    from = until;
  }
  store<i32>(to, bits, BITS);
  return bits;
}

/** The cheapest table of those that have the largest level. Gives the bits. */
function planRegion(levels: usize, pairs: usize, from: i32, end: i32, table: usize): i32 {
  let largest = 0;
  for (let line = from; line < end; line++) largest = max(largest, load<i32>(levels + line * WORD));
  if (largest === 0) {
    store<i32>(table, 0);
    return 0;
  }
  const kind = largest > 15 ? WITH_ESCAPES : (load<u8>(CLASSES + largest) as i32);
  let lengths: u64 = 0;
  const row = PAIR_LENGTHS + kind * 256 * 8;
  let escapes = 0;
  for (let pair = from >> 1; pair < end >> 1; pair++) {
    const value = load<u8>(pairs + pair) as i32;
    lengths += load<u64>(row + value * 8);
    if (kind === WITH_ESCAPES) escapes += (value >> 4 === 15 ? 1 : 0) + ((value & 15) === 15 ? 1 : 0);
  }
  if (kind === WITH_ESCAPES) return planEscapes(lengths, escapes, largest, table);
  let least = (lengths & LENGTH_MASK) as i32;
  let best = 0;
  for (let n = 1; n < (load<u8>(COUNT + kind) as i32); n++) {
    const bits = ((lengths >> ((n * LENGTH_BITS) as u64)) & LENGTH_MASK) as i32;
    if (bits >= least) continue;
    least = bits;
    best = n;
  }
  const select = (load<u8>(FIRST + kind) as i32) + best;
  store<i32>(table, select === 14 ? 15 : select);
  return least;
}

function planEscapes(lengths: u64, escapes: i32, largest: i32, table: usize): i32 {
  const one = escapeTable(0, largest);
  const other = escapeTable(8, largest);
  const byOne = ((lengths & LENGTH_MASK) as i32) + escapes * (load<u8>(LINBITS + one) as i32);
  const byOther = (((lengths >> LENGTH_BITS) & LENGTH_MASK) as i32) + escapes * (load<u8>(LINBITS + other) as i32);
  store<i32>(table, 16 + (byOther < byOne ? other : one));
  return min(byOne, byOther);
}

function escapeTable(first: i32, largest: i32): i32 {
  let n = first;
  while (n < first + 7 && largest > 14 + (1 << load<u8>(LINBITS + n))) n++;
  return n;
}
