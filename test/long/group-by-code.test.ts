/** A group whose people come and go by code: who rings, and what is recorded. */
import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import type { Baresip } from '../support/e2e/baresip.js';
import { Capture } from '../support/e2e/capture.js';
import { officeConfig, sharedHalina } from '../support/e2e/halina.js';
import { expectBothTalk } from '../support/e2e/likeness.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideSound, shortNotice } from '../support/e2e/office.js';
import { dialsCode, keptCall } from '../support/e2e/office-day.js';
import { keep, stopAll } from '../support/e2e/process.js';
import { Wire } from '../support/e2e/wire.js';

describe('people of a group, who come and go by code', function () {
  this.timeout(180_000);
  before(needsNamespace);
  const shared = sharedHalina(async () =>
    officeConfig({
      notice: { folder: await shortNotice() },
      routes: [{ name: 'group', numbers: ['+48227836000'], to: { group: 'desk' } }],
      groups: [{ name: 'desk', members: ['201', '202'], strategy: 'all', ring: '10s', code: '32' }],
    }),
  );
  let first: Baresip;
  let second: Baresip;
  before(async () => {
    [first, second] = await Promise.all([handset(0), handset(1)]);
    for (const { process } of [first, second]) keep(process);
  });
  afterEach(stopAll);

  /** A call that this handset takes, the nth of the test, recorded as it was said. */
  async function expectTakenBy(phone: Baresip, n: number): Promise<Wire> {
    const capture = await Capture.start();
    const sound = await outsideSound();
    const caller = await outsideCall('caller-waits', { wait: 60_000 });
    await phone.event('CALL_ESTABLISHED');
    await wait(3_000);
    await phone.command('hangup');
    await caller.done();
    await sound.stop();
    const { recording } = await keptCall(shared(), n);
    const wire = new Wire(await capture.stop());
    const from = wire.answeredBy(address.handset(phone === first ? 0 : 1));
    expectBothTalk(recording, { outside: wire.fromCaller, employee: wire.fromHandset, from }, 0.7, recording.seconds - 0.5); // prettier-ignore
    return wire;
  }

  const rung = (wire: Wire): number[] =>
    [0, 1].filter((n) => wire.all(address.officeFace, address.handset(n), /^INVITE/).length > 0);

  it('who has left a group is not rung, and who has come back is', async () => {
    await dialsCode(shared(), first, '#32', 1);
    expect(rung(await expectTakenBy(second, 1))).to.deep.equal([1]);
    await dialsCode(shared(), first, '*32', 2);
    await dialsCode(shared(), second, '#32', 3);
    expect(rung(await expectTakenBy(first, 2))).to.deep.equal([0]);
  });
});
