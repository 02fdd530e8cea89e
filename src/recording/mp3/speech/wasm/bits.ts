/** Writes a granule's levels as they were planned (ISO/IEC 11172-3 § 2.4.1.7), the highest bit of a byte first. */
import { ENDS, FOURS_END, FOURS_TABLE, LINBITS, PAIRS_END, REGIONS, TABLES } from './coding';
import { WORD } from './memory';
import { FOURS_CODES, PAIR_CODES } from './tables';

/** Where the next byte goes, and bits that do not make one yet. */
let to = 0;
let held: u64 = 0;
let heldBits: u32 = 0;

export function beginBits(at: usize): void {
  to = at;
  held = 0;
  heldBits = 0;
}

/** Fills the last byte with zeros and gives where the bits end. */
export function endBits(): usize {
  if (heldBits > 0) put(0, 8 - heldBits);
  return to;
}

function put(value: u32, bits: u32): void {
  held = (held << (bits as u64)) | (value as u64);
  heldBits += bits;
  while (heldBits >= 8) {
    heldBits -= 8;
    store<u8>(to++, (held >> (heldBits as u64)) as u8);
  }
}

export function writeLevels(levels: usize, lines: usize, plan: usize): void {
  let from = 0;
  for (let region = 0; region < REGIONS; region++) {
    const end = load<i32>(plan + region * WORD, ENDS);
    const table = load<i32>(plan + region * WORD, TABLES);
    if (table > 0) for (let line = from; line < end; line += 2) writePair(levels, lines, line, table);
    from = end;
  }
  const table = load<i32>(plan, FOURS_TABLE);
  const foursEnd = load<i32>(plan, FOURS_END);
  for (let line = load<i32>(plan, PAIRS_END); line < foursEnd; line += 4) writeFour(levels, lines, line, table);
}

function writePair(levels: usize, lines: usize, line: i32, table: i32): void {
  const at = line * WORD;
  const x = load<u32>(levels + at);
  const y = load<u32>(levels + at, WORD);
  const pair = (min(x, 15) << 4) | min(y, 15);
  const family = table < 16 ? table : table < 24 ? 0 : 4;
  const entry = load<u32>(PAIR_CODES + ((family << 8) | pair) * WORD);
  put(entry >> 5, entry & 31);
  const linbits = table < 16 ? 0 : (load<u8>(LINBITS + (table - 16)) as u32);
  if (x > 14 && linbits > 0) put(x - 15, linbits);
  if (x > 0) put(signOf(lines + at), 1);
  if (y > 14 && linbits > 0) put(y - 15, linbits);
  if (y > 0) put(signOf(lines + at + WORD), 1);
}

function writeFour(levels: usize, lines: usize, line: i32, table: i32): void {
  const at = line * WORD;
  let four: u32 = 0;
  let signs: u32 = 0;
  let count: u32 = 0;
  for (let n = 0; n < 4; n++) {
    const level = load<u32>(levels + at + n * WORD);
    four = (four << 1) | level;
    if (level > 0) {
      signs = (signs << 1) | signOf(lines + at + n * WORD);
      count++;
    }
  }
  if (table === 0) {
    const entry = load<u32>(FOURS_CODES + four * WORD);
    put(entry >> 5, entry & 31);
  } else put(15 - four, 4);
  put(signs, count);
}

function signOf(line: usize): u32 {
  return load<u32>(line) >> 31;
}
