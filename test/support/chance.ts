/** A chance that is the same in each run. */
export interface Chance {
  /** A whole number from 0 to below `count`. */
  readonly below: (count: number) => number;
  readonly of: <T>(values: readonly T[]) => T;
  /** From 0 to below 1, like Math.random. */
  readonly next: () => number;
}

/** The generator is mulberry32. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return { next, below, of: (values) => values[below(values.length)] as (typeof values)[number] };
}

/** A seed of its own for each run, or that of the environment: in CI the same every time (scripts/lib/same-cases.mjs). */
export const fuzzSeed = (): number => Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
