// Loaded by mocha (.mocharc.json): in CI properties and fuzzers try the same cases every time, so that what is submitted is
// judged by what it changes. Elsewhere they try others in each run, and tell the seed of one that fails; FUZZ_SEED names it.
if (process.env.CI) process.env.FUZZ_SEED ??= '1';
const seed = process.env.FUZZ_SEED;
// Only these suites have properties: the others need not load fast-check for it.
if (seed !== undefined && process.argv.some((arg) => /test\/(unit|component)\//.test(arg))) {
  const { configureGlobal } = await import('fast-check');
  configureGlobal({ seed: Number(seed) });
}
