/** A telephone that others made, whose sound is encrypted by DTLS-SRTP without ICE: baresip, which is called and calls. */
import { Baresip } from '../support/e2e/baresip.js';
import { bothWires, expectEncryptedCall } from '../support/e2e/encrypted-call.js';
import { FarHost } from '../support/e2e/far-host.js';
import { officeConfig, sharedHalina } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideCallee, outsideSound, shortNotice } from '../support/e2e/office.js';
import { keep, stopAll } from '../support/e2e/process.js';

describe('baresip with DTLS-SRTP', function () {
  this.timeout(180_000);
  let host: FarHost;
  let phone: Baresip;
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
    phone = await handset(0, { address: host.address, registrar: host.ours, encryption: 'dtls_srtp', host });
    keep(phone.process);
  });
  afterEach(stopAll);

  it('is called from outside: both talk, both are recorded in clear, nothing on its wire is', async () => {
    const wires = await bothWires(host);
    await outsideSound();
    const caller = await outsideCall('caller-hangs-up', { talk: 9_000 });
    await caller.done();
    await phone.event('CALL_CLOSED');
    await expectEncryptedCall(shared(), host, wires, (_, inside) =>
      inside.at(host.address, host.ours, /^SIP\/2.0 200/, /CSeq: \d+ INVITE/i),
    );
  });

  it('calls outside', async () => {
    const wires = await bothWires(host);
    await outsideSound();
    const callee = await outsideCallee('callee-hangs-up', { ring: 300, talk: 12_000 });
    await phone.command('dial', `sip:0601234567@${host.ours}`);
    await callee.done();
    await phone.event('CALL_CLOSED');
    await expectEncryptedCall(shared(), host, wires, (wire) =>
      wire.at(address.provider, address.trunkFace, /^SIP\/2.0 200/),
    );
  });
});
