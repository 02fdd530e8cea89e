/**
 * Attended and semi-attended transfer at the running program, with sound: the telephones are scripted, since Debian's
 * baresip can do neither; the caller, the sound and everything of ours is real. The recording is compared part by part.
 */
import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import { WireHandset } from '../support/calls/doors.js';
import { Capture, type RtpSeen } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { expectBothTalk, expectSilence } from '../support/e2e/likeness.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { outsideCall, outsideSound, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { voice } from '../support/e2e/voices.js';
import { Wire } from '../support/e2e/wire.js';
import { rtpPeer } from '../support/peers/rtp-peer.js';
import { sdp, type RawMessage } from '../support/sip/raw-message.js';
import { RawPeer } from '../support/sip/raw-peer.js';

/** Ports of sound: of the sender's call with the outside and of the consultation's both sides, and of who takes over. */
const SENDER = 30_000;
const CONSULTING = 30_010;
const CONSULTED = 30_020;
const TAKER = 30_030;

describe('a call that is handed over to somebody who was asked first', function () {
  this.timeout(120_000);
  before(needsNamespace);
  const peers: RawPeer[] = [];
  let closed = new AbortController();
  afterEach(async () => {
    closed.abort();
    closed = new AbortController();
    await Promise.all(peers.splice(0).map((peer) => peer.close()));
    await stopAll();
  });

  async function phone(n: number): Promise<WireHandset> {
    const peer = await RawPeer.open(5060, 'udp', address.handset(n), 5060, address.officeFace);
    peers.push(peer);
    const extension = String(201 + n);
    const handset = new WireHandset(peer, extension, `secret-${extension}`, address.officeFace);
    expect((await handset.register()).status).to.equal(200);
    return handset;
  }

  const sdpOf = (n: number, port: number, direction?: string): string =>
    sdp(port, direction).replaceAll('127.0.0.1', address.handset(n));
  const sound = async (n: number, base: number, who: 'caller' | 'employee') =>
    rtpPeer({ address: address.handset(n), base, audio: (await voice(who)).alaw });

  /** The one who transfers is told of it, and hung up on. */
  async function serve({ peer }: WireHandset, { signal }: AbortController): Promise<void> {
    const isNews = ({ method }: RawMessage): boolean => method === 'NOTIFY' || method === 'BYE';
    while (!signal.aborted)
      await peer.expect(isNews, 'news').then(
        (message) => peer.answer(message, 200),
        () => undefined,
      );
  }

  /** A handset's side of what a dialog of its asks for. */
  async function answers({ peer }: WireHandset, method: string, body = ''): Promise<RawMessage> {
    const request = await peer.expectRequest(method);
    peer.answer(request, 200, { body });
    return request;
  }

  for (const early of [false, true])
    it(`${early ? 'while the other one still rings' : 'after a talk between the two'}: one recording, each in its part`, async () => {
      const halina = await Halina.start(officeConfig({ notice: { folder: await shortNotice() } }));
      const [sender, taker] = [await phone(0), await phone(1)];
      void serve(sender, closed);
      const capture = await Capture.start();
      await outsideSound();
      await Promise.all([sound(0, SENDER, 'employee'), sound(0, CONSULTING, 'employee')]);
      await Promise.all([sound(1, CONSULTED, 'employee'), sound(1, TAKER, 'employee')]);
      const caller = await outsideCall('caller-waits', { wait: 60_000 });

      const rung = await answers(sender, 'INVITE', sdpOf(0, SENDER));
      await sender.peer.expectRequest('ACK');
      await halina.logged('call connected');
      await wait(4_000);
      const within = { contact: `<${sender.peer.uri('201')}>` };
      const hold = sender.peer.asCallee(rung, 'INVITE', 1, { ...within, body: sdpOf(0, SENDER, 'sendonly') });
      sender.peer.ack(hold, await sender.peer.expectFinal(hold));

      const asking = sender.ask('INVITE', `sip:202@${address.officeFace}`, {
        body: sdpOf(0, CONSULTING),
        callId: 'consultation@phone',
      });
      const asked = await taker.peer.expectRequest('INVITE');
      taker.peer.answer(asked, 180);
      const answer = (): void => taker.peer.answer(asked, 200, { body: sdpOf(1, CONSULTED) });
      const rings = await sender.peer.expect((one) => one.status === 180, 'ringing');
      let consult = rings;
      if (!early) {
        answer();
        await taker.peer.expectRequest('ACK');
        consult = await asking;
        await wait(2_500);
      }
      const tags = `to-tag=${consult.tag('To')};from-tag=${consult.tag('From')}`;
      const replaces = encodeURIComponent(`${consult.header('Call-ID')};${tags}`);
      const extra = [`Refer-To: <sip:202@${address.officeFace}?Replaces=${replaces}>`];
      const refer = sender.peer.asCallee(rung, 'REFER', 2, { ...within, extra });
      expect((await sender.peer.expectFinal(refer)).status).to.equal(202);
      if (early) {
        await wait(1_500);
        answer();
        await taker.peer.expectRequest('ACK');
      }
      await answers(taker, 'INVITE', sdpOf(1, TAKER));
      await halina.logged('another party talks');
      await wait(4_000);
      const bye = taker.peer.asCallee(asked, 'BYE', 1);
      expect((await taker.peer.expectFinal(bye)).status).to.equal(200);
      await caller.done();

      const { path, callId } = (await halina.logged('recording kept')) as unknown as { path: string; callId: string };
      const { entry } = await halina.record(callId);
      const wire = new Wire(await capture.stop());
      const talks = entry.parts.filter(({ kind }) => kind === 'talk');
      expect(talks.map(({ extension, why, sender: by }) => [extension, why, by])).to.deep.equal([
        ['201', 'answered', undefined],
        ['202', 'transferred', '201'],
      ]);
      const held = entry.parts.find(({ kind }) => kind === 'hold');
      const recording = await decode(path);
      const from = wire.answeredBy(address.handset(0));
      const of = (n: number, port: number): readonly RtpSeen[] =>
        wire.fromHandset.filter((one) => one.from === address.handset(n) && one.fromPort === port);
      const [holdAt, again] = [(held?.from ?? Number.NaN) / 1000, (talks[1]?.from ?? Number.NaN) / 1000];
      const outside = wire.fromCaller;
      const lags = [
        expectBothTalk(recording, { outside, employee: of(0, SENDER), from }, 0.7, holdAt - 0.3),
        expectBothTalk(recording, { outside, employee: of(1, TAKER), from }, again + 0.7, recording.seconds - 0.5),
      ];
      expect(Math.abs((lags[0] ?? 0) - (lags[1] ?? 0)), 'ms between the parts').to.be.at.most(20);
      expectSilence(recording, holdAt + 0.3, again - 0.3);
      expect(await halina.calls(), 'calls with an entry').to.have.length(1);
      expect(await halina.stop()).to.equal(0);
    });
});
