/**
 * ITU-T G.722 at 64 kbit/s: sound at 16 kHz in two bands, each coded by adaptive differences (ADPCM), six bits for the
 * lower band and two for the upper one, so one byte for every two samples. Names of the blocks are the Recommendation's
 * (§ 6.2, "BLOCK4L" and so on); arithmetic is its 16-bit arithmetic with saturation.
 *
 * RTP (RFC 3551 § 4.5.2) counts its time at 8 kHz by an old mistake that is kept: a byte is one unit.
 */

/** Table 11: the filter that parts and joins the bands, one half (it is symmetric). */
const QMF = Int32Array.of(3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11);
/** Table 7: inverse quantiser tables for 6, 4 and 2 bits. */
// prettier-ignore
const QM6 = Int32Array.of(
  -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
  -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
  24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
  4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
);
// prettier-ignore
const QM4 = Int32Array.of(
  0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0,
);
const QM2 = Int32Array.of(-7408, -1616, 7408, 1616);
/** Tables 12 and 13: how the step widths' logarithms move, by the code (its four or two leading bits). */
const RL42 = Int32Array.of(0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0);
const WL = Int32Array.of(-60, -30, 58, 172, 334, 538, 1198, 3042);
const RH2 = Int32Array.of(2, 1, 2, 1);
const WH = Int32Array.of(0, -214, 798);
/** Table 14: powers of two between 1 and 2, in 32 steps. */
// prettier-ignore
const ILB = Int32Array.of(
  2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
  2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
);
/** Table 5: the lower band's decision levels, from the second on. */
// prettier-ignore
const Q6 = Int32Array.of(
  0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339,
  1458, 1612, 1765, 1980, 2195, 2557, 2919,
);
/** The upper band's one decision level, and the limits of both logarithms. */
const Q2 = 564;
const MOST_LOWER = 18_432;
const MOST_UPPER = 22_528;

const saturate = (value: number): number => (value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value);

/** The lower band's code for the n-th interval (1 to 30) of a difference. */
const lowerCode = (negative: boolean, n: number): number => {
  if (!negative) return 62 - n;
  return n <= 2 ? 64 - n : 34 - n;
};

/** One band's predictor and step width. Index 0 of each history is what is new, 1 and on what was before. */
class Band {
  /** What the next sample is expected to be. */
  s = 0;
  /** The step width. */
  det: number;
  #nb = 0;
  #sz = 0;
  readonly #r = new Int32Array(3);
  readonly #a = new Int32Array(3);
  readonly #p = new Int32Array(3);
  readonly #d = new Int32Array(7);
  readonly #b = new Int32Array(7);
  readonly #shift: number;
  readonly #most: number;

  /** `shift`: of the step width against its table, 8 for the lower and 10 for the upper band. */
  constructor(det: number, shift: number, most: number) {
    this.det = det;
    this.#shift = shift;
    this.#most = most;
  }

