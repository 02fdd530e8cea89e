/**
 * ITU-T G.711: A-law and µ-law to 16-bit linear and back, and one directly to the other. Everything is a table, made
 * once from the segments of the Recommendation; a packet is then a look-up per byte.
 *
 * Linear values are scaled to 16 bits: A-law's 13 bits are shifted left by three, µ-law's 14 bits by two.
 */

/** Digital silence: the byte that decodes to the value nearest to zero. */
export const A_LAW_SILENCE = 0xd5;
export const MU_LAW_SILENCE = 0xff;

/** Table 1a: sign (set: positive), three bits of segment, four of interval; even bits are inverted on the line. */
function expandALaw(code: number): number {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const interval = bits & 15;
  const magnitude = segment === 0 ? 2 * interval + 1 : (2 * interval + 33) << (segment - 1);
  return (bits & 0x80 ? magnitude : -magnitude) << 3;
}

/** Table 2a: all bits inverted on the line; magnitudes are biased by 33. */
function expandMuLaw(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = ((2 * (bits & 15) + 33) << ((bits >> 4) & 7)) - 33;
  return (bits & 0x80 ? -magnitude : magnitude) << 2;
}

/** Tables 1: 13 bits with sign; a negative value of magnitude m is quantised as the positive m − 1. */
function compressALaw(linear: number): number {
  const value = linear >> 3;
  const magnitude = value >= 0 ? value : ~value;
  const segment = Math.max(0, 27 - Math.clz32(magnitude));
  const interval = (magnitude >> Math.max(1, segment)) & 15;
  return ((value >= 0 ? 0x80 : 0) | (segment << 4) | interval) ^ 0x55;
}

/** Tables 2: 14 bits with sign; the biased magnitude's leading one is at bit 5 in the first segment, bit 12 in the last. */
function compressMuLaw(linear: number): number {
  const value = linear >> 2;
  const magnitude = Math.min((value >= 0 ? value : ~value) + 33, 8191);
  const segment = 26 - Math.clz32(magnitude);
  const interval = (magnitude >> (segment + 1)) & 15;
  return ~((value >= 0 ? 0 : 0x80) | (segment << 4) | interval) & 0xff;
}

/** A-law byte to linear. */
export const aLawToLinear: Int16Array = Int16Array.from({ length: 256 }, (_, code) => expandALaw(code));
/** µ-law byte to linear. */
export const muLawToLinear: Int16Array = Int16Array.from({ length: 256 }, (_, code) => expandMuLaw(code));

/** Linear to A-law and µ-law; the index is the value as unsigned 16 bits. */
const linearToALaw = Uint8Array.from({ length: 65_536 }, (_, i) => compressALaw((i << 16) >> 16));
const linearToMuLaw = Uint8Array.from({ length: 65_536 }, (_, i) => compressMuLaw((i << 16) >> 16));

/** The A-law byte for a linear sample of 16 bits. */
export const toALaw = (linear: number): number => linearToALaw[linear & 0xffff] ?? A_LAW_SILENCE;
/** The µ-law byte for a linear sample of 16 bits. */
export const toMuLaw = (linear: number): number => linearToMuLaw[linear & 0xffff] ?? MU_LAW_SILENCE;

/**
 * A stretch of Tables 3 and 4, which say what value of one law becomes what value of the other: from the index `from`
 * on, the number is `number` and rises by `step` for each index.
 */
type Stretch = readonly [from: number, number: number, step: number];

/** Table 3, by µ-law value (0 to 127) to A-law value (1 to 128). */
const MU_TO_A: readonly Stretch[] = [
  [0, 1, 0.5],
  [16, 9, 1],
  [33, 27, 2],
  [37, 34, 1],
  [48, 46, 1],
  [49, 48, 1],
  [64, 64, 1],
  [81, 82, 1],
];

/** Table 4, by A-law value less one (0 to 127) to µ-law value (0 to 127). */
const A_TO_MU: readonly Stretch[] = [
  [0, 1, 2],
  [8, 16, 1],
  [24, 32, 0.5],
  [32, 36, 1],
  [44, 48, 0.5],
  [48, 50, 1],
  [62, 64, 0.5],
  [64, 65, 1],
  [80, 80, 1],
];

function lookUp(table: readonly Stretch[], index: number): number {
  const [from, number, step] = table.findLast(([first]) => first <= index) ?? [0, 0, 0];
  return number + Math.floor((index - from) * step);
}

/** µ-law byte to A-law byte (Table 3): sign kept, no detour through linear, which would lose more. */
export const muLawToALaw: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0xff;
  return ((bits & 0x80 ? 0 : 0x80) | (lookUp(MU_TO_A, bits & 0x7f) - 1)) ^ 0x55;
});

/** A-law byte to µ-law byte (Table 4). */
export const aLawToMuLaw: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
  const bits = code ^ 0x55;
  return ~((bits & 0x80 ? 0 : 0x80) | lookUp(A_TO_MU, bits & 0x7f)) & 0xff;
});

/** Recodes the bytes from `start` to `end` in place. */
export function recode(table: Uint8Array, bytes: Uint8Array, start: number, end: number): void {
  for (let i = start; i < end; i++) bytes[i] = table[bytes[i] ?? 0] ?? 0;
}
