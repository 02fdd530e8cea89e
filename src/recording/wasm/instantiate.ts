/** A module of ours, ready to be called. */

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly [name: string]: unknown;
}

/** Node has it; the types of the language alone do not know it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: Exports };
  readonly validate: (bytes: Uint8Array<ArrayBuffer>) => boolean;
};

export interface WasmModule {
  readonly memory: ArrayBuffer;
  /** Throws where there is no such function. */
  readonly call: (name: string) => (...values: readonly number[]) => void;
}

/** Undefined where this processor cannot run it: older ones do not take four numbers at a time. */
export function instantiate(bytes: Uint8Array<ArrayBuffer>): WasmModule | undefined {
  if (!WebAssembly.validate(bytes)) return undefined;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const call: WasmModule['call'] = (name) => {
    const found = exports[name];
    if (!isFunction(found)) throw new RangeError(`the module has no function ${name}`);
    return found;
  };
  return { memory: exports.memory.buffer, call };
}

const isFunction = (value: unknown): value is (...values: readonly number[]) => void => typeof value === 'function';
