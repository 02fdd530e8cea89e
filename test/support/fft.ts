/** Cross-correlation of long signals, by a radix-2 Fourier transform in overlapping blocks of the lags asked for. */

/** Cosines and sines of the whole circle in `size` steps, kept for the sizes that were asked for. */
const circles = new Map<number, { cos: Float64Array; sin: Float64Array }>();
function circle(size: number): { cos: Float64Array; sin: Float64Array } {
  let known = circles.get(size);
  if (!known) {
    const angles = Float64Array.from({ length: size / 2 }, (_, k) => (2 * Math.PI * k) / size);
    known = { cos: angles.map((a) => Math.cos(a)), sin: angles.map((a) => Math.sin(a)) };
    circles.set(size, known);
  }
  return known;
}

/** In place; `real` and `imaginary` have a power of two of values. */
function transform(real: Float64Array, imaginary: Float64Array, inverse: boolean): void {
  const size = real.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      swap(real, i, j);
      swap(imaginary, i, j);
    }
  }
  const { cos: cosines, sin: sines } = circle(size);
  for (let span = 2; span <= size; span *= 2) {
    const half = span / 2;
    const stride = size / span;
    for (let from = 0; from < size; from += span) {
      for (let k = 0; k < half; k++) {
        const at = from + k;
        const cos = cosines[k * stride] as number;
        const sin = inverse ? (sines[k * stride] as number) : -(sines[k * stride] as number);
        const re = real[at + half] as number;
        const im = imaginary[at + half] as number;
        const x = re * cos - im * sin;
        const y = re * sin + im * cos;
        real[at + half] = (real[at] as number) - x;
        imaginary[at + half] = (imaginary[at] as number) - y;
        real[at] = (real[at] as number) + x;
        imaginary[at] = (imaginary[at] as number) + y;
      }
    }
  }
}

function swap(values: Float64Array, i: number, j: number): void {
  const kept = values[i] as number;
  values[i] = values[j] as number;
  values[j] = kept;
}

/** The sums of `a[n] · b[n + lag]` for every lag from −maxLag to +maxLag, in that order. */
export function correlateAtLags(a: Float32Array, b: Float32Array, maxLag: number): Float64Array {
  let size = 1;
  while (size < Math.max(8 * maxLag, 4096)) size *= 2;
  const block = size - 2 * maxLag;
  const sums = new Float64Array(2 * maxLag + 1);
  for (let from = 0; from < a.length; from += block) {
    // One complex transform carries both: the block of `a` as real part, the longer stretch of `b` as imaginary part.
    const real = new Float64Array(size);
    const imaginary = new Float64Array(size);
    for (let n = 0; n < block && from + n < a.length; n++) real[n] = a[from + n] as number;
    for (let n = 0; n < size; n++) imaginary[n] = b[from - maxLag + n] ?? 0;
    transform(real, imaginary, false);
    const re = new Float64Array(size);
    const im = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      const m = (size - k) % size;
      const aRe = ((real[k] as number) + (real[m] as number)) / 2;
      const aIm = ((imaginary[k] as number) - (imaginary[m] as number)) / 2;
      const bRe = ((imaginary[k] as number) + (imaginary[m] as number)) / 2;
      const bIm = ((real[m] as number) - (real[k] as number)) / 2;
      re[k] = aRe * bRe + aIm * bIm;
      im[k] = aRe * bIm - aIm * bRe;
    }
    transform(re, im, true);
    for (let lag = 0; lag <= 2 * maxLag; lag++) sums[lag] = (sums[lag] as number) + (re[lag] as number) / size;
  }
  return sums;
}
