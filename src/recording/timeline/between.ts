/** The quick way to sound between samples (`wasm/`), for who has the taps. */
import { assembled } from '../assembled.js';

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly tableAt: () => number;
  readonly sourceAt: () => number;
  readonly outAt: () => number;
  readonly between: (begin: number, slope: number, count: number) => void;
}

/** Samples made at a time. */
const MOST = 2048;
/** Samples that the taps reach beside a place, or one more. */
const REACH = 8;

/** Fills `out` from the sound at `begin`, `begin + slope`, … The slope differs from 1 by less than a hundredth. */
export type Between = (sound: Float32Array, begin: number, slope: number, out: Float32Array) => void;

/** `table`: 16 taps for each of 512 phases and the next whole sample. Undefined where the processor cannot do it so. */
export function betweenWith(table: Float32Array): Between | undefined {
  const all = kernel();
  if (!all) return undefined;
  const { buffer } = all.memory;
  new Float32Array(buffer, all.tableAt(), table.length).set(table);
  const source = new Float32Array(buffer, all.sourceAt());
  const made = new Float32Array(buffer, all.outAt(), MOST);
  return (sound, begin, slope, out) => {
    for (let n = 0; n < out.length; n += MOST) {
      const count = Math.min(MOST, out.length - n);
      const place = begin + n * slope;
      const base = Math.floor(place) - REACH + 1;
      source.set(sound.subarray(base, Math.floor(place + (count - 1) * slope) + REACH + 2));
      all.between(place - base, slope, count);
      out.set(made.subarray(0, count), n);
    }
  };
}

function kernel(): Exports | undefined {
  try {
    return assembled(import.meta.url) as Exports;
  } catch (error) {
    if (error instanceof Error && error.name === 'CompileError') return undefined; // an old processor
    throw error;
  }
}
