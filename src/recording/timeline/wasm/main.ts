/**
 * Sound between samples, compiled to WebAssembly by AssemblyScript: a filter of 16 taps, four samples at a time. The taps of
 * each phase are put in from outside, before all else.
 */
const WORD = 4;
const TAPS = 16;
const PHASES = 512;
/** The tap that stands on the sample at or before the place asked for. */
const LEAD = TAPS / 2 - 1;
/** Samples made at a time: with their source and the taps they fill little more than a page of memory. */
const MOST = 2048;
/** Of the source: what the taps reach beside them, what clocks that differ by a hundredth need more, and what the last four read in vain. */
const SOURCE = MOST + 64 + 2 * TAPS;

const table = heap.alloc((PHASES + 1) * TAPS * WORD);
const source = heap.alloc(SOURCE * WORD);
const out = heap.alloc((MOST + 4) * WORD);

export function tableAt(): usize {
  return table;
}
export function sourceAt(): usize {
  return source;
}
export function outAt(): usize {
  return out;
}

/** Makes `count` samples: the first from the source at `begin`, each later by `slope` than the one before. */
export function between(begin: f64, slope: f64, count: i32): void {
  for (let n = 0; n < count;) {
    const place = begin + f64(n) * slope;
    const whole = floor(place);
    const phase = nearest((place - whole) * PHASES);
    const end = min(count, n + samplesNear(place - whole - phase / PHASES, slope - 1));
    filter(source + (i32(whole) - LEAD) * WORD, table + i32(phase) * TAPS * WORD, out + n * WORD, out + end * WORD);
    n = end;
  }
}

/** How many samples on end stay nearest to a phase, from which the first is `off`, where each lies `drift` later than the one before. */
function samplesNear(off: f64, drift: f64): i32 {
  if (drift === 0) return MOST;
  const edge: f64 = drift > 0 ? 0.5 / PHASES : -0.5 / PHASES;
  return i32(max<f64>(1, min<f64>(MOST, ceil((edge - off) / drift))));
}

/** Up to `end`, and up to three samples more, which mean nothing. */
function filter(from: usize, taps: usize, to: usize, end: usize): void {
  const a0 = v128.load32_splat(taps, 0);
  const a1 = v128.load32_splat(taps, 4);
  const a2 = v128.load32_splat(taps, 8);
  const a3 = v128.load32_splat(taps, 12);
  const b0 = v128.load32_splat(taps, 16);
  const b1 = v128.load32_splat(taps, 20);
  const b2 = v128.load32_splat(taps, 24);
  const b3 = v128.load32_splat(taps, 28);
  const c0 = v128.load32_splat(taps, 32);
  const c1 = v128.load32_splat(taps, 36);
  const c2 = v128.load32_splat(taps, 40);
  const c3 = v128.load32_splat(taps, 44);
  const d0 = v128.load32_splat(taps, 48);
  const d1 = v128.load32_splat(taps, 52);
  const d2 = v128.load32_splat(taps, 56);
  const d3 = v128.load32_splat(taps, 60);
  // Four sums, since each must wait for what it is added to.
  for (; to < end; from += 16, to += 16) {
    const a = four(from, a0, a1, a2, a3);
    const b = four(from + 16, b0, b1, b2, b3);
    const c = four(from + 32, c0, c1, c2, c3);
    const d = four(from + 48, d0, d1, d2, d3);
    v128.store(to, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  }
}

/** Four products' sum. */
function four(from: usize, t0: v128, t1: v128, t2: v128, t3: v128): v128 {
  const first = f32x4.add(f32x4.mul(v128.load(from), t0), f32x4.mul(v128.load(from, 4), t1));
  const second = f32x4.add(f32x4.mul(v128.load(from, 8), t2), f32x4.mul(v128.load(from, 12), t3));
  return f32x4.add(first, second);
}
