// `npm start`: the set-up, then the program in the foreground, in this same process (so signals reach it directly).
// Arguments go on to `halina start`: npm start -- --config FILE
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const args = process.argv.slice(2);
const setup = spawnSync(process.execPath, [join(import.meta.dirname, 'setup.mjs'), 'start', ...args], {
  stdio: 'inherit',
});
if (setup.status !== 0) process.exit(setup.status ?? 1);
const main = join(import.meta.dirname, '../dist/src/cli/main.js');
process.argv = [process.execPath, main, 'start', ...args];
await import(main);
