import { expect } from 'chai';
import { watchBytes } from '../support/e2e/bytes.js';
import { crowd } from '../support/e2e/crowd.js';
import { evictedOutOfTurn } from '../support/e2e/evictions.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { needsNamespace } from '../support/e2e/network.js';
import { shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';

describe('the disk budget', function () {
  this.timeout(300_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('of 2.6 MB is never exceeded while calls go on, and the newest recordings are kept', async () => {
    // 1 MB of it is the audit log's reserve.
    const quota = 2_600_000;
    const halina = await Halina.start(
      officeConfig({
        notice: { folder: await shortNotice() },
        storage: { quota: '2.6MB', minFree: '1MB', maxAge: '365d' },
      }),
    );
    const calls = 24;
    const { most } = await watchBytes(halina.data, async () => {
      const all = await crowd({ calls, rate: 4, limit: 4, talkMs: 8_000 });
      await all.caller.done();
      await halina.loggedTimes('call ended', calls, 60_000);
    });
    expect(most, 'bytes under the data folder').to.be.at.most(quota);
    const kept = await halina.calls();
    expect(kept, 'an entry for every call').to.have.length(calls);
    const states = kept.toReversed().map((one) => one.recording.state);
    const firstKept = states.indexOf('recorded');
    expect(firstKept, 'something was evicted').to.be.greaterThan(0);
    expect(evictedOutOfTurn(kept, halina.log()), 'evicted before an older one that was made').to.deep.equal([]);
    const verdict = await halina.cli<{ differences: unknown[] }>('verify');
    expect(verdict.differences).to.deep.equal([]);
    expect(await halina.stop()).to.equal(0);
  });
});
