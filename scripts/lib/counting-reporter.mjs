// A mocha reporter that prints as `spec` (or as `dot`, for suites of thousands) and writes the counts, with the names of
// what failed and what was skipped, to the file named by HALINA_TEST_COUNTS for scripts/test.mjs.
import Mocha from 'mocha';
import { writeFileSync } from 'node:fs';

const Base = process.env.HALINA_TEST_REPORTER === 'dot' ? Mocha.reporters.Dot : Mocha.reporters.Spec;

export default class CountingReporter extends Base {
  constructor(runner, options) {
    super(runner, options);
    const counts = { passed: 0, failed: [], skipped: [] };
    runner.on('pass', () => (counts.passed += 1));
    runner.on('fail', (test) => counts.failed.push(test.fullTitle()));
    runner.on('pending', (test) => counts.skipped.push(test.fullTitle()));
    runner.on('end', () => writeFileSync(process.env.HALINA_TEST_COUNTS, JSON.stringify(counts)));
  }
}
