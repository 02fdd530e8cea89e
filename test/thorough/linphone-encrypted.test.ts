/** A soft phone that others made, whose sound is encrypted by DTLS-SRTP on a way that ICE finds: linphone, which calls and is called. */
import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import { Capture, rtpOf } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { FarHost } from '../support/e2e/far-host.js';
import { officeConfig, sharedHalina } from '../support/e2e/halina.js';
import { expectBothTalk } from '../support/e2e/likeness.js';
import { Linphone } from '../support/e2e/linphone.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { outsideCall, outsideCallee, outsideSound, shortNotice } from '../support/e2e/office.js';
import { keep, stopAll } from '../support/e2e/process.js';
import { find, slice } from '../support/e2e/sound.js';
import { soundOf } from '../support/e2e/truth.js';
import { voice } from '../support/e2e/voices.js';
import { Wire } from '../support/e2e/wire.js';

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
    await phone.process.untilTimes('All streams are encrypted, key exchanged using DTLS', ++calls, 20_000);
    await phone.speak(call);
    await wait(6_000);
    await phone.command('terminate');
  }
  let calls = 0;

  /** Recorded as it was said, and nothing of it is on the telephone's wire. `from`: when the recording began. */
  async function expectEncryptedCall(
    wires: readonly Capture[],
    from: (outside: Wire, inside: Wire) => number,
  ): Promise<void> {
    const halina = shared();
    const stored = (await halina.logged('recording kept')) as unknown as { path: string; callId: string };
    const [outside = [], inside = []] = await Promise.all(wires.map((one) => one.stop()));
    const { entry } = await halina.record(stored.callId);
    expect(entry.media?.inside?.encryption).to.match(/^(AES|AEAD)_/);
    expect(entry.media?.outside?.encryption).to.equal(undefined);
    const recording = await decode(stored.path);
    const wire = new Wire(outside);
    // What the telephone said, as the provider got it in clear.
    const truth = { outside: wire.fromCaller, employee: wire.toCaller, from: from(wire, new Wire(inside)) };
    const end = recording.seconds - 0.5;
    expectBothTalk(recording, truth, end - 4, end);
    const said = (await decode((await voice('employee')).wav)).left;
    const part = slice(recording.right, end - 2, end);
    expect(find(part, said, 8 * 8000, 8 * 8000).correlation, 'what its file says').to.be.at.least(0.9);

    for (const [way, of] of [
      ['from', recording.right],
      ['to', recording.left],
    ] as const) {
      const packets = rtpOf(inside).filter((one) => one[way] === host.address && one.payloadType === 8);
      expect(packets.length, `packets ${way} the telephone`).to.be.above(250);
      const noise = soundOf(packets, truth.from, truth.from + recording.seconds);
      const heard = find(slice(of, end - 2, end), noise, noise.length >> 1, noise.length >> 1).correlation;
      expect(heard, `on the wire ${way} the telephone`).to.be.below(0.2);
    }
    expect(halina.process.output()).not.to.match(/ice-pwd|PRIVATE/);
  }

  const capture = async (): Promise<Capture[]> =>
    Promise.all([Capture.start(), Capture.start('udp', { device: 'desk', towards: host.address })]);

  it('is called from outside: both talk, both are recorded in clear, nothing on its wire is', async () => {
    const wires = await capture();
    await outsideSound();
    const caller = await outsideCall('caller-waits', { wait: 60_000 });
    const call = await phone.called();
    await phone.command('answer');
    await talk(call);
    await caller.done();
    await expectEncryptedCall(wires, (_, inside) =>
      inside.at(host.address, host.ours, /^SIP\/2.0 200/, /CSeq: \d+ INVITE/i),
    );
  });

  it('calls outside', async () => {
    const wires = await capture();
    await outsideSound();
    const callee = await outsideCallee('callee-answers', { ring: 300 });
    const call = await phone.call(`sip:0601234567@${host.ours}`);
    await talk(call);
    await callee.done();
    await expectEncryptedCall(wires, (wire) => wire.at(address.provider, address.trunkFace, /^SIP\/2.0 200/));
  });
});
