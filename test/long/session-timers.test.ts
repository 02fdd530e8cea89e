/**
 * Session timers (RFC 4028) with telephones that others made, over their whole interval: linphone calls linphone, for 90 s.
 * On the caller's leg it is for us to refresh, on the callee's for linphone; then one that vanishes ends the call.
 */
import { expect } from 'chai';
import { Capture } from '../support/e2e/capture.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { kamailio } from '../support/e2e/kamailio.js';
import { Linphone } from '../support/e2e/linphone.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, OFFICE } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { voice } from '../support/e2e/voices.js';
import { Wire } from '../support/e2e/wire.js';
import { setTimeout as wait } from 'node:timers/promises';

/** Where the outside party is. */
const OUTSIDE = '10.77.0.7';
const TIMERS = ['session_expires_enabled=1', 'session_expires_value=90', 'session_expires_refresher_value=1'];

describe('session timers with linphone', function () {
  this.timeout(240_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('are kept on either leg, by us and by it; a telephone that is gone has its call ended', async () => {
    const halina = await Halina.start(officeConfig({ media: { silenceTimeout: '0s' } }));
    const phones = await Promise.all(
      [0, 1].map(async (n) =>
        Linphone.start({
          extension: String(201 + n),
          password: `secret-${201 + n}`,
          address: address.handset(n),
          registrar: address.officeFace,
          audio: (await voice('employee')).wav,
          mediaPort: 30_000 + 100 * n,
          sip: TIMERS,
        }),
      ),
    );
    const [caller, callee] = phones;
    if (!caller || !callee) return expect.fail();
    const capture = await Capture.start();
    await caller.call(`sip:202@${address.officeFace}`);
    await callee.called();
    await callee.command('answer');
    await caller.state('StreamsRunning');
    await wait(50_000); // half of the interval, at which it is refreshed
    caller.process.child.kill('SIGKILL');
    const ended = await halina.logged('call ended', 120_000);
    expect(ended['reason']).to.equal('peer-lost');
    const wire = new Wire(await capture.stop());
    const refresh = /^(UPDATE|INVITE)/;
    const ours = wire.all(address.officeFace, address.handset(0), refresh);
    const theirs = wire.all(address.handset(1), address.officeFace, refresh);
    expect(ours[0]?.text).to.match(/^Session-Expires: 90;refresher=uac/m);
    expect(theirs[0]?.text).to.match(/^Session-Expires: 90;refresher=uac/m);
    const answers = wire.all(address.officeFace, address.handset(1), /^SIP\/2.0 200/, /CSeq: \d+ (UPDATE|INVITE)/);
    expect(answers[0]?.text).to.match(/^Session-Expires: 90/m);
    expect(wire.all(address.officeFace, address.handset(1), /^BYE/)).to.have.length(1);
    expect(await halina.stop()).to.equal(0);
  });

  it('are kept by us through a proxy that stays in the dialog (Kamailio), with linphone as the outside party', async () => {
    const provider = await kamailio({ address: address.provider, callee: `${address.trunkFace}:5060` });
    try {
      const halina = await Halina.start(officeConfig({ media: { silenceTimeout: '0s' } }));
      const outside = await Linphone.start({
        extension: '+48601234567',
        address: OUTSIDE,
        registrar: address.provider,
        audio: (await voice('caller')).wav,
        mediaPort: 31_000,
        sip: TIMERS,
      });
      const desk = await handset();
      const capture = await Capture.start();
      await outside.call(`sip:${OFFICE}@${address.provider}`);
      await outside.state('StreamsRunning');
      await desk.event('CALL_ESTABLISHED');
      await wait(50_000); // half of the interval, at which it is refreshed
      await desk.command('hangup');
      await outside.state('End');
      const wire = new Wire(await capture.stop());
      const refreshes = wire.all(address.trunkFace, address.provider, /^(UPDATE|INVITE)/);
      expect(refreshes[0]?.text)
        .to.match(/^Session-Expires: 90;refresher=uac/m)
        .and.to.match(/^Route: /m);
      const answers = wire.all(address.provider, address.trunkFace, /^SIP\/2.0 200/, /CSeq: \d+ (UPDATE|INVITE)/);
      expect(answers[0]?.text).to.match(/^Session-Expires: 90/m);
      expect(await halina.stop()).to.equal(0);
    } finally {
      await provider.stop();
    }
  });
});
