/**
 * Somebody behind a provider's proxy that stays in the dialog (Kamailio), with a telephone that others made (linphone):
 * reliable progress (RFC 3262) and holds (re-INVITE) pass it in both directions, and the call is recorded.
 */
import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import type { Baresip } from '../support/e2e/baresip.js';
import { Capture, rtpOf, type Datagram } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { officeConfig, sharedHalina } from '../support/e2e/halina.js';
import { kamailio } from '../support/e2e/kamailio.js';
import { expectBothTalk, expectSilence } from '../support/e2e/likeness.js';
import { Linphone } from '../support/e2e/linphone.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, OFFICE, shortNotice } from '../support/e2e/office.js';
import { keep, stopAll, type Started } from '../support/e2e/process.js';
import { voice } from '../support/e2e/voices.js';
import { sdp } from '../support/sip/raw-message.js';
import { RawPeer } from '../support/sip/raw-peer.js';
import { Wire } from '../support/e2e/wire.js';

const OUTSIDE = '10.77.0.7';
/** A third proxy, and a scripted telephone behind it. */
const THIRD = '10.77.0.8';
const SCRIPTED = '10.77.0.11';
const NUMBER = '+48601234567';

describe('a provider whose proxy stays in the dialog', function () {
  this.timeout(180_000);
  const servers: Started[] = [];
  let desk: Baresip;
  let far: Linphone;
  before(needsNamespace);
  // By SIGTERM, at which Kamailio ends its children too, and before what else was kept is killed.
  after(async () => {
    await Promise.all(servers.splice(0).map((one) => one.stop()));
  });
  const shared = sharedHalina(async () =>
    officeConfig({
      notice: { folder: await shortNotice(), mode: 'early-media' },
      trunks: [address.provider, address.secondProvider, THIRD].map((proxy, n) => ({
        name: `provider-${n}`,
        addresses: [proxy],
        proxy: `sip:${proxy}`,
        callerId: '+48227836000',
      })),
      outbound: {
        routes: [
          { prefix: '0', strip: 1, trunk: 'provider-0' },
          { prefix: '8', strip: 1, trunk: 'provider-2' },
        ],
      },
    }),
  );
  before(async () => {
    // Two lead to callees, one to the office.
    servers.push(await kamailio({ address: address.provider, callee: `${OUTSIDE}:5060` }));
    servers.push(await kamailio({ address: address.secondProvider, callee: `${address.trunkFace}:5060` }));
    servers.push(await kamailio({ address: THIRD, callee: `${SCRIPTED}:5060` }));
    far = await Linphone.start({
      extension: NUMBER,
      address: OUTSIDE,
      registrar: address.secondProvider,
      audio: (await voice('caller')).wav,
      mediaPort: 31_000,
      sip: ['100rel_support_level=1'],
    });
    desk = await handset();
    for (const { process } of [far, desk]) keep(process);
    for (const server of servers) keep(server);
  });
  afterEach(stopAll);

  /** They talk, the one outside holds the call and comes back. */
  async function talkWithHold(call: string): Promise<void> {
    await desk.event('CALL_ESTABLISHED');
    await far.state('StreamsRunning');
    await far.speak(call);
    await wait(3_000);
    await far.command(`call-pause ${call}`);
    await far.state('Paused');
    await wait(1_500);
    await far.command(`call-resume ${call}`);
    await far.state('StreamsRunning');
    await far.speak(call);
    await wait(3_500);
    await desk.command('hangup');
    await far.state('End');
    await desk.event('CALL_CLOSED');
  }

  /** The recording as the wire has it, before the hold, during it and after it. `answered`: when it began. */
  async function expectRecorded(seen: readonly Datagram[], answered: (wire: Wire) => number): Promise<void> {
    const { path, callId } = (await shared().logged('recording kept')) as unknown as { path: string; callId: string };
    const { entry } = await shared().record(callId);
    const held = entry.parts.find(({ kind, by }) => kind === 'hold' && by === 'outside');
    const [holdAt, backAt] = [(held?.from ?? Number.NaN) / 1000, (held?.to ?? Number.NaN) / 1000];
    const wire = new Wire(seen);
    const from = answered(wire);
    // After the hold linphone counts anew.
    const said = rtpOf(seen).filter((one) => one.from === OUTSIDE && one.fromPort >= 31_000 && one.fromPort < 31_100);
    const [before, after] = [
      said.filter(({ time }) => time < from + holdAt),
      said.filter(({ time }) => time > from + backAt),
    ];
    const recording = await decode(path);
    expectBothTalk(recording, { outside: before, employee: wire.fromHandset, from }, 0.7, holdAt - 0.3);
    expectSilence(recording, holdAt + 0.3, backAt - 0.3);
    const end = recording.seconds - 0.5;
    expectBothTalk(recording, { outside: after, employee: wire.fromHandset, from }, backAt + 0.7, end);
  }

  it('calls the office: our progress is acknowledged by PRACK, its holds are taken, and it hears of the end', async () => {
    const capture = await Capture.start();
    const call = await far.call(`sip:${OFFICE}@${address.secondProvider}`);
    await talkWithHold(call);
    const seen = await capture.stop();
    await expectRecorded(seen, (wire) => wire.answeredBy(address.handset(0)));
    const wire = new Wire(seen);
    const [ours, theirs] = [address.trunkFace, address.secondProvider];
    const reliable = wire.all(ours, theirs, /^SIP\/2.0 18/, /^RSeq: /im);
    expect(wire.all(theirs, ours, /^PRACK/), 'PRACKs').to.have.length.at.least(Math.max(1, reliable.length));
    expectAnswered(wire, theirs, ours);
    expect(wire.all(ours, theirs, /^BYE/)).to.have.length(1);
  });

  it('is called, and the same', async () => {
    const capture = await Capture.start();
    await desk.command('dial', `sip:0601234567@${address.officeFace}`);
    const call = await far.called();
    await far.command(`answer ${call}`);
    await talkWithHold(call);
    const seen = await capture.stop();
    const [ours, theirs] = [address.trunkFace, address.provider];
    await expectRecorded(seen, (wire) => wire.at(theirs, ours, /^SIP\/2.0 200/, /CSeq: \d+ INVITE/i));
    const wire = new Wire(seen);
    expectAnswered(wire, theirs, ours);
    expect(wire.all(ours, theirs, /^BYE/)).to.have.length(1);
  });

  it('sends reliable progress by a scripted telephone, which linphone does for nobody who does not insist: our PRACK comes there', async () => {
    const peer = await RawPeer.open(5060, 'udp', SCRIPTED, 5060, THIRD);
    try {
      await desk.command('dial', `sip:8601234567@${address.officeFace}`);
      const invite = await peer.expectRequest('INVITE');
      peer.answer(invite, 183, { extra: ['Require: 100rel', 'RSeq: 17'] });
      const prack = await peer.expectRequest('PRACK');
      expect(prack.header('RAck')).to.match(/^17 \d+ INVITE$/);
      peer.answer(prack, 200);
      peer.answer(invite, 200, { body: sdp(31_200).replaceAll('127.0.0.1', SCRIPTED) });
      await peer.expectRequest('ACK');
      await desk.event('CALL_ESTABLISHED');
      await desk.command('hangup');
      peer.answer(await peer.expectRequest('BYE'), 200);
    } finally {
      await peer.close();
    }
  });
});

/** Each request within the call was answered with 200: the two offers of the hold, and each PRACK. */
function expectAnswered(wire: Wire, theirs: string, ours: string): void {
  const offers = wire.all(theirs, ours, /^INVITE/, /^To: .*;tag=/im);
  expect(offers, 'offers within the call').to.have.length(2);
  const refused = wire.sip.filter(
    ({ firstLine }) => /^SIP\/2.0 [4-6]/.test(firstLine) && !/^SIP\/2.0 40[17]/.test(firstLine),
  );
  expect(refused.map(({ firstLine }) => firstLine)).to.deep.equal([]);
}
