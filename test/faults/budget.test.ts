import { expect } from 'chai';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crowd } from '../support/e2e/crowd.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { needsNamespace } from '../support/e2e/network.js';
import { shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';

/** All bytes below a folder, redis and logs aside; what goes away while it is counted is not counted. */
function bytesUnder(folder: string): number {
  let sum = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'redis' || entry.name === 'log') continue;
    const path = join(folder, entry.name);
    try {
      sum += entry.isDirectory() ? bytesUnder(path) : statSync(path).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return sum;
}

/** Four calls at a time; the most bytes that were ever seen. */
async function fill(halina: Halina, calls: number, talkMs: number): Promise<number> {
  let most = 0;
  const sampler = setInterval(() => {
    most = Math.max(most, bytesUnder(halina.data));
  }, 100);
  try {
    const all = await crowd({ calls, rate: 4, limit: 4, talkMs });
    await all.caller.done();
    await halina.loggedTimes('call ended', calls, 60_000);
  } finally {
    clearInterval(sampler);
  }
  return most;
}

describe('the disk budget', function () {
  this.timeout(300_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('of 1.5 MB is never exceeded while calls go on, and the newest recordings are kept', async () => {
    const quota = 1_500_000;
    const halina = await Halina.start(
      officeConfig({
        notice: { folder: await shortNotice() },
        storage: { quota: '1.5MB', minFree: '1MB', maxAge: '365d' },
      }),
    );
    const calls = 24;
    expect(await fill(halina, calls, 8_000), 'bytes under the data folder').to.be.at.most(quota);
    const kept = await halina.calls();
    expect(kept, 'an entry for every call').to.have.length(calls);
    const states = kept.toReversed().map((one) => one.recording.state);
    const firstKept = states.indexOf('recorded');
    expect(firstKept, 'something was evicted').to.be.greaterThan(0);
    expect(states.slice(firstKept), 'nothing newer than the oldest kept was evicted').not.to.include('evicted');
    const verdict = await halina.cli<{ differences: unknown[] }>('verify');
    expect(verdict.differences).to.deep.equal([]);
    expect(await halina.stop()).to.equal(0);
  });
});
