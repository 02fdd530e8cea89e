/**
 * The arithmetic of our MP3 encoder, compiled to WebAssembly by AssemblyScript: four numbers at a time. It knows two sides and
 * what of their sound is under way; what is decided stands in TypeScript (`speech-encoder.ts`).
 */
import { analyse, ROW, takeSamples } from './filterbank';
import { beginBits, endBits, writeLevels } from './bits';
import { plan, PLAN_WORDS } from './coding';
import { order, transform } from './mdct';
import { BANDS, GRANULE, SLOT_ROOM, TRANSFORMS, words } from './memory';
import { quantize, takePowers } from './quantizer';
export * from './tables';

class Side {
  samples: usize = words(GRANULE);
  rows: usize = words(BANDS * ROW);
  /** Bands of the granule before, and of that being encoded. */
  before: usize = words(BANDS * SLOT_ROOM);
  now: usize = words(BANDS * SLOT_ROOM);
  lines: usize = words(GRANULE + 2);
  energies: usize = words(TRANSFORMS);
  ordered: usize = words(GRANULE);
  powers: usize = words(GRANULE);
  levels: usize = words(GRANULE);
  pairs: usize = words(GRANULE / 8);
  plan: usize = words(PLAN_WORDS);
}

const left = new Side();
const right = new Side();
/** Two sides of at most 4,095 bits, and what the last write may reach beyond. */
const sound = words(512);

function sideOf(side: i32): Side {
  return side === 0 ? left : right;
}

export function samplesAt(side: i32): usize {
  return sideOf(side).samples;
}
export function energiesAt(side: i32): usize {
  return sideOf(side).energies;
}
export function planAt(side: i32): usize {
  return sideOf(side).plan;
}
export function soundAt(): usize {
  return sound;
}

/** From the next granule's samples to the lines of its three transforms and their energies. */
export function toLines(side: i32): void {
  const own = sideOf(side);
  const free = own.before;
  own.before = own.now;
  own.now = free;
  takeSamples(own.rows, own.samples);
  analyse(own.rows, own.now);
  transform(own.before, own.now, own.lines, own.energies);
}

/** Orders the lines, each transform's made louder by its factor; gives the largest one, to the power ¾. */
export function shape(side: i32, factor0: f32, factor1: f32, factor2: f32): f32 {
  const own = sideOf(side);
  order(own.lines, factor0, factor1, factor2, own.ordered);
  return takePowers(own.ordered, own.powers);
}

/** Quantizes it with a scale and plans how it is written; gives the bits. `first`: where the first region ends. */
export function toLevels(side: i32, scale: f32, first: i32): i32 {
  const own = sideOf(side);
  quantize(own.powers, scale, own.levels, own.pairs);
  return plan(own.levels, own.pairs, first, own.plan);
}

/** Writes both sides; gives the bytes. */
export function write(): i32 {
  beginBits(sound);
  writeLevels(left.levels, left.ordered, left.plan);
  writeLevels(right.levels, right.ordered, right.plan);
  return endBits() - sound;
}
