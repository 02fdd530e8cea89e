/** A handset whose sound is encrypted (SRTP by keys in SDP, over TLS) and a provider whose sound is plain. */
import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import type { Baresip } from '../support/e2e/baresip.js';
import { Capture } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideCallee, outsideSound, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { Scenario } from '../support/e2e/scenario.js';
import { find, level, slice } from '../support/e2e/sound.js';
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

  /** `second`: of the recording, from which on both talk and nothing else is heard. */
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
    const said = loudParts(recording.right, second);
    const [part = new Float32Array()] = said;
    const [, middle = 0] = await likenesses(said, await phone.recordings('enc'));
    expect(middle, 'employee').to.be.at.least(0.95);
    // A telephone that has no time leaves some of what it hears out.
    const heard = await likenesses(loudParts(recording.left, second), await phone.recordings('dec'));
    expect(Math.max(...heard), 'what the handset heard').to.be.at.least(0.95);
    const [first, last] = [wire.fromHandset[0]?.time ?? 0, wire.fromHandset.at(-1)?.time ?? 0];
    expect(last - first, 'seconds of sound from the handset').to.be.above(5);
    const noise = soundOf(wire.fromHandset, first, last);
    expect(find(part, noise, noise.length >> 1, noise.length >> 1).correlation, 'on the wire').to.be.below(0.2);
    const text = halina.process.output();
    expect(text).not.to.match(/inline:/);
  };

  it('is called from outside: both talk, both are recorded in clear, nothing on the wire is', async () => {
    const parts = await begin();
    const caller = await outsideCall(Scenario.caller().isHungUpOn());
    await parts.phone.event('CALL_ESTABLISHED');
    await wait(7_000);
    await parts.phone.command('hangup');
    await caller.done();
    await expectEncryptedCall(parts, 2);
  });

  it('calls outside', async () => {
    const parts = await begin();
    const callee = await outsideCallee('callee-hangs-up', { ring: 500, talk: 13_000 });
    await parts.phone.command('dial', `sip:0601234567@${address.officeFace};transport=tls`);
    await parts.phone.event('CALL_ESTABLISHED');
    await callee.done();
    await parts.phone.event('CALL_CLOSED');
    await expectEncryptedCall(parts, 9); // the reminder of the notice is over by then
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

/** The three loudest half seconds of a sound from this second on, up to one second before its end. */
function loudParts(sound: Float32Array, second: number): Float32Array[] {
  const count = Math.floor(2 * (sound.length / 8000 - 1 - second));
  const parts = [...Array(count).keys()].map((n) => slice(sound, second + n / 2, second + (n + 1) / 2));
  return parts.toSorted((a, b) => level(b) - level(a)).slice(0, 3);
}

/** How like each part is to what it is most like in these files, the least first. */
async function likenesses(parts: readonly Float32Array[], files: readonly string[]): Promise<number[]> {
  const all = await Promise.all(files.map(async (file) => (await decode(file)).left));
  const likeliest = (part: Float32Array): number =>
    Math.max(...all.map((whole) => find(part, whole, whole.length >> 1, whole.length >> 1).correlation));
  return parts.map(likeliest).toSorted((a, b) => a - b);
}
