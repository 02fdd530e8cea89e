/**
 * The program is told to stop (SIGTERM) while calls are up: it takes no more, says so to whoever asks, lets those that run go
 * on to their end or for as long as `ops.drain` says, keeps their recordings, and ends in good order.
 */
import { expect } from 'chai';
import { crowd, registerHandset } from '../support/e2e/crowd.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { OFFICE, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import type { ConfigInput } from '../../src/config/schema.js';
import { sipp } from '../support/e2e/sipp.js';

const CALLS = 3;
const DRAINS = 'no new calls; those that run may go on for a while';
const OPS = { address: '127.0.0.1', port: 9100 };

const ready = async (): Promise<{ status: number; text: string }> => {
  const answer = await fetch(`http://${OPS.address}:${OPS.port}/readyz`);
  return { status: answer.status, text: await answer.text() };
};

/** The next start on the same folder, when it has made the recordings that were left. */
async function startAgain(config: ConfigInput, before: Halina, calls: number): Promise<Halina> {
  const kept = before.log().filter(({ msg }) => msg === 'recording kept').length;
  const halina = await Halina.start(config, { data: before.data });
  await halina.loggedTimes('recording kept', calls - kept);
  return halina;
}

const timeOf = (halina: Halina, message: string): number =>
  Date.parse(String(halina.log().find(({ msg }) => msg === message)?.['time']));

/** The recordings of a data folder, in seconds of sound, as the next start finds them. */
async function recordedSeconds(halina: Halina): Promise<number[]> {
  const calls = (await halina.calls()).filter(({ recording }) => recording.state === 'recorded');
  return Promise.all(calls.map(async ({ recording }) => (await decode(recording.path ?? '')).seconds));
}

describe('the program is told to stop while calls are up', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('refuses new calls, and ends when those that run have ended by themselves', async () => {
    const config = officeConfig({ notice: { folder: await shortNotice() }, ops: { http: OPS, drain: '120s' } });
    let halina = await Halina.start(config);
    expect((await ready()).status).to.equal(200);
    const running = await crowd({ calls: CALLS, rate: CALLS, talkMs: 12_000 });
    await halina.loggedTimes('call connected', CALLS);
    halina.process.child.kill('SIGTERM');
    await halina.logged(DRAINS);
    const { status, text } = await ready();
    expect(status).to.equal(503);
    expect(text).to.include('draining');
    const late = await sipp({
      scenario: 'caller-gets',
      address: address.provider,
      port: 5070,
      to: `${address.trunkFace}:5060`,
      values: { number: OFFICE, caller: '+48221999999', media: 8_000, status: 503 },
    });
    await late.done();
    await running.caller.done();
    expect(await halina.process.ended).to.equal(0);
    halina = await startAgain(config, halina, CALLS);
    const seconds = await recordedSeconds(halina);
    expect(seconds).to.have.length(CALLS);
    for (const one of seconds) expect(one).to.be.above(8);
    expect((await halina.cli<{ differences: unknown[] }>('verify')).differences).to.deep.equal([]);
    expect(await halina.stop()).to.equal(0);
  });

  it('ends those that take longer than that, by its own BYE, and keeps what was recorded', async () => {
    const config = officeConfig({ notice: { folder: await shortNotice() }, ops: { drain: '3s' } });
    let halina = await Halina.start(config);
    await registerHandset();
    const callee = await sipp({
      scenario: 'callee-answers',
      address: address.handset(0),
      values: { media: 9_000, ring: 200, wait: 60_000 },
    });
    const caller = await sipp({
      scenario: 'caller-waits',
      address: address.provider,
      to: `${address.trunkFace}:5060`,
      values: { number: OFFICE, caller: '+48221000000', media: 8_000, wait: 60_000 },
    });
    await halina.logged('call connected');
    halina.process.child.kill('SIGTERM');
    await Promise.all([caller.done(), callee.done()]);
    expect(await halina.process.ended).to.equal(0);
    const went = timeOf(halina, 'call ended') - timeOf(halina, DRAINS);
    expect(went, 'ms that the call went on').to.be.within(2_900, 30_000);
    halina = await startAgain(config, halina, 1);
    const [call] = await halina.calls();
    expect(call?.end).to.equal('restart');
    expect(call?.recording.state).to.equal('recorded');
    expect((await halina.cli<{ differences: unknown[] }>('verify')).differences).to.deep.equal([]);
    expect(await halina.stop()).to.equal(0);
  });
});
