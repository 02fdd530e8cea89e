// Runs alone: twenty calls at once, all processes killed in the middle of them.
import { expect } from 'chai';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { crowd } from '../support/e2e/crowd.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { needsNamespace } from '../support/e2e/network.js';
import { shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { level, slice } from '../support/e2e/sound.js';

const CALLS = 20;
/** What may be lost of a recording: a block of 0.8 s, and the time that the disk takes on a busy machine. */
const LOST = 2.5;
/** So much earlier than it was logged a call may have been connected there, seconds. */
const LATE = 1;

describe('the program is killed with SIGKILL', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('in the middle of twenty calls: the next start ends them and has every recording up to the last second', async () => {
    const config = officeConfig({ notice: { folder: await shortNotice() } });
    const first = await Halina.start(config);
    const all = await crowd({ calls: CALLS, rate: 10, talkMs: 120_000 });
    const connected = await first.loggedTimes('call connected', CALLS);
    const lastConnect = Math.max(...connected.map((line) => Date.parse(String(line['time']))));
    // The last call talks for six seconds: the length of its recording is what is measured.
    await wait(lastConnect + 6000 - Date.now());
    const killedAt = Date.now();
    await first.kill();

    const second = await Halina.start(config, { data: first.data });
    const stored = await second.loggedTimes('recording kept', CALLS, 120_000);
    for (const line of stored) {
      const id = line['callId'];
      const begin = connected.find((one) => one['callId'] === id);
      const talked = (killedAt - Date.parse(String(begin?.['time']))) / 1000;
      const { left, right, seconds } = await decode(String(line['path']));
      expect(seconds, `seconds of ${String(id)}`).to.be.within(talked - LOST, talked + LATE);
      expect(level(slice(left, seconds - 1, seconds - 0.2)), 'the outside party in the last second').to.be.above(-30);
      expect(level(slice(right, seconds - 1, seconds - 0.2)), 'the employee in the last second').to.be.above(-30);
    }
    // BYE to both sides: the handset's scenario ends with it.
    await all.callee.done();
    expect(await readdir(join(first.data, 'spool'))).to.deep.equal([]);
    const verdict = await second.cli<{ differences: unknown[] }>('verify');
    expect(verdict.differences).to.deep.equal([]);
    expect(await second.stop()).to.equal(0);
  });
});
