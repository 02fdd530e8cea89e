// All set-up that is missing, and nothing that is not: `npm start` and `npm test` call this first, so a fresh clone on a
// machine with Node is two commands away from running. Node's own modules only, since nothing is installed yet.
//   node scripts/setup.mjs [start | test | build]   (build: packages and compiling, no system packages)
// Says each thing that it does in one line, and nothing where there is nothing to do.
import { installNodeModules } from './lib/node-modules.mjs';
import { compile } from './lib/compile.mjs';
import { assemble } from './lib/wasm.mjs';
import { buildPages } from './lib/web.mjs';
import { installSystemPackages } from './lib/system-packages.mjs';
import { requireNode, Stop } from './lib/steps.mjs';

const purpose = process.argv[2] ?? 'build';
try {
  requireNode();
  if (purpose !== 'build') installSystemPackages(purpose, process.argv.slice(3));
  installNodeModules();
  compile();
  assemble();
  buildPages();
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  console.error(`halina setup: ${error.message}`);
  process.exit(1);
}
