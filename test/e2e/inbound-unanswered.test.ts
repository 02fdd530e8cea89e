import { expect } from 'chai';
import type { ConfigInput } from '../../src/config/schema.js';
import { Capture, rtpOf, sipOf } from '../support/e2e/capture.js';
import { officeConfig, sharedHalina } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideSound, OUTSIDE_MEDIA, shortNotice, sippHandset } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';

const [LONG_RING, SHORT_RING, SECOND] = ['48227836000', '48227836001', '48227836002'];

/** How each fate looks to a caller whose notice was early media (a final status), and to one who was answered (BYE). */
const fates = [
  {
    name: 'is busy',
    scenario: 'callee-refuses',
    values: { status: 486 },
    early: 486,
    reason: 'busy',
    calls: LONG_RING,
  },
  { name: 'does not answer', scenario: 'callee-rings', values: {}, early: 480, reason: 'no-answer', calls: SHORT_RING },
  {
    name: 'refuses',
    scenario: 'callee-refuses',
    values: { status: 603 },
    early: 603,
    reason: 'refused',
    calls: LONG_RING,
  },
] as const;

function officeThatRings(notice: ConfigInput['notice']) {
  return officeConfig({
    notice,
    routes: [
      { name: 'office', numbers: [`+${LONG_RING}`], handsets: ['201'], ring: '20s' },
      { name: 'impatient', numbers: [`+${SHORT_RING}`], handsets: ['201'], ring: '3s' },
      { name: 'second', numbers: [`+${SECOND}`], handsets: ['202'], ring: '20s' },
    ],
  });
}

for (const mode of ['early-media', 'answered'] as const) {
  describe(`an outside caller whom nobody answers, with the notice as ${mode}`, function () {
    this.timeout(180_000);
    before(needsNamespace);
    afterEach(stopAll);
    const halina = sharedHalina(async () => officeThatRings({ mode, folder: await shortNotice() }));

    for (const fate of fates) {
      it(`gets the right end when the handset ${fate.name}`, async () => {
        const phone = await sippHandset(fate.scenario, fate.values);
        const capture = await Capture.start();
        await outsideSound();
        const caller =
          mode === 'early-media'
            ? await outsideCall('caller-gets', { number: fate.calls, status: fate.early })
            : await outsideCall('caller-waits', { number: fate.calls, wait: 60_000 });
        await Promise.all([caller.done(), phone.done()]);
        const ended = await halina().logged('call ended');
        const seen = await capture.stop();
        expect(ended['reason']).to.equal(fate.reason);
        expect(ended['recording'], 'an entry without a recording').to.equal('not-connected');
        const rung = sipOf(seen).find((one) => one.to === address.handset(0) && one.firstLine.startsWith('INVITE'));
        const notice = rtpOf(seen).filter((one) => one.toPort === OUTSIDE_MEDIA && one.time < (rung?.time ?? 0));
        expect(notice.length, 'frames of the notice (1 s) before the ring').to.be.greaterThan(45);
      });
    }
  });
}

describe('an outside caller who gives up', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);
  const halina = sharedHalina(() => officeThatRings({ mode: 'early-media' }));

  it('while the notice plays: no handset rings', async () => {
    await handset();
    const capture = await Capture.start();
    await outsideSound();
    const caller = await outsideCall('caller-cancels', { before: 1500 });
    await caller.done();
    expect((await halina().logged('call ended'))['reason']).to.equal('cancelled');
    const rings = sipOf(await capture.stop()).filter(
      (one) => one.to === address.handset(0) && one.firstLine.startsWith('INVITE'),
    );
    expect(rings).to.have.length(0);
  });

  it('while the handset rings: the handset stops', async () => {
    const phone = await handset(1, { answer: 'manual' });
    await outsideSound();
    const caller = await outsideCall('caller-cancels-ringing', { number: SECOND, before: 1500 });
    await phone.event('CALL_INCOMING');
    await caller.done();
    await phone.event('CALL_CLOSED');
    expect((await halina().logged('call ended'))['reason']).to.equal('cancelled');
  });
});
