import { expect } from 'chai';
import { Capture, rtpOf, sipOf } from '../support/e2e/capture.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideSound, OUTSIDE_MEDIA, sippHandset } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';

/** How each fate looks to a caller whose notice was early media (a final status), and to one who was answered (BYE). */
const fates = [
  { name: 'is busy', scenario: 'callee-refuses', values: { status: 486 }, early: 486, reason: 'busy', ring: '20s' },
  { name: 'does not answer', scenario: 'callee-rings', values: {}, early: 480, reason: 'no-answer', ring: '3s' },
  { name: 'refuses', scenario: 'callee-refuses', values: { status: 603 }, early: 603, reason: 'refused', ring: '20s' },
] as const;

describe('an outside caller whom nobody answers', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  for (const fate of fates) {
    for (const mode of ['early-media', 'answered'] as const) {
      it(`gets the right end when the handset ${fate.name} (notice as ${mode})`, async () => {
        const config = officeConfig({ notice: { mode } });
        const routes = config.routes?.map((route) => ({ ...route, ring: fate.ring })) ?? [];
        const halina = await Halina.start({ ...config, routes });
        const phone = await sippHandset(fate.scenario, fate.values);
        const capture = await Capture.start();
        await outsideSound();
        const caller =
          mode === 'early-media'
            ? await outsideCall('caller-gets', { status: fate.early })
            : await outsideCall('caller-waits', { wait: 60_000 });
        await Promise.all([caller.done(), phone.done()]);
        const ended = await halina.logged('call ended');
        const seen = await capture.stop();
        expect(ended['reason']).to.equal(fate.reason);
        expect(ended['recording'], 'an entry without a recording').to.equal('not-connected');
        const rung = sipOf(seen).find((one) => one.to === address.handset(0) && one.firstLine.startsWith('INVITE'));
        const notice = rtpOf(seen).filter((one) => one.toPort === OUTSIDE_MEDIA && one.time < (rung?.time ?? 0));
        expect(notice.length, 'frames of the notice before the ring').to.be.greaterThan(200);
        expect(await halina.stop()).to.equal(0);
      });
    }
  }

  it('may give up while the notice plays: no handset rings', async () => {
    const halina = await Halina.start(officeConfig({ notice: { mode: 'early-media' } }));
    await handset();
    const capture = await Capture.start();
    await outsideSound();
    const caller = await outsideCall('caller-cancels', { before: 1500 });
    await caller.done();
    expect((await halina.logged('call ended'))['reason']).to.equal('cancelled');
    const rings = sipOf(await capture.stop()).filter(
      (one) => one.to === address.handset(0) && one.firstLine.startsWith('INVITE'),
    );
    expect(rings).to.have.length(0);
    expect(await halina.stop()).to.equal(0);
  });

  it('may give up while the handset rings: the handset stops', async () => {
    const halina = await Halina.start(officeConfig({ notice: { mode: 'early-media' } }));
    const phone = await handset(0, { answer: 'manual' });
    await outsideSound();
    const caller = await outsideCall('caller-cancels-ringing', { before: 1500 });
    await phone.event('CALL_INCOMING');
    await caller.done();
    await phone.event('CALL_CLOSED');
    expect((await halina.logged('call ended'))['reason']).to.equal('cancelled');
    expect(await halina.stop()).to.equal(0);
  });
});
