/** The encoder's arithmetic (`wasm/`, compiled to WebAssembly) for one recording. */
import { assembled } from '../../assembled.js';
import { SAMPLES_PER_FRAME } from '../frame.js';
import type { SampleRate } from '../frame.js';
import * as tables from './kernel-tables.js';
import { BANDS_OF } from './kernel-tables.js';

/** The outside is left, the inside right. */
export type SideNumber = 0 | 1;
export const SIDES: readonly SideNumber[] = [0, 1];

/** Of each of the three transforms of a granule. */
export type Three = readonly [number, number, number];
export const TRANSFORM_LINES = 192;

type At = () => number;
type SideAt = (side: SideNumber) => number;

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly windowAt: At;
  readonly factorsAt: At;
  readonly shortWindowAt: At;
  readonly shortKernelAt: At;
  readonly orderAt: At;
  readonly pairLengthsAt: At;
  readonly pairCodesAt: At;
  readonly foursLengthsAt: At;
  readonly foursCodesAt: At;
  readonly samplesAt: SideAt;
  readonly energiesAt: SideAt;
  readonly planAt: SideAt;
  readonly soundAt: At;
  readonly toLines: (side: SideNumber) => void;
  readonly shape: (side: SideNumber, factor0: number, factor1: number, factor2: number) => number;
  readonly toLevels: (side: SideNumber, scale: number, first: number) => number;
  readonly write: At;
}

/** How a granule's levels are written, as the side information says it. */
export interface Plan {
  readonly bits: number;
  readonly pairsEnd: number;
  readonly foursTable: number;
  readonly tables: readonly [number, number];
}

// The same for every recording.
const [WINDOW, FACTORS] = [tables.windowTaps(), tables.cosineFactors()];
const [SHORT_WINDOW, SHORT_KERNEL] = [tables.shortWindow(), tables.shortCosines()];
const [PAIR_LENGTHS, PAIR_CODES] = [tables.pairLengths(), tables.pairCodes()];
const [FOURS_LENGTHS, FOURS_CODES] = [tables.foursLengths(), tables.foursCodes()];

export class SpeechKernel {
  readonly #exports: Exports;
  readonly #samples: readonly Float32Array[];
  readonly #energies: readonly Float32Array[];
  readonly #plans: readonly Int32Array[];
  readonly #regionLines: number;

  constructor(rate: SampleRate) {
    const all = assembled(import.meta.url) as Exports;
    this.#exports = all;
    const { buffer } = all.memory;
    const { edges, regionLines } = BANDS_OF[rate];
    this.#regionLines = regionLines;
    const floats: readonly (readonly [At, Float32Array])[] = [
      [all.windowAt, WINDOW],
      [all.factorsAt, FACTORS],
      [all.shortWindowAt, SHORT_WINDOW],
      [all.shortKernelAt, SHORT_KERNEL],
    ];
    for (const [at, numbers] of floats) new Float32Array(buffer, at(), numbers.length).set(numbers);
    const words: readonly (readonly [At, Uint32Array])[] = [
      [all.orderAt, tables.streamOrder(edges)],
      [all.pairCodesAt, PAIR_CODES],
      [all.foursLengthsAt, FOURS_LENGTHS],
      [all.foursCodesAt, FOURS_CODES],
    ];
    for (const [at, numbers] of words) new Uint32Array(buffer, at(), numbers.length).set(numbers);
    new BigUint64Array(buffer, all.pairLengthsAt(), PAIR_LENGTHS.length).set(PAIR_LENGTHS);
    this.#samples = SIDES.map((side) => new Float32Array(buffer, all.samplesAt(side), SAMPLES_PER_FRAME));
    this.#energies = SIDES.map((side) => new Float32Array(buffer, all.energiesAt(side), 3));
    this.#plans = SIDES.map((side) => new Int32Array(buffer, all.planAt(side), 8));
  }

  /** Takes the next granule of a side, `samples` from `from` on, and transforms it. Gives each transform's energy. */
  toLines(side: SideNumber, samples: Float32Array, from: number): Three {
    (this.#samples[side] as Float32Array).set(samples.subarray(from, from + SAMPLES_PER_FRAME));
    this.#exports.toLines(side);
    const [first = 0, second = 0, third = 0] = this.#energies[side] as Float32Array;
    return [first, second, third];
  }

  /** Makes each of its transforms louder by a factor, and gives its largest line then, to the power ¾. */
  shape(side: SideNumber, factors: Three): number {
    return this.#exports.shape(side, ...factors);
  }

  /** Quantizes it and gives the bits that it takes. */
  toLevels(side: SideNumber, scale: number): number {
    return this.#exports.toLevels(side, scale, this.#regionLines);
  }

  /** How many lines of the levels made last are written. */
  linesOf(side: SideNumber): number {
    return this.#plans[side]?.[2] ?? 0;
  }

  /** How the levels made last are written. */
  plan(side: SideNumber): Plan {
    const [bits = 0, pairsEnd = 0, , foursTable = 0, , , one = 0, two = 0] = this.#plans[side] as Int32Array;
    return { bits, pairsEnd, foursTable, tables: [one, two] };
  }

  /** The levels of both sides as they are written: whole bytes, which are the kernel's. */
  write(): Uint8Array {
    const bytes = this.#exports.write();
    return new Uint8Array(this.#exports.memory.buffer, this.#exports.soundAt(), bytes);
  }
}
