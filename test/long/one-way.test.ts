/** A call in which nothing comes from the outside party: told while it lasts, and kept. */
import { expect } from 'chai';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';

describe('a call in one of whose directions nothing is heard', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('is told of in the log while it lasts, and its entry says so with the figures of both legs', async () => {
    const halina = await Halina.start(officeConfig({ notice: { folder: await shortNotice() } }));
    const phone = await handset();
    const caller = await outsideCall('caller-waits', { wait: 120_000 }); // it has no sound of its own
    await phone.event('CALL_ESTABLISHED');
    const told = await halina.logged('one-way audio: nothing is heard from this leg of a call');
    expect(told['leg']).to.equal('outside');
    expect(phone.events('CALL_CLOSED'), 'the call lasts').to.have.length(0);
    await phone.command('hangup');
    await caller.done();
    const { callId } = (await halina.logged('recording kept')) as unknown as { callId: string };
    const { entry } = await halina.record(callId);
    expect(entry.media?.outside?.troubles?.map(({ what }) => what)).to.deep.equal(['one-way']);
    expect(entry.media?.outside?.packetsReceived).to.equal(0);
    expect(entry.media?.inside?.troubles).to.equal(undefined);
    expect(entry.media?.inside?.packetsReceived).to.be.above(150);
    expect(entry.media?.inside?.mos).to.be.above(3.5);
    expect(entry.media?.mos).to.equal(entry.media?.inside?.mos);
    expect(await halina.stop()).to.equal(0);
  });
});
