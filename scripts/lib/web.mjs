// The console's pages: checked by the compiler and built by Vite into dist/web, only where a source changed, and packed
// beforehand so that the program need not.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { inRoot, runQuietly, say } from './steps.mjs';

const sources = inRoot('src/console/web');
const built = inRoot('dist/web');
const mark = inRoot('dist/.web-built');

/** Of all that the pages are made from. */
function fingerprint() {
  const hash = createHash('sha256');
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).map((name) => join(sources, name));
  const others = ['package-lock.json', 'src/console/doors.ts', 'src/base/alarm-words.ts'].map((name) => inRoot(name));
  for (const file of [...files.toSorted(), ...others])
    if (statSync(file).isFile()) hash.update(`${file}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

function pack() {
  for (const name of readdirSync(built, { recursive: true, encoding: 'utf8' })) {
    const file = join(built, name);
    if (!/\.(html|js|css|svg)$/.test(name)) continue;
    const content = readFileSync(file);
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
    const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
    writeFileSync(`${file}.br`, brotliCompressSync(content, { params }));
  }
}

export function buildPages() {
  const wanted = fingerprint();
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted && existsSync(join(built, 'index.html'))) return;
  say('building the pages of the console');
  const tsc = inRoot('node_modules/typescript-native/bin/tsc');
  runQuietly(process.execPath, [tsc, '-p', sources], 'checking the pages');
  const vite = inRoot('node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--config', join(import.meta.dirname, 'vite-pages.mjs')];
  runQuietly(process.execPath, args, 'building the pages');
  pack();
  writeFileSync(mark, wanted);
}
