/**
 * The inner loop of sound between samples: a filter of 16 taps, four samples at a time in WebAssembly where the processor can do
 * so (by four times the quickest way that there is here; most of the work ahead of an encoder was this), else plainly.
 */
import { WasmFunction, moduleOf } from '../wasm/emit.js';
import type { Local } from '../wasm/emit.js';
import { instantiate } from '../wasm/instantiate.js';

export const TAPS = 16;
/** Samples that are filtered at a time: with the taps they fill one page of memory, and stay in the processor's first cache. */
export const MOST = 2048;
/** The last group of four reads and writes past the end. */
const SLACK = 4;

/**
 * `out[n] = Σ taps[k] · sound[n + k]` for `count` samples, and for up to three more, which mean nothing. Offsets count numbers: of
 * `taps` into the table, the others into `sound` and `out` of `FilterMemory`.
 */
export type Filter = (sound: number, taps: number, out: number, count: number) => void;

export interface FilterMemory {
  /** `MOST` samples, those beside them that the taps reach, and some more where clocks differ. */
  readonly sound: Float32Array;
  readonly out: Float32Array;
  readonly filter: Filter;
}

const SOUND = MOST + Math.ceil(MOST / 64) + 2 * TAPS + SLACK;
const OUT = MOST + SLACK;
const PAGE_BYTES = 65_536;

/** Addresses are in bytes, and `end` is that of the output. */
function sixteenTaps(): WasmFunction {
  const code = new WasmFunction('filter', ['i32', 'i32', 'i32', 'i32']);
  const [sound, taps, out, end] = [0, 1, 2, 3] as const;
  const held = Array.from({ length: TAPS }, () => code.local('v128'));
  const sum = code.local('v128');
  held.forEach((tap, k) =>
    code
      .get(taps)
      .load('v128.load32_splat', 4 * k)
      .set(tap),
  );
  const product = (tap: Local, k: number): void => {
    code
      .get(sound)
      .load('v128.load', 4 * k)
      .get(tap)
      .do('f32x4.mul');
  };
  return code.again(() => {
    // Four sums at a time, since each must wait for what it is added to.
    for (let four = 0; four < TAPS; four += 4) {
      for (let k = four; k < four + 4; k++) {
        product(held[k] as Local, k);
        if (k > four) code.do('f32x4.add');
      }
      if (four > 0) code.do('f32x4.add');
    }
    code.set(sum).get(out).get(sum).storeV128(0);
    code.get(sound).i32(16).do('i32.add').set(sound);
    code.get(out).i32(16).do('i32.add').tee(out).get(end).do('i32.lt_u');
  });
}

function quick(table: Float32Array): FilterMemory | undefined {
  const pages = Math.ceil((table.byteLength + 4 * (SOUND + OUT)) / PAGE_BYTES);
  const module = instantiate(moduleOf([sixteenTaps()], pages));
  if (!module) return undefined;
  const { memory } = module;
  const filter = module.call('filter');
  new Float32Array(memory).set(table);
  const soundAt = table.byteLength;
  const outAt = soundAt + 4 * SOUND;
  return {
    sound: new Float32Array(memory, soundAt, SOUND),
    out: new Float32Array(memory, outAt, OUT),
    filter: (sound, taps, out, count) =>
      filter(soundAt + 4 * sound, 4 * taps, outAt + 4 * out, outAt + 4 * (out + count)),
  };
}

/** The same without WebAssembly. */
export function plainFilter(table: Float32Array): FilterMemory {
  const [sound, out] = [new Float32Array(SOUND), new Float32Array(OUT)];
  const filter: Filter = (from, taps, to, count) => {
    for (let n = 0; n < count; n++) {
      let sum = 0;
      for (let k = 0; k < TAPS; k++) sum += (table[taps + k] as number) * (sound[from + n + k] as number);
      out[to + n] = sum;
    }
  };
  return { sound, out, filter };
}

/** `table`: rows of taps. */
export const filterWith = (table: Float32Array): FilterMemory => quick(table) ?? plainFilter(table);
