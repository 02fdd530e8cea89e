/** A soft phone that others made, whose sound is encrypted by DTLS-SRTP on a way that ICE finds: linphone, which calls and is called. */
import { setTimeout as wait } from 'node:timers/promises';
import { bothWires, expectEncryptedCall } from '../support/e2e/encrypted-call.js';
import { FarHost } from '../support/e2e/far-host.js';
import { officeConfig, sharedHalina } from '../support/e2e/halina.js';
import { Linphone } from '../support/e2e/linphone.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { outsideCall, outsideCallee, outsideSound, shortNotice } from '../support/e2e/office.js';
import { keep, stopAll } from '../support/e2e/process.js';
import { voice } from '../support/e2e/voices.js';

describe('linphone with DTLS-SRTP and ICE', function () {
  this.timeout(180_000);
  let host: FarHost;
  let phone: Linphone;
  before(needsNamespace);
  before(async () => {
    host = await FarHost.open({ name: 'desk', network: '10.79.0' });
    keep(host.holder);
  });
  const shared = sharedHalina(async () =>
    officeConfig({
      sip: {
        faces: [
          { name: 'trunk', address: address.trunkFace },
          { name: 'office', address: host.ours },
        ],
      },
      handsets: [{ extension: '201', password: 'secret-201', srtp: 'dtls' }],
      notice: { folder: await shortNotice() },
    }),
  );
  before(async () => {
    phone = await Linphone.start({
      extension: '201',
      password: 'secret-201',
      address: host.address,
      registrar: host.ours,
      audio: (await voice('employee')).wav,
      mediaPort: 30_000,
      encrypted: true,
      host,
    });
    keep(phone.process);
  });
  afterEach(stopAll);

  /** Once it can be heard: its streams run before there are keys. */
  async function talk(call: string): Promise<void> {
    await phone.state('StreamsRunning');
    await phone.process.untilTimes('All streams are encrypted, key exchanged using DTLS', ++calls);
    await phone.speak(call);
    await wait(6_000);
    await phone.command('terminate');
  }
  let calls = 0;

  it('is called from outside: both talk, both are recorded in clear, nothing on its wire is', async () => {
    const wires = await bothWires(host);
    await outsideSound();
    const caller = await outsideCall('caller-waits', { wait: 60_000 });
    const call = await phone.called();
    await phone.command('answer');
    await talk(call);
    await caller.done();
    await expectEncryptedCall(shared(), host, wires, (_, inside) =>
      inside.at(host.address, host.ours, /^SIP\/2.0 200/, /CSeq: \d+ INVITE/i),
    );
  });

  it('calls outside', async () => {
    const wires = await bothWires(host);
    await outsideSound();
    const callee = await outsideCallee('callee-answers', { ring: 300 });
    const call = await phone.call(`sip:0601234567@${host.ours}`);
    await talk(call);
    await callee.done();
    await expectEncryptedCall(shared(), host, wires, (wire) =>
      wire.at(address.provider, address.trunkFace, /^SIP\/2.0 200/),
    );
  });
});
