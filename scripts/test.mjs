// Runs the test suites and ends with `N passed, N failed` (and what was skipped) on a line of its own.
//   node scripts/test.mjs [--thorough | --long] [--unsteady[=SEED[:HABITS]]] [SUITE | SUITE/FILE …]
// A suite is a folder of test/ (test/e2e/…). Without names: what fits in ten minutes, quick ones first; with --thorough:
// test/thorough, some minutes more; with --long: test/long, hours. With --unsteady the machine misbehaves on purpose: see
// lib/unsteady.mjs. In CI a skipped test is a failure.
//
// The suites that work with real peers mostly wait for sound to pass. Their files run beside one another, each in a network
// namespace of its own (scripts/in-namespace.mjs); a file whose head says "Runs alone: …" has the machine to itself.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
/** Longest first, so that both processors are busy to the end. */
const quickFirst = ['component', 'console', 'unit', 'conformance', 'fuzz'];
const inNamespace = new Set(['faults', 'e2e', 'kernel', 'thorough', 'long']);
/** Suites that are run only when they are asked for. */
const apart = ['thorough', 'long'];
const beside = 4;
/** The longest of those, in seconds on two cores, so that none of them is left over at the end. */
const longest = {
  'thorough/pages': 160,
  'e2e/impairments': 100,
  'e2e/hold': 90,
  'thorough/transfer': 110,
  'thorough/attack': 75,
  'e2e/inbound-unanswered': 70,
  'faults/running': 70,
  'thorough/tasks': 150,
  'thorough/browser': 110,
  'thorough/access-request': 80,
  'thorough/console-faults': 80,
  'thorough/papers': 80,
  'thorough/encrypted': 90,
  'thorough/codecs': 100,
  'e2e/outbound': 60,
  'e2e/inbound-answered': 60,
  'e2e/keys': 60,
  'faults/budget': 60,
  'e2e/choice': 50,
};
const cores = Math.min(2, availableParallelism());
const MINUTE = 60_000;
/** What a suite said last before it was stopped. */
const LAST_LINES = 15;

/** Somebody pressed Ctrl-C, or the system ends: what runs is ended, nothing more is begun. */
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => interruption.abort());

