/** A handset whose sound is encrypted (SRTP by keys in SDP, over TLS) and a provider whose sound is plain. */
import { expect } from 'chai';
import type { Baresip } from '../support/e2e/baresip.js';
import { Capture } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideCallee, outsideSound, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { find, slice } from '../support/e2e/sound.js';
import { soundOf } from '../support/e2e/truth.js';
import { Wire } from '../support/e2e/wire.js';
import { Authority } from '../support/sip/certificates.js';

interface Stored {
  readonly path: string;
  readonly callId: string;
}

describe('a handset with SRTP', function () {
  this.timeout(180_000);
  let authority: Authority;
  before(needsNamespace);
  before(async () => (authority = await Authority.make()));
  after(() => authority.remove());
  afterEach(stopAll);

  const begin = async (): Promise<{ halina: Halina; phone: Baresip; capture: Capture }> => {
    const certificate = await authority.issue([`IP:${address.officeFace}`]);
    const halina = await Halina.start(
      officeConfig({
        sip: {
          faces: [
            { name: 'trunk', address: address.trunkFace },
            { name: 'office', address: address.officeFace, transports: ['tls'], tls: { certificates: [certificate] } },
          ],
        },
        handsets: [{ extension: '201', password: 'secret-201', srtp: 'require' }],
        notice: { folder: await shortNotice() },
      }),
    );
    const phone = await handset(0, { transport: 'tls', encryption: 'srtp-mand' });
    const capture = await Capture.start();
    await outsideSound();
    return { halina, phone, capture };
  };

  /** `second`: of the recording, at which both talk and nothing else is heard. */
  const expectEncryptedCall = async (parts: Awaited<ReturnType<typeof begin>>, second: number): Promise<void> => {
    const { halina, phone, capture } = parts;
    const { path, callId } = (await halina.logged('recording kept')) as unknown as Stored;
    const wire = new Wire(await capture.stop());
    const { entry } = await halina.record(callId);
    expect(entry.media?.inside?.encryption).to.equal('AES_CM_128_HMAC_SHA1_80');
    expect(entry.media?.outside?.encryption).to.equal(undefined);
    expect(await halina.stop()).to.equal(0);
    await phone.stop();
    const recording = await decode(path);
    // What it said, by its own file: the wire has only what nobody can read.
    const part = slice(recording.right, second, second + 0.5);
    expect(await likeliest(part, await phone.recordings('enc')), 'employee').to.be.at.least(0.95);
    expect(
      await likeliest(slice(recording.left, second, second + 0.5), await phone.recordings('dec')),
      'what the handset heard',
    ).to.be.at.least(0.95);
    const [first, last] = [wire.fromHandset[0]?.time ?? 0, wire.fromHandset.at(-1)?.time ?? 0];
    expect(last - first, 'seconds of sound from the handset').to.be.above(5);
    const noise = soundOf(wire.fromHandset, first, last);
    expect(find(part, noise, noise.length >> 1, noise.length >> 1).correlation, 'on the wire').to.be.below(0.2);
    const text = halina.process.output();
    expect(text).not.to.match(/inline:/);
  };

  it('is called from outside: both talk, both are recorded in clear, nothing on the wire is', async () => {
    const parts = await begin();
    const caller = await outsideCall('caller-hangs-up', { talk: 9_000 });
    await caller.done();
    await parts.phone.event('CALL_CLOSED');
    await expectEncryptedCall(parts, 3);
  });

  it('calls outside', async () => {
    const parts = await begin();
    const callee = await outsideCallee('callee-hangs-up', { ring: 500, talk: 12_000 });
    await parts.phone.command('dial', `sip:0601234567@${address.officeFace};transport=tls`);
    await parts.phone.event('CALL_ESTABLISHED');
    await callee.done();
    await parts.phone.event('CALL_CLOSED');
    await expectEncryptedCall(parts, 10); // the reminder of the notice is over by then
  });

  it('must encrypt: one that cannot is refused, and the log says why', async () => {
    const { halina, phone, capture } = await begin();
    await phone.stop();
    const plain = await handset(0, { transport: 'tls' });
    await plain.command('dial', `sip:0601234567@${address.officeFace};transport=tls`);
    const closed = await plain.event('CALL_CLOSED');
    expect(closed.param).to.contain('488');
    await capture.stop();
    expect(await halina.stop()).to.equal(0);
  });
});

/** How like the part is to what it is most like in these files. */
async function likeliest(part: Float32Array, files: readonly string[]): Promise<number> {
  const all = await Promise.all(files.map(async (file) => (await decode(file)).left));
  return Math.max(...all.map((whole) => find(part, whole, whole.length >> 1, whole.length >> 1).correlation));
}
