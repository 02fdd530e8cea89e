// What is compiled to WebAssembly: each folder `wasm` of the sources is a module in AssemblyScript, whose main.ts becomes
// main.wasm at the same place of dist, only where a source changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { inRoot, root, runQuietly, say } from './steps.mjs';

const compiler = 'node_modules/assemblyscript/bin/asc.js';
/** No garbage is collected and nothing is asked of the host: the modules lay out their memory once. */
const options = ['-O3', '--enable', 'simd', '--runtime', 'stub', '--noAssert', '--use', 'abort='];
// Addresses and numbers are both of 32 bits: which of them is which need not be said at each.
const quiet = ['--disableWarning', '201'];

function folders() {
  const names = readdirSync(inRoot('src'), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => basename(name) === 'wasm' && existsSync(inRoot('src', name, 'main.ts')));
}

function fingerprint(folder) {
  const hash = createHash('sha256').update(readFileSync(inRoot('node_modules/assemblyscript/package.json')));
  for (const name of readdirSync(folder).toSorted()) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}

export function assemble() {
  for (const name of folders()) {
    const output = inRoot('dist/src', name, 'main.wasm');
    const mark = join(dirname(output), '.built');
    const wanted = fingerprint(inRoot('src', name));
    if (existsSync(output) && existsSync(mark) && readFileSync(mark, 'utf8') === wanted) continue;
    say(`compiling src/${name} to WebAssembly`);
    mkdirSync(dirname(output), { recursive: true });
    const source = join('src', name, 'main.ts');
    runQuietly(process.execPath, [join(root, compiler), source, '-o', output, ...options, ...quiet], 'compiling');
    writeFileSync(mark, wanted);
  }
}