const args = process.argv.slice(2);
const asked = apart.find((suite) => args.includes(`--${suite}`));
const named = args.filter((arg) => !arg.startsWith('--'));
const unsteady = args.find((arg) => /^--unsteady(=|$)/.test(arg));
if (unsteady) {
  process.env.HALINA_TEST_UNSTEADY = unsteady.split('=')[1] ?? String(Date.now() % 2 ** 31);
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --import=${new URL('lib/unsteady.mjs', import.meta.url)}`;
  console.log(`the machine is unsteady on purpose: --unsteady=${process.env.HALINA_TEST_UNSTEADY}`);
}

const filesOf = (suite) =>
  readdirSync(join(root, 'test', suite), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => file.replace(/\.test\.ts$/, ''))
    .toSorted();

function suites() {
  if (asked) return [asked];
  const rank = (name) => (quickFirst.includes(name) ? quickFirst.indexOf(name) : quickFirst.length);
  return readdirSync(join(root, 'test'))
    .filter((name) => !['support', ...apart].includes(name) && filesOf(name).length > 0)
    .toSorted((a, b) => rank(a) - rank(b));
}

/** A job is a suite, or one file of a suite that works with real peers. */
function jobsOf(name) {
  const [suite, ...rest] = name.split('/');
  if (!inNamespace.has(suite)) return [{ suite, name: suite, files: `dist/test/${suite}/**/*.test.js`, alone: false }];
  const files = rest.length > 0 ? [rest.join('/')] : filesOf(suite);
  return files.map((file) => {
    const head = readFileSync(join(root, 'test', suite, `${file}.test.ts`), 'utf8').slice(0, 2000);
    const alone = suite === 'long' || /^(?: \*|\/\/) Runs alone: /m.test(head);
    return { suite, name: `${suite}/${file}`, files: `dist/test/${suite}/${file}.test.js`, alone };
  });
}

/** Ends a job that hangs, with all it started: it runs in a process group of its own. */
function guard(child, limit, say) {
  const end = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  };
  const timer = setTimeout(() => {
    say(`\nstopped after ${limit / MINUTE} minutes: something in this suite did not end\n`);
    end('SIGKILL');
  }, limit);
  const interrupted = () => end('SIGTERM');
  interruption.signal.addEventListener('abort', interrupted);
  return () => {
    clearTimeout(timer);
    interruption.signal.removeEventListener('abort', interrupted);
  };
}

/** Of a suite that ended otherwise than by its tests: the end of what it said. */
const failure = (name, said) => ({ name, why: said.trimEnd().split('\n').slice(-LAST_LINES) });

/** Runs a job. One that runs beside others says what it has to say when it is over. */
async function run(job, work) {
  const { suite, name, order, files, alone } = job;
  const counts = join(work, `${name.replaceAll('/', '-')}.json`);
  // What its tests and their peers leave behind goes when it is over; a failed one's is kept for a look.
  const temporary = join(work, String(order));
  mkdirSync(temporary);
  const tests = [mocha, '--reporter', join(root, 'scripts/lib/counting-reporter.mjs'), files];
  const namespace = [join(root, 'scripts/in-namespace.mjs'), process.execPath];
  const command = inNamespace.has(suite) ? [...namespace, ...tests] : tests;
  const env = {
    ...process.env,
    TMPDIR: temporary,
    HALINA_TEST_COUNTS: counts,
    HALINA_TEST_REPORTER: inNamespace.has(suite) ? 'spec' : 'dot',
  };
  const title = `\n── ${name} ${'─'.repeat(Math.max(3, 100 - name.length))}\n`;
  const began = Date.now();
  let said = alone ? '' : title;
  const say = (text) => (alone ? process.stdout.write(text) : (said += text));
  if (alone) say(title);
  const output = alone ? 'inherit' : 'pipe';
  const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', output, output], env, detached: true });
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', say);
  const release = guard(child, suite === 'long' ? 120 * MINUTE : 10 * MINUTE, say);
  const status = await new Promise((done) => child.on('close', (code, signal) => done(code ?? signal)));
  release();
  const result = existsSync(counts)
    ? JSON.parse(readFileSync(counts, 'utf8'))
    : { passed: 0, failed: [failure(`${name}: it did not come to its end (${status})`, said)], skipped: [] };
  if (status !== 0 && result.failed.length === 0) result.failed.push(failure(`${name}: ended with ${status}`, said));
  rmSync(counts, { force: true });
  if (result.failed.length > 0) say(`its files are kept in ${temporary}\n`);
  else rmSync(temporary, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }); // a peer may still be ending
  if (!alone) process.stdout.write(said);
  return { suite, name, seconds: (Date.now() - began) / 1000, ...result };
}

/** First what only computes, as many as there are cores; then what mostly waits; then what needs the machine. */
async function runAll(jobs, work) {
  const results = [];
  const one = async (job) => results.push(await run(job, work));
  const together = async (waiting, workers) => {
    const worker = async () => {
      while (!interruption.signal.aborted && waiting.length > 0) await one(waiting.shift());
    };
    await Promise.all(Array.from({ length: workers }, worker));
  };
  const [quick, real] = [false, true].map((peers) => jobs.filter(({ suite }) => inNamespace.has(suite) === peers));
  await together(quick, cores);
  const length = ({ name }) => longest[name] ?? 0;
  const waiting = real.filter(({ alone }) => !alone).toSorted((one, other) => length(other) - length(one));
  await together(waiting, beside);
  await together(
    real.filter(({ alone }) => alone),
    1,
  );
  return results;
}

const work = mkdtempSync(join(tmpdir(), 'halina-test-'));
const began = Date.now();
let results;
try {
  const jobs = (named.length > 0 ? named : suites()).flatMap(jobsOf);
  results = await runAll(
    jobs.map((job, order) => ({ ...job, order })),
    work,
  );
} finally {
  if (readdirSync(work).length === 0) rmdirSync(work);
}

console.log('');
for (const { name, passed, failed, skipped, seconds } of results) {
  const skips = skipped.length > 0 ? `, ${skipped.length} skipped` : '';
  console.log(`${name}: ${passed} passed, ${failed.length} failed${skips} in ${seconds.toFixed(1)} s`);
}
const skipped = results.flatMap((result) => result.skipped);
const failed = results.flatMap((result) => result.failed);
for (const name of skipped) console.log(`skipped: ${name}`);
if (process.env.CI)
  failed.push(...skipped.map((name) => ({ name: `skipped, which in CI is a failure: ${name}`, why: [] })));
// What is read of a run is its end: it says all that one needs to know of a failure.
for (const { name, why } of failed) console.log([`failed: ${name}`, ...why.map((line) => `    ${line}`)].join('\n'));
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const skips = !process.env.CI && skipped.length > 0 ? `, ${skipped.length} skipped` : '';
console.log(`all in ${((Date.now() - began) / 1000).toFixed(0)} s`);
console.log(`${passed} passed, ${failed.length} failed${skips}`);
if (interruption.signal.aborted) console.log('interrupted: not all was run');
process.exit(failed.length > 0 || passed === 0 || interruption.signal.aborted ? 1 : 0);