  /** Blocks 3: the step width after a code that moves its logarithm by `step`. */
  scale(step: number): void {
    const nb = ((this.#nb * 127) >> 7) + step;
    this.#nb = nb < 0 ? 0 : nb > this.#most ? this.#most : nb;
    const shift = this.#shift - (this.#nb >> 11);
    const power = ILB[(this.#nb >> 6) & 31] as number;
    this.det = (shift < 0 ? power << -shift : power >> shift) << 2;
  }

  /** Blocks 4: the predictor after the quantised difference `difference`. */
  adapt(difference: number): void {
    const [r, p, d] = [this.#r, this.#p, this.#d];
    d[0] = difference;
    r[0] = saturate(this.s + difference);
    p[0] = saturate(this.#sz + difference);
    this.#movePoles();
    this.#moveZeros(difference);
    for (let i = 6; i > 0; i--) d[i] = d[i - 1] as number;
    r[2] = r[1] as number;
    r[1] = r[0];
    p[2] = p[1] as number;
    p[1] = p[0];
    this.#predict();
  }

  /** UPPOL1 and UPPOL2. */
  #movePoles(): void {
    const [a, p] = [this.#a, this.#p];
    const now = (p[0] as number) < 0;
    const sameAsLast = now === (p[1] as number) < 0;
    const a1 = a[1] as number;
    const turned = saturate(a1 << 2);
    const towards = Math.min(sameAsLast ? -turned : turned, 32_767) >> 7;
    const sign = now === (p[2] as number) < 0 ? 128 : -128;
    const a2 = limit(sign + towards + (((a[2] as number) * 32_512) >> 15), 12_288);
    const moved = saturate((sameAsLast ? 192 : -192) + ((a1 * 32_640) >> 15));
    a[1] = limit(moved, saturate(15_360 - a2));
    a[2] = a2;
  }

  /** UPZERO. */
  #moveZeros(difference: number): void {
    const [b, d] = [this.#b, this.#d];
    const step = difference === 0 ? 0 : 128;
    const negative = difference < 0;
    for (let i = 1; i < 7; i++) {
      const towards = (d[i] as number) < 0 === negative ? step : -step;
      b[i] = saturate(towards + (((b[i] as number) * 32_640) >> 15));
    }
  }

  /** FILTEP, FILTEZ and PREDIC. */
  #predict(): void {
    const [a, r, b, d] = [this.#a, this.#r, this.#b, this.#d];
    const pole = (i: number): number => ((a[i] as number) * saturate(2 * (r[i] as number))) >> 15;
    const sp = saturate(pole(1) + pole(2));
    let sz = 0;
    for (let i = 6; i > 0; i--) sz += ((b[i] as number) * saturate(2 * (d[i] as number))) >> 15;
    this.#sz = saturate(sz);
    this.s = saturate(sp + this.#sz);
  }
}

const limit = (value: number, most: number): number => (value > most ? most : value < -most ? -most : value);

const lowerBand = (): Band => new Band(32, 8, MOST_LOWER);
const upperBand = (): Band => new Band(8, 10, MOST_UPPER);

/** The sums of both halves of the filter over its window's even and odd places. */
const HISTORY = 24;

export class G722Encoder {
  readonly #lower = lowerBand();
  readonly #upper = upperBand();
  /** The window, twice in a row, so that it need not be moved. */
  readonly #x = new Int32Array(2 * HISTORY);
  #at = 0;

  /** Encodes an even number of samples at 16 kHz, 16 bits; writes half as many bytes to `out` at `offset`. */
  encode(samples: Int16Array, out: Uint8Array, offset = 0): number {
    const bytes = samples.length >> 1;
    for (let n = 0; n < bytes; n++) {
      this.#push(samples[2 * n] as number, samples[2 * n + 1] as number);
      let first = 0;
      let second = 0;
      for (let i = 0; i < 12; i++) {
        const at = this.#at + 2 * i;
        first += (this.#x[at] as number) * (QMF[i] as number);
        second += (this.#x[at + 1] as number) * (QMF[11 - i] as number);
      }
      out[offset + n] = this.#encodeUpper((second - first) >> 14) | this.#encodeLower((second + first) >> 14);
    }
    return bytes;
  }

  #push(one: number, two: number): void {
    const at = this.#at;
    this.#x[at] = this.#x[at + HISTORY] = one;
    this.#x[at + 1] = this.#x[at + HISTORY + 1] = two;
    this.#at = (at + 2) % HISTORY;
  }

  #encodeLower(sample: number): number {
    const band = this.#lower;
    const difference = saturate(sample - band.s);
    const magnitude = difference >= 0 ? difference : -(difference + 1);
    let n = 1;
    while (n < 30 && magnitude >= ((Q6[n] as number) * band.det) >> 12) n++;
    const code = lowerCode(difference < 0, n);
    const leading = code >> 2;
    const quantised = (band.det * (QM4[leading] as number)) >> 15;
    band.scale(WL[RL42[leading] as number] as number);
    band.adapt(quantised);
    return code;
  }

  #encodeUpper(sample: number): number {
    const band = this.#upper;
    const difference = saturate(sample - band.s);
    const magnitude = difference >= 0 ? difference : -(difference + 1);
    const isLarge = magnitude >= (Q2 * band.det) >> 12;
    const code = difference < 0 ? (isLarge ? 0 : 1) : isLarge ? 2 : 3;
    const quantised = (band.det * (QM2[code] as number)) >> 15;
    band.scale(WH[RH2[code] as number] as number);
    band.adapt(quantised);
    return code << 6;
  }
}

export class G722Decoder {
  readonly #lower = lowerBand();
  readonly #upper = upperBand();
  readonly #x = new Int32Array(2 * HISTORY);
  #at = 0;

  /** Decodes the bytes from `start` to `end`; two samples at 16 kHz a byte. */
  decode(bytes: Uint8Array, start = 0, end = bytes.length): Int16Array {
    const out = new Int16Array(2 * (end - start));
    for (let n = 0; n < end - start; n++) {
      const code = bytes[start + n] as number;
      const low = this.#decodeLower(code & 63);
      const high = this.#decodeUpper(code >> 6);
      this.#push(low + high, low - high);
      let first = 0;
      let second = 0;
      for (let i = 0; i < 12; i++) {
        const at = this.#at + 2 * i;
        second += (this.#x[at] as number) * (QMF[i] as number);
        first += (this.#x[at + 1] as number) * (QMF[11 - i] as number);
      }
      out[2 * n] = saturate(first >> 11);
      out[2 * n + 1] = saturate(second >> 11);
    }
    return out;
  }

  #push(sum: number, difference: number): void {
    const at = this.#at;
    this.#x[at] = this.#x[at + HISTORY] = sum;
    this.#x[at + 1] = this.#x[at + HISTORY + 1] = difference;
    this.#at = (at + 2) % HISTORY;
  }

  /** LIMIT keeps what is heard within 15 bits; the predictor goes on with the four leading bits alone. */
  #decodeLower(code: number): number {
    const band = this.#lower;
    const heard = clamp15(band.s + ((band.det * (QM6[code] as number)) >> 15));
    const leading = code >> 2;
    const quantised = (band.det * (QM4[leading] as number)) >> 15;
    band.scale(WL[RL42[leading] as number] as number);
    band.adapt(quantised);
    return heard;
  }

  #decodeUpper(code: number): number {
    const band = this.#upper;
    const quantised = (band.det * (QM2[code] as number)) >> 15;
    const heard = clamp15(quantised + band.s);
    band.scale(WH[RH2[code] as number] as number);
    band.adapt(quantised);
    return heard;
  }
}

const clamp15 = (value: number): number => (value > 16_383 ? 16_383 : value < -16_384 ? -16_384 : value);
