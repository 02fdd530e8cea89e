/** The numbers of layer III that the kernel works with, laid out as it reads them (`wasm/tables.ts`). */
import type { SampleRate } from '../frame.js';
import { PAIR_CODES } from './pair-codes.js';
import { PROTOTYPE } from './prototype.js';

const LANES = 4;

/**
 * Where the bands of scale factors of a short transform begin (ISO/IEC 13818-3, table B.8; MPEG 2.5 has its own for 8 kHz): they say in which
 * order its lines are written. `regionLines`: where the first of two regions of codes ends.
 */
export const BANDS_OF: Readonly<Record<SampleRate, { edges: readonly number[]; regionLines: number }>> = {
  8000: { edges: [0, 8, 16, 24, 36, 52, 72, 96, 124, 160, 162, 164, 166, 192], regionLines: 72 },
  16_000: { edges: [0, 4, 8, 12, 18, 26, 36, 48, 62, 80, 104, 134, 174, 192], regionLines: 36 },
};

const each = (length: number, value: (n: number) => number): Float32Array =>
  Float32Array.from({ length }, (_, n) => value(n));
/** The same number in each lane. */
const lanes = (numbers: readonly number[]): Float32Array =>
  each(numbers.length * LANES, (n) => numbers[Math.floor(n / LANES)] as number);

/** h[n], the sign of each second period turned, since the cosine that it meets turns there. */
export function windowTaps(): Float32Array {
  const taps = Array.from({ length: 512 }, (_, n) => {
    const h = (PROTOTYPE[n <= 256 ? n : 512 - n] as number) / 2 ** 21;
    return Math.floor(n / 64) % 2 === 0 ? h : -h;
  });
  return lanes(taps);
}

/** 1 / (2 cos((2k + 1) π / 2N)) for N = 32, 16, 8, 4, 2, one after another. */
export function cosineFactors(): Float32Array {
  return lanes(
    [32, 16, 8, 4, 2].flatMap((size) =>
      Array.from({ length: size / 2 }, (_, k) => 0.5 / Math.cos(((2 * k + 1) * Math.PI) / (2 * size))),
    ),
  );
}

const sine = (n: number, span: number): number => Math.sin((Math.PI / span) * (n + 0.5));

export const shortWindow = (): Float32Array => each(12, (n) => sine(n, 12));

/** DCT-IV of six: a row for each sample, its part in each frequency, in the room of whole vectors; as loud as a decoder expects it. */
export function shortCosines(): Float32Array {
  const [size, room] = [6, 8];
  return each(size * room, (at) => {
    const [n, k] = [Math.floor(at / room), at % room];
    return k < size ? (2 / size) * Math.cos((Math.PI / size) * (n + 0.5) * (k + 0.5)) : 0;
  });
}

/** Which line of three short transforms, one after another, is written at each place: by band, then by transform. */
export function streamOrder(edges: readonly number[]): Uint32Array {
  const order: number[] = [];
  for (const [band, first] of edges.slice(0, -1).entries()) {
    const end = edges[band + 1] as number;
    for (let window = 0; window < 3; window++)
      for (let line = first; line < end; line++) order.push(window * 192 + line);
  }
  return Uint32Array.from(order);
}

/** Bits of a code are at most 19. */
const BITS_OF_LENGTH = 5;

interface PairTable {
  readonly codes: Uint32Array;
  /** Without signs. */
  readonly lengths: Uint8Array;
}

function pairTable(text: string): PairTable {
  const [codes, lengths] = [new Uint32Array(256), new Uint8Array(256)];
  let next = 0;
  for (let at = 0; at < text.length; at += 3) {
    const pair = Number.parseInt(text.slice(at, at + 2), 16);
    const bits = text.charCodeAt(at + 2) - 96;
    codes[pair] = next * 2 ** bits;
    lengths[pair] = bits;
    next += 2 ** -bits;
  }
  return { codes, lengths };
}

const TABLES = new Map(Object.entries(PAIR_CODES).map(([select, text]) => [Number(select), pairTable(text)]));
const signsOf = (pair: number): number => (pair > 15 ? 1 : 0) + ((pair & 15) > 0 ? 1 : 0);

/** By class of tables, three lengths of 20 bits with signs: what a region costs is summed for all its tables at once. */
export function pairLengths(): BigUint64Array {
  const classes = [[1], [2, 3], [5, 6], [7, 8, 9], [10, 11, 12], [13, 15], [16, 24]];
  const packed = new BigUint64Array(8 * 256);
  for (const [kind, tables] of classes.entries()) {
    for (let pair = 0; pair < 256; pair++) {
      const lengths = tables.map((select) => (TABLES.get(select)?.lengths[pair] ?? 0) + signsOf(pair));
      packed[kind * 256 + pair] = lengths.reduce((sum, bits, n) => sum | (BigInt(bits) << BigInt(20 * n)), 0n);
    }
  }
  return packed;
}

/** By table, code · 32 + bits: 16 lies where there is no table 0, and 24 where there is no table 4. */
export function pairCodes(): Uint32Array {
  const out = new Uint32Array(16 * 256);
  for (const [select, { codes, lengths }] of TABLES) {
    const place = select === 16 ? 0 : select === 24 ? 4 : select;
    for (let pair = 0; pair < 256; pair++) {
      out[place * 256 + pair] = ((codes[pair] as number) << BITS_OF_LENGTH) | (lengths[pair] as number);
    }
  }
  return out;
}

/** Code and bits for four levels 0 or 1, the first being the highest bit (table B.7 A; B is 15 − value in four bits). */
const FOURS = [
  [1, 1],
  [5, 4],
  [4, 4],
  [5, 5],
  [6, 4],
  [5, 6],
  [4, 5],
  [4, 6],
  [7, 4],
  [3, 5],
  [6, 5],
  [0, 6],
  [7, 5],
  [2, 6],
  [3, 6],
  [1, 6],
] as const;
const onesOf = (four: number): number => (four & 1) + ((four >> 1) & 1) + ((four >> 2) & 1) + (four >> 3);

export const foursCodes = (): Uint32Array =>
  Uint32Array.from(FOURS.map(([code, bits]) => (code << BITS_OF_LENGTH) | bits));
/** Bits with signs: of table A in the low half, of B in the high one. */
export const foursLengths = (): Uint32Array =>
  Uint32Array.from(FOURS.map(([, bits], four) => bits + onesOf(four) + ((4 + onesOf(four)) << 16)));
