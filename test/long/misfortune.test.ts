/** What befalls the machine under the running program, with calls up: each is said, calls go on, and all is well again. */
import { expect } from 'chai';
import type { Reply } from '../../src/app/control-api.js';
import { crowd, type Crowd } from '../support/e2e/crowd.js';
import { Halina, halinaCommand, officeConfig } from '../support/e2e/halina.js';
import { Misfortunes } from '../support/e2e/misfortune.js';
import { needsNamespace } from '../support/e2e/network.js';
import { shortNotice } from '../support/e2e/office.js';
import { run, start, stopAll } from '../support/e2e/process.js';

async function office(misfortunes = new Misfortunes()): Promise<Halina> {
  const storage = { quota: '1GB', minFree: '1B', maxAge: '365d' };
  return Halina.start(officeConfig({ notice: { folder: await shortNotice() }, storage }), misfortunes.options);
}

const over = (all: Crowd): Promise<unknown> =>
  Promise.all([all.callee.stop(), all.outside.stop(), all.handsets.stop()]);

async function differences(halina: Halina): Promise<string[]> {
  const { differences } = await halina.cli<Reply<'verify'>>('verify');
  return differences.map(({ kind, path, id, what }) => `${kind} ${path ?? id}: ${what}`);
}

const redisOf = async (halina: Halina): Promise<string> => String((await halina.logged('Redis started'))['socket']);

describe('with calls up', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('Redis is emptied: that is said, and the index is made anew by itself', async () => {
    const halina = await office();
    const socket = await redisOf(halina);
    const all = await crowd({ calls: 3, rate: 3, talkMs: 10_000 });
    await halina.loggedTimes('call connected', 3);
    await run('redis-cli', ['-s', socket, 'flushall']);
    await halina.logged('the index in Redis was emptied');
    await all.caller.done();
    await halina.loggedTimes('recording kept', 3);
    await halina.loggedTimes('the index in Redis was made anew', 2);
    await halina.loggedTimes('the index in Redis has caught up', 2);
    const { calls, answeredBy } = await halina.cli<Reply<'calls'>>('calls');
    expect([answeredBy, calls.length]).to.deep.equal(['index', 3]);
    expect(await differences(halina)).to.deep.equal([]);
    expect(await halina.stop()).to.equal(0);
  });

  it('the disk becomes read-only: calls go on, it is said, and what was owed is written when it is well again', async () => {
    const misfortunes = new Misfortunes();
    const halina = await office(misfortunes);
    const all = await crowd({ calls: 2, rate: 2, talkMs: 12_000 });
    await halina.loggedTimes('call connected', 2);
    misfortunes.now({ readOnly: halina.data });
    // It was cut, or, where the spool was only being opened, could not begin.
    await halina.process.untilTimes('"msg":"the recording of a call ', 2, 60_000);
    await all.caller.done();
    await halina.loggedTimes('call ended', 2);
    await halina.logged('alarm: the journal cannot be written; see that the disk has room and is sound');
    const status = await halina.cli<Reply<'status'>>('status');
    expect(status.alarms.map(({ code }) => code)).to.include('JOURNAL_BEHIND');
    await over(all);
    misfortunes.now({});
    await halina.logged('alarm is over');
    const after = await crowd({ calls: 1, rate: 1, talkMs: 4_000 });
    await after.caller.done();
    const cut = halina.log().filter(({ msg }) => msg === 'the recording of a call was cut').length;
    await halina.loggedTimes('recording kept', cut + 1);
    const states = (await halina.calls()).map(({ recording }) => recording.state);
    expect(states).to.have.length(3);
    expect(states.filter((state) => state === 'recorded')).to.have.length(cut + 1);
    expect(await differences(halina)).to.deep.equal([]);
    expect(await halina.stop()).to.equal(0);
  });

  it('one recording cannot be read: verify names it and no other, and calls go on', async () => {
    const misfortunes = new Misfortunes();
    const halina = await office(misfortunes);
    const all = await crowd({ calls: 2, rate: 2, talkMs: 4_000 });
    await all.caller.done();
    await halina.loggedTimes('recording kept', 2);
    await over(all);
    const [first] = await halina.calls();
    misfortunes.now({ unreadable: `${first?.id}.mp3` });
    const during = await crowd({ calls: 1, rate: 1, talkMs: 6_000 });
    await halina.loggedTimes('call connected', 3);
    const where = ['--config', halina.configFile, '--data', halina.data];
    const verify = start('node', [...halinaCommand, 'verify', ...where]);
    expect(await verify.ended).to.equal(1);
    expect(verify.output()).to.contain(`${first?.id}.mp3`).and.to.contain('EIO');
    expect(verify.output().match(/recording-missing/g)).to.have.length(1);
    await during.caller.done();
    await halina.loggedTimes('recording kept', 3);
    misfortunes.now({});
    expect(await differences(halina)).to.deep.equal([]);
    expect(await halina.stop()).to.equal(0);
  });

  it('the clock goes back by an hour: it is said and on record, lengths are true, and nothing goes by its age', async () => {
    const misfortunes = new Misfortunes();
    const halina = await office(misfortunes);
    const all = await crowd({ calls: 2, rate: 2, talkMs: 14_000 });
    await halina.loggedTimes('call connected', 2);
    misfortunes.now({ clockMs: -3_600_000 });
    await halina.process.until(/the clock was set back by (3599|3600)/, 60_000);
    await all.caller.done();
    await halina.loggedTimes('recording kept', 2);
    for (const { talkMs } of await halina.calls()) expect(talkMs).to.be.within(5_000, 40_000);
    expect(await differences(halina)).to.deep.equal([]);
    const { lines } = await halina.cli<Reply<'audit'>>('audit', '--event', 'clock_step');
    expect(lines).to.have.length(1);
    expect(await halina.stop()).to.equal(0);
  });
});
