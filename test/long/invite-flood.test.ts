/**
 * INVITEs at ten times what fits: calls that are up stay good, what is too much gets 503 with Retry-After, memory stays
 * bounded, and afterwards calls are taken as before.
 */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { OfficeStatus } from '../../src/calls/office-status.js';
import { Caller } from '../support/e2e/caller.js';
import { Capture } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { descendants, Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { expectInStep } from '../support/e2e/likeness.js';
import { handset, outsideCall, outsideSound, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { Wire } from '../support/e2e/wire.js';
import { sdp } from '../support/sip/raw-message.js';

const CAPACITY = 20;
const FLOOD = 10 * CAPACITY;
const SECONDS = 10;

/** Resident memory of the program and all its children but Redis, in MB. */
function memoryMb(pid: number): number {
  const kilobytes = descendants(pid).map((one) => {
    const status = readFileSync(`/proc/${one}/status`, 'utf8');
    return /^Name:\s*redis/m.test(status) ? 0 : Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? 0);
  });
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1024;
}

describe('a flood of INVITEs', function () {
  this.timeout(200_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('leaves calls good, is refused with 503 and Retry-After, and takes no memory', async () => {
    const config = officeConfig({ notice: { folder: await shortNotice() } });
    const halina = await Halina.start({ ...config, sip: { ...config.sip, maxCalls: CAPACITY } });
    const pid = halina.process.child.pid ?? 0;
    const phone = await handset();
    await outsideSound();
    const capture = await Capture.start();
    const call = await outsideCall('caller-hangs-up', { talk: 25_000 });
    await phone.event('CALL_ESTABLISHED');
    const before = memoryMb(pid);

    // Ten times as many calls as fit, again each second; none of them is ever acknowledged.
    const offer = sdp().replaceAll('127.0.0.1', address.provider);
    const flood = await Caller.open(address.provider, address.trunkFace);
    let most = before;
    for (let second = 0; second < SECONDS; second++)
      for (let tenth = 0; tenth < 10; tenth++) {
        for (let n = 0; n < FLOOD / 10; n++)
          flood.send('INVITE', `sip:+48227836000@${address.trunkFace}`, { body: offer });
        await new Promise((resolve) => setTimeout(resolve, 100));
        most = Math.max(most, memoryMb(pid));
      }
    await call.done();
    const refused = flood.heard.filter((one) => one.status === 503);
    const callIds = (list: typeof refused): Set<string> => new Set(list.map((one) => one.header('Call-ID')));
    const taken = callIds(flood.heard.filter((one) => one.status === 200));
    const status = await halina.cli<OfficeStatus>('status');
    expect(taken.size, 'taken').to.equal(CAPACITY - 1);
    expect(callIds(refused).size, 'refused').to.equal(FLOOD * SECONDS - taken.size);
    for (const one of refused) expect(one.header('Retry-After')).to.match(/^\d+$/);
    expect(most - before, 'MB more').to.be.at.most(150);
    expect(status.calls.running).to.be.at.most(CAPACITY);

    // The call that was up is in its recording as if nothing had been.
    const { path } = (await halina.logged('recording kept')) as unknown as { path: string };
    const recording = await decode(path);
    const wire = new Wire(await capture.stop());
    const from = wire.answeredBy(address.handset(0));
    // The handset takes calls of the flood too, on other ports.
    const employee = wire.fromHandset.filter(({ fromPort }) => fromPort === wire.fromHandset[0]?.fromPort);
    expectInStep(recording, { outside: wire.fromCaller, employee, from }, [[1, recording.seconds - 1]]);

    // Those that nobody acknowledged are given up (64*T1), and calls are taken as before.
    while ((await halina.cli<OfficeStatus>('status')).calls.running > 0);
    await (await outsideCall('caller-hangs-up', { talk: 1_000 })).done();
    expect(await halina.stop()).to.equal(0);
    await flood.close();
  });
});
