/**
 * Writes WebAssembly (W3C, Core Specification 2.0): each method appends one instruction, and `moduleOf` gives the bytes of
 * a module that exports its functions and one memory. It knows instructions, not what a program is for, and only those
 * that our few inner loops need.
 */

const TYPE = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export type ValueType = keyof typeof TYPE;

/** What takes its operands from the stack and leaves the result there. */
const PLAIN = {
  'i32.add': [0x6a],
  'i32.lt_u': [0x49],
  'f32x4.add': [0xfd, 0xe4, 0x01],
  'f32x4.mul': [0xfd, 0xe6, 0x01],
} as const;
export type Operation = keyof typeof PLAIN;

/** What reads memory at the address on the stack; the second number is the alignment, as a power of two. */
const LOAD = { 'v128.load': [0xfd, 0x00, 2], 'v128.load32_splat': [0xfd, 0x09, 2] } as const;
const STORE_V128 = [0xfd, 0x0b, 2] as const;

/** A parameter or local variable of a function, by its number. */
export type Local = number & { readonly kind?: 'local' };

/** An unsigned number in LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** A signed number of 32 bits in LEB128. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    if (rest >= -0x40 && rest < 0x40) return [...bytes, rest & 0x7f];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

const counted = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
const nameOf = (text: string): number[] => sized([...Buffer.from(text)]);

/** A function without a result. */
export class WasmFunction {
  readonly #code: number[] = [];
  readonly #locals: ValueType[] = [];

  constructor(
    readonly name: string,
    readonly parameters: readonly ValueType[],
  ) {}

  local(type: ValueType): Local {
    return this.parameters.length + this.#locals.push(type) - 1;
  }

  get(local: Local): this {
    return this.#put(0x20, ...unsigned(local));
  }

  set(local: Local): this {
    return this.#put(0x21, ...unsigned(local));
  }

  /** Leaves the value on the stack. */
  tee(local: Local): this {
    return this.#put(0x22, ...unsigned(local));
  }

  i32(value: number): this {
    return this.#put(0x41, ...signed(value));
  }

  do(operation: Operation): this {
    return this.#put(...PLAIN[operation]);
  }

  load(how: keyof typeof LOAD, offset: number): this {
    return this.#put(...LOAD[how], ...unsigned(offset));
  }

  storeV128(offset: number): this {
    return this.#put(...STORE_V128, ...unsigned(offset));
  }

  /** Does `body` once, and again as long as it leaves something else than 0 on the stack. */
  again(body: () => void): this {
    this.#put(0x03, 0x40);
    body();
    return this.#put(0x0d, 0x00, 0x0b);
  }

  get type(): number[] {
    return [0x60, ...counted(this.parameters.map((type) => [TYPE[type]])), 0x00];
  }

  get body(): number[] {
    return sized([...counted(this.#locals.map((type) => [0x01, TYPE[type]])), ...this.#code, 0x0b]);
  }

  #put(...bytes: readonly number[]): this {
    this.#code.push(...bytes);
    return this;
  }
}

const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

const section = (id: number, items: readonly (readonly number[])[]): number[] => [id, ...sized(counted(items))];

/** `pages`: of 64 KiB, of the memory, which is exported as `memory`. */
export function moduleOf(functions: readonly WasmFunction[], pages: number): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ type }) => type);
  const indices = functions.map((_, n) => unsigned(n));
  const exports = functions.map(({ name }, n) => [...nameOf(name), 0x00, ...unsigned(n)]);
  const bodies = functions.map(({ body }) => body);
  return Uint8Array.from([
    ...MAGIC_AND_VERSION,
    ...section(1, types),
    ...section(3, indices),
    ...section(5, [[0x00, ...unsigned(pages)]]),
    ...section(7, [[...nameOf('memory'), 0x02, 0x00], ...exports]),
    ...section(10, bodies),
  ]);
}
