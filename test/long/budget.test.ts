/** The disk budget over as many recordings as fill it five times (a spool is about 22 kB a second): twenty minutes. */
import { expect } from 'chai';
import { watchBytes } from '../support/e2e/bytes.js';
import { crowd } from '../support/e2e/crowd.js';
import { evictedOutOfTurn } from '../support/e2e/evictions.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { needsNamespace } from '../support/e2e/network.js';
import { shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';

const QUOTA = 20_000_000;
/** Bytes of a spool for a second of a call, and the mean length of a call. */
const SPOOL_RATE = 22_000;
const MEAN_SECONDS = 30;
const CALLS = Math.ceil((5 * QUOTA) / SPOOL_RATE / MEAN_SECONDS) + 8;

describe('a disk budget of 20 MB', function () {
  this.timeout(45 * 60_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('is never exceeded while four calls at a time fill it five times; calls never fail, the newest are kept', async () => {
    const halina = await Halina.start(
      officeConfig({
        notice: { folder: await shortNotice() },
        storage: { quota: '20MB', minFree: '1MB', maxAge: '365d' },
      }),
    );
    const began = Date.now();
    const { samples, most } = await watchBytes(halina.data, async () => {
      const all = await crowd({ calls: CALLS, rate: 4, limit: 4, talkMs: [20_000, 40_000] });
      await all.caller.done();
      await halina.loggedTimes('call ended', CALLS);
    });
    const seconds = (Date.now() - began) / 1000;
    const talked = halina
      .log()
      .filter(({ msg }) => msg === 'call ended')
      .reduce((sum, line) => sum + Number(line['talkMs']) / 1000, 0);
    const kept = await halina.calls();
    const states = kept.toReversed().map((one) => one.recording.state);
    const evicted = states.filter((state) => state === 'evicted').length;
    console.log(JSON.stringify({ calls: CALLS, seconds, samples, quota: QUOTA, most, talkedSeconds: talked, evicted }));

    expect(talked * SPOOL_RATE, 'bytes of spools that were written').to.be.at.least(5 * QUOTA);
    expect(most, 'bytes under the data folder').to.be.at.most(QUOTA);
    expect(kept, 'an entry for every call').to.have.length(CALLS);
    const firstKept = states.indexOf('recorded');
    expect(firstKept, 'something was evicted').to.be.greaterThan(0);
    expect(evictedOutOfTurn(kept, halina.log()), 'evicted before an older one that was made').to.deep.equal([]);
    expect(
      states.filter((state) => !['recorded', 'evicted', 'closed'].includes(state)),
      'calls without a recording',
    ).to.deep.equal([]);
    const verdict = await halina.cli<{ differences: unknown[] }>('verify');
    expect(verdict.differences).to.deep.equal([]);
    expect(await halina.stop()).to.equal(0);
  });
});
