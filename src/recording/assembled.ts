/** Modules of ours that are compiled to WebAssembly (`wasm/main.ts` beside who uses them, `scripts/lib/wasm.mjs`). */
import { readFileSync } from 'node:fs';

interface Instance {
  readonly exports: object;
}

/** Node has it; the types of the language alone do not know it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => Instance;
};

const modules = new Map<string, object>();

/**
 * What a new instance exports, with memory of its own, of the module whose `wasm/main.wasm` lies beside `importer` (its
 * `import.meta.url`). Throws where this processor cannot run it: older ones do not take four numbers at a time.
 */
export function assembled(importer: string): object {
  const module = modules.get(importer) ?? new WebAssembly.Module(readFileSync(new URL('./wasm/main.wasm', importer)));
  modules.set(importer, module);
  return new WebAssembly.Instance(module).exports;
}
