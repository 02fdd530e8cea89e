// Loaded by mocha (.mocharc.json): a test run that ends must end. What a test left open (a socket, a child, a timer)
// would keep the process alive for ever; here it is named, and the run fails.
const GRACE_MS = 20_000;

export const mochaHooks = {
  afterAll() {
    setTimeout(() => {
      const open = process
        .getActiveResourcesInfo()
        .filter((name) => !['TTYWrap', 'PipeWrap', 'Timeout'].includes(name));
      console.error(`\nthe tests left something open: ${open.join(', ') || 'a timer or a pipe'}`);
      // After mocha's own listener, which sets the status by the count of failures.
      process.once('exit', () => (process.exitCode ||= 1));
      process.exit();
    }, GRACE_MS).unref();
  },
};
