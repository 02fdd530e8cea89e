/** A real telephone that watches another and hears of the calls that it missed: baresip's presence and mwi. */
import { expect } from 'chai';
import { Capture, sipOf } from '../support/e2e/capture.js';
import type { Baresip } from '../support/e2e/baresip.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';

/** Waits until the lamp for messages is said to be in this state. */
async function lamp(phone: Baresip, state: 'yes' | 'no'): Promise<string> {
  for (;;) {
    const { param = '' } = await phone.event('MWI_NOTIFY');
    if (param.includes(`Messages-Waiting: ${state}`)) return param;
  }
}

describe('a handset that watches another', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('sees it on the phone, and is told of a call that it missed until it calls somebody', async () => {
    const halina = await Halina.start(officeConfig());
    const capture = await Capture.start();
    const contact = `"Sekretariat" <sip:202@${address.officeFace}>;presence=p2p`;
    const applications = ['contact', 'mwi', 'debug_cmd'];
    const watcher = await handset(0, { answer: 'manual', applications, contacts: [contact] });
    await lamp(watcher, 'no');
    const other = await handset(1, { answer: 'manual' });
    await watcher.command('insmod', 'presence');
    await halina.logged('a handset subscribed to presence');
    await other.command('dial', `sip:201@${address.officeFace}`);
    await watcher.event('CALL_INCOMING');
    await other.command('hangup');
    expect(await lamp(watcher, 'yes')).to.contain('Voice-Message: 1/0');
    await watcher.command('dial', `sip:202@${address.officeFace}`);
    await lamp(watcher, 'no');
    await other.event('CALL_INCOMING');
    await watcher.command('hangup');
    const seen = sipOf(await capture.stop());
    const told = seen.filter((one) => one.to === address.handset(0) && one.firstLine.startsWith('NOTIFY'));
    const busy = told.findIndex(({ text }) => text.includes('<rpid:on-the-phone/>'));
    expect(busy, 'a NOTIFY of 202 on the phone').to.be.at.least(0);
    expect(
      told.slice(busy + 1).some(({ text }) => text.includes('Ready')),
      'and of its end',
    ).to.equal(true);
    const refused = seen.filter(({ text }) => /^SIP\/2\.0 [3-6]/.test(text) && /^CSeq: \d+ NOTIFY/m.test(text));
    expect(refused).to.deep.equal([]);
    expect(await halina.stop()).to.equal(0);
  });
});
