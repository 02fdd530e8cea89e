// `npm run check`: what can be said of the sources without any other program, in about a minute. What looks at the text
// goes beside the unit tests; each says what it found when it is done, and all of them run whatever one of them finds.
import { spawn } from 'node:child_process';
import { root } from './lib/steps.mjs';

const lanes = [
  [
    ['format', 'oxfmt', '--check', '.'],
    ['lint', 'oxlint', '--type-aware', '--deny-warnings', 'src', 'test', 'bench', 'scripts'],
    ['walls', 'depcruise', '--config', '.dependency-cruiser.cjs', 'src'],
  ],
  [['unit tests', 'mocha', '--reporter', 'dot', 'dist/test/unit/**/*.test.js']],
];

/** Whether the program found nothing. What it printed is shown in one piece. */
async function passes([what, program, ...args]) {
  const began = Date.now();
  const child = spawn(`node_modules/.bin/${program}`, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const status = await new Promise((done) => {
    child.on('error', done);
    child.on('close', (code, signal) => done(code ?? signal));
  });
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const counts = / (\d+) passing/.exec(said)?.[1];
  console.log(`check: ${what}${counts ? ` (${counts})` : ''} ${status === 0 ? 'passed' : 'FAILED'} in ${seconds} s`);
  if (status !== 0) console.log(said.trim() || status);
  return status === 0;
}

async function run(lane) {
  let good = true;
  for (const step of lane) good = (await passes(step)) && good;
  return good;
}

const began = Date.now();
const results = await Promise.all(lanes.map(run));
console.log(
  `check: ${results.every(Boolean) ? 'all passed' : 'FAILED'} in ${((Date.now() - began) / 1000).toFixed(1)} s`,
);
process.exit(results.every(Boolean) ? 0 : 1);
