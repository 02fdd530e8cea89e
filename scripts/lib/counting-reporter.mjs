// A mocha reporter that prints as `spec` (or as `dot`, for suites of thousands) and writes the counts, with the names of
// what failed and why, and of what was skipped, to the file named by HALINA_TEST_COUNTS for scripts/test.mjs.
import Mocha from 'mocha';
import { writeFileSync } from 'node:fs';

const Base = process.env.HALINA_TEST_REPORTER === 'dot' ? Mocha.reporters.Dot : Mocha.reporters.Spec;
const MOST = { message: 8, difference: 14, stack: 4, printed: 15, width: 400, all: 28 };

/** The last lines that were printed since a test began. */
function printedSince(runner) {
  let text = '';
  runner.on('test', () => (text = ''));
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    stream.write = (chunk, ...rest) => {
      text = (text + String(chunk)).slice(-8000);
      return write(chunk, ...rest);
    };
  }
  return () => text.split('\n').filter((line) => line.trim() !== '').slice(-MOST.printed); // prettier-ignore
}

/** What a person needs to see of a failure, in a few lines: message, difference, our own places, what was printed. */
export function whyOf(error, printed = []) {
  const message = `${error?.message ?? error}`.split('\n');
  const cause = error?.cause === undefined ? [] : [`caused by: ${error.cause?.message ?? error.cause}`];
  const differs = error instanceof Object && Base.showDiff(error);
  const difference = differs ? Base.generateDiff(error.actual, error.expected).split('\n') : [];
  const places = `${error?.stack ?? ''}`.split('\n').filter((line) => /^ +at /.test(line) && !/node_modules|node:/.test(line)); // prettier-ignore
  const said = printed.length > 0 ? ['it printed at last:', ...printed] : [];
  return [
    ...message.slice(0, MOST.message),
    ...cause,
    ...difference.filter((line) => line.trim() !== '').slice(0, MOST.difference),
    ...places.slice(0, MOST.stack),
    ...said,
  ]
    .slice(0, MOST.all)
    .map((line) => line.slice(0, MOST.width));
}

export default class CountingReporter extends Base {
  constructor(runner, options) {
    const printed = printedSince(runner);
    const last = new Map();
    runner.on('fail', (test) => last.set(test, printed()));
    super(runner, options);
    const counts = { passed: 0, failed: [], skipped: [] };
    runner.on('pass', () => (counts.passed += 1));
    // After the reporter's own listener, which makes texts of what is to be compared.
    runner.on('fail', (test, error) => counts.failed.push({ name: test.fullTitle(), why: whyOf(error, last.get(test)) })); // prettier-ignore
    runner.on('pending', (test) => counts.skipped.push(test.fullTitle()));
    runner.on('end', () => writeFileSync(process.env.HALINA_TEST_COUNTS, JSON.stringify(counts)));
  }
}
