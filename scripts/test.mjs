// Runs the test suites one after another and ends with `N passed, N failed` (and what was skipped) on a line of its own.
//   node scripts/test.mjs [--long] [SUITE …]
// A suite is a folder of test/ (test/e2e/…). Without names: all that fit in ten minutes, quick ones first; with --long:
// test/long. What needs a network of its own runs inside scripts/in-namespace.mjs. In CI a skipped test is a failure.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
const quickFirst = ['unit', 'conformance', 'fuzz', 'faults', 'e2e'];
const inNamespace = new Set(['faults', 'e2e', 'kernel', 'long']);
const terse = new Set(['unit', 'conformance', 'fuzz']);
const MINUTE = 60_000;

const args = process.argv.slice(2);
const long = args.includes('--long');
const named = args.filter((arg) => !arg.startsWith('--'));

function suites() {
  if (named.length > 0) return named;
  if (long) return ['long'];
  const rank = (name) => (quickFirst.includes(name) ? quickFirst.indexOf(name) : quickFirst.length);
  return readdirSync(join(root, 'test'))
    .filter((name) => !['support', 'long'].includes(name))
    .filter((name) => readdirSync(join(root, 'test', name), { recursive: true }).some((f) => f.endsWith('.test.ts')))
    .toSorted((a, b) => rank(a) - rank(b));
}

/** Ends a suite that hangs, with all it started: it runs in a process group of its own. */
function guard(child, limit) {
  const end = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  };
  const timer = setTimeout(() => {
    console.error(`\nstopped after ${limit / MINUTE} minutes: something in this suite did not end`);
    end('SIGKILL');
  }, limit);
  const interrupted = () => end('SIGTERM');
  process.on('SIGINT', interrupted).on('SIGTERM', interrupted);
  return () => {
    clearTimeout(timer);
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  };
}

async function run(suite, work) {
  const counts = join(work, `${suite}.json`);
  const files = `dist/test/${suite}/**/*.test.js`;
  const tests = [mocha, '--reporter', join(root, 'scripts/lib/counting-reporter.mjs'), files];
  const namespace = [join(root, 'scripts/in-namespace.mjs'), process.execPath];
  const command = inNamespace.has(suite) ? [...namespace, ...tests] : tests;
  console.log(`\n── ${suite} ${'─'.repeat(100 - suite.length)}`);
  const began = Date.now();
  const env = {
    ...process.env,
    HALINA_TEST_COUNTS: counts,
    HALINA_TEST_REPORTER: terse.has(suite) ? 'dot' : 'spec',
  };
  const child = spawn(process.execPath, command, { cwd: root, stdio: 'inherit', env, detached: true });
  const release = guard(child, suite === 'long' ? 120 * MINUTE : 10 * MINUTE);
  const status = await new Promise((done) => child.on('close', (code, signal) => done(code ?? signal)));
  release();
  const result = existsSync(counts)
    ? JSON.parse(readFileSync(counts, 'utf8'))
    : { passed: 0, failed: [`${suite}: the suite did not come to its end (${status})`], skipped: [] };
  if (status !== 0 && result.failed.length === 0) result.failed.push(`${suite}: ended with ${status}`);
  return { suite, seconds: (Date.now() - began) / 1000, ...result };
}

const work = mkdtempSync(join(tmpdir(), 'halina-test-'));
const results = [];
try {
  for (const suite of suites()) results.push(await run(suite, work));
} finally {
  rmSync(work, { recursive: true });
}

console.log('');
for (const { suite, passed, failed, skipped, seconds } of results) {
  const skips = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
  console.log(`${suite}: ${passed} passed, ${failed.length} failed${skips} in ${seconds.toFixed(1)} s`);
}
const skipped = results.flatMap((result) => result.skipped);
const failed = results.flatMap((result) => result.failed);
for (const name of skipped) console.log(`skipped: ${name}`);
if (process.env.CI) failed.push(...skipped.map((name) => `skipped, which in CI is a failure: ${name}`));
for (const name of failed) console.log(`failed: ${name}`);
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const skips = !process.env.CI && skipped.length > 0 ? `, ${skipped.length} skipped` : '';
console.log(`${passed} passed, ${failed.length} failed${skips}`);
process.exit(failed.length > 0 || passed === 0 ? 1 : 0);
