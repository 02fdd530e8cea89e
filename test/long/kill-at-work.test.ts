// Runs alone: the kill is to come in the middle of the encoding, for which the machine has to be otherwise idle.
import { expect } from 'chai';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Reply } from '../../src/app/control-api.js';
import { crowd } from '../support/e2e/crowd.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { needsNamespace } from '../support/e2e/network.js';
import { shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';

const CALLS = 12;

/** Recordings on the disk. */
async function recordings(halina: Halina): Promise<string[]> {
  const names = await readdir(join(halina.data, 'recordings'), { recursive: true });
  return names.filter((name) => name.endsWith('.mp3'));
}

async function expectAgreement(halina: Halina): Promise<void> {
  expect((await halina.cli<{ differences: unknown[] }>('verify')).differences).to.deep.equal([]);
  expect(await readdir(join(halina.data, 'spool'))).to.deep.equal([]);
  expect(await readdir(join(halina.data, 'tmp'))).to.deep.equal([]);
}

/** A quota that takes two recordings or more, and how many it takes: no spool of a further call has room in it. */
async function quotaThatTakesSome(halina: Halina): Promise<{ quota: string; goes: number }> {
  const { used } = await halina.cli<Reply<'quota'>>('quota');
  for (const less of [0, 60_000, 120_000]) {
    const quota = `${used - less}B`;
    const { plan } = await halina.cli<Reply<'quota'>>('quota', quota, '--dry-run');
    if (plan && plan.recordings >= 2) return { quota, goes: plan.recordings };
  }
  throw new Error('no quota takes two recordings');
}

describe('the program is killed with SIGKILL', function () {
  this.timeout(300_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('while it encodes, and then while it evicts: the next start completes or undoes what was begun', async () => {
    const config = officeConfig({ notice: { folder: await shortNotice() } });
    let halina = await Halina.start(config);
    const all = await crowd({ calls: CALLS, rate: CALLS, talkMs: 8_000 });
    await all.caller.done();
    // One is encoded; the others are being encoded, or wait for it.
    await halina.logged('recording kept');
    await halina.kill();
    expect(await readdir(join(halina.data, 'spool')), 'spools left').not.to.deep.equal([]);

    halina = await Halina.start(config, { data: halina.data });
    const kept = CALLS - (await recordings(halina)).length;
    expect(kept, 'to be encoded again').to.be.greaterThan(0);
    await halina.loggedTimes('recording kept', kept);
    await expectAgreement(halina);
    const calls = await halina.calls();
    expect(calls.map(({ recording }) => recording.state)).to.deep.equal(Array(CALLS).fill('recorded'));
    for (const { recording } of calls) expect((await decode(recording.path ?? '')).seconds).to.be.within(4, 9);

    // The quota is made smaller; the kill comes when the first of several recordings has just gone.
    const [first = ''] = await recordings(halina);
    const day = join(halina.data, 'recordings', dirname(first));
    for (let round = 1, before = CALLS; round <= 2; round++) {
      const { quota, goes } = await quotaThatTakesSome(halina);
      const watcher = watch(day);
      const changing = halina.cli('quota', quota).catch(() => 'it was killed while it was asked');
      await once(watcher, 'change');
      await halina.kill();
      watcher.close();
      await changing;
      halina = await Halina.start(config, { data: halina.data });
      await expectAgreement(halina);
      const states = (await halina.calls()).map(({ recording }) => recording.state);
      const left = states.filter((state) => state === 'recorded').length;
      expect(before - left, `recordings that went at kill ${round}`).to.be.within(1, goes);
      expect(states.slice(0, left), 'the newest are left').to.deep.equal(Array(left).fill('recorded'));
      expect(await recordings(halina)).to.have.length(left);
      before = left;
    }
    expect(await halina.stop()).to.equal(0);
  });
});
