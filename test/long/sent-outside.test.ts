/**
 * Calls that reach the outside by somebody of the office, who is no part of them then: a call within the house that is sent
 * there, and one from outside whose handset forwards always; and a call that another handset takes by INVITE with
 * Replaces. Each is one recording, compared by content.
 */
import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import { WireHandset } from '../support/calls/doors.js';
import type { Baresip } from '../support/e2e/baresip.js';
import { Capture, rtpOf, type Datagram, type RtpSeen } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { officeConfig, sharedHalina } from '../support/e2e/halina.js';
import { anchored, expectBothTalk } from '../support/e2e/likeness.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { CALLER, handset, outsideCall, OUTSIDE_MEDIA, outsideSound, shortNotice } from '../support/e2e/office.js';
import { keep, stopAll } from '../support/e2e/process.js';
import { sipp, type Sipp } from '../support/e2e/sipp.js';
import { level, toneLevel } from '../support/e2e/sound.js';
import { soundOf } from '../support/e2e/truth.js';
import { voice } from '../support/e2e/voices.js';
import { Wire } from '../support/e2e/wire.js';
import { rtpPeer } from '../support/peers/rtp-peer.js';
import { sdp } from '../support/sip/raw-message.js';
import { RawPeer } from '../support/sip/raw-peer.js';

const NUMBER = '48601999888';
/** Port of the sound of a scripted telephone. */
const SCRIPTED = 30_500;

describe('calls that go on outside, and one that is taken by Replaces', function () {
  this.timeout(90_000);
  before(needsNamespace);
  const shared = sharedHalina(async () =>
    officeConfig({
      notice: { folder: await shortNotice() },
      trunks: [
        { name: 'first', addresses: [address.provider], proxy: `sip:${address.provider}`, callerId: '+48227836000' },
        {
          name: 'second',
          addresses: [address.secondProvider],
          proxy: `sip:${address.secondProvider}`,
          callerId: '+48227836001',
        },
      ],
      handsets: [
        ...['201', '202', '204'].map((extension) => ({ extension, password: `secret-${extension}` })),
        { extension: '203', password: 'secret-203', forward: { always: '0601999888' } },
      ],
      routes: [
        { name: 'away', numbers: ['+48227836000'], handsets: ['203'] },
        { name: 'desk', numbers: ['+48227836002'], handsets: ['204'] },
      ],
      outbound: { routes: [{ prefix: '0', strip: 1, trunk: 'second' }] },
    }),
  );
  let [stays, sends]: Baresip[] = [];
  const peers: RawPeer[] = [];
  before(async () => {
    [stays, sends] = await Promise.all([handset(0), handset(1)]);
    for (const { process } of [stays, sends]) keep(process);
  });
  afterEach(stopAll);
  after(() => Promise.all(peers.map((peer) => peer.close())));

  /** Somebody behind the second provider, with a voice. */
  async function callee(who: 'caller' | 'employee', talk: number): Promise<Sipp> {
    await rtpPeer({ address: address.secondProvider, base: OUTSIDE_MEDIA, audio: (await voice(who)).alaw });
    const values = { media: OUTSIDE_MEDIA, ring: 300, talk, wait: 60_000 };
    return sipp({ scenario: 'callee-hangs-up', address: address.secondProvider, values });
  }

  const fromSecond = (seen: readonly Datagram[]): RtpSeen[] =>
    rtpOf(seen).filter((one) => one.from === address.secondProvider && one.fromPort === OUTSIDE_MEDIA);

  async function kept() {
    const { path, callId } = (await shared().logged('recording kept')) as unknown as { path: string; callId: string };
    return { recording: await decode(path), entry: (await shared().record(callId)).entry };
  }

  it('a call within the house that one of the two sends outside is recorded from the answer there', async () => {
    const capture = await Capture.start();
    await stays?.command('dial', `sip:202@${address.officeFace}`);
    await sends?.event('CALL_ESTABLISHED');
    await wait(1_500);
    const other = await callee('caller', 6_000);
    await sends?.command('transfer', `sip:0601999888@${address.officeFace}`);
    await sends?.event('CALL_CLOSED');
    await other.done();
    await stays?.event('CALL_CLOSED');
    const { recording, entry } = await kept();
    const seen = await capture.stop();
    expect(entry.parts.map(({ kind, extension, why, sender }) => [kind, extension, why, sender])).to.deep.equal([
      ['talk', '201', 'transferred', '202'],
    ]);
    const wire = new Wire(seen);
    const from = wire.at(address.secondProvider, address.trunkFace, /^SIP\/2.0 200/, /CSeq: \d+ INVITE/i);
    const truth = { outside: fromSecond(seen), employee: wire.fromHandset, from };
    expectBothTalk(recording, anchored(recording, truth), 1, recording.seconds - 0.5);
    // What the two said to one another before is nobody's business.
    const calls = await shared().calls();
    expect(calls.map(({ number, trunk }) => [number, trunk])).to.deep.equal([[`+${NUMBER}`, 'second']]);
  });

  it('a call from one provider, forwarded always, goes out by the other: notice to the first, one recording', async () => {
    const capture = await Capture.start();
    await outsideSound();
    const other = await callee('employee', 7_000);
    const caller = await outsideCall('caller-waits', { wait: 60_000 });
    await Promise.all([other.done(), caller.done()]);
    const { recording, entry } = await kept();
    const seen = await capture.stop();
    const wire = new Wire(seen);
    expect(entry.parts.map(({ kind, number }) => [kind, number])).to.deep.equal([['talk', `+${NUMBER}`]]);
    const invite = wire.all(address.trunkFace, address.secondProvider, /^INVITE/)[0]?.text ?? '';
    expect(invite).to.match(new RegExp(String.raw`^INVITE sip:\+${NUMBER}@`));
    expect(invite).to.contain(`Diversion: <sip:+48227836000@${address.secondProvider}>;reason=unconditional;counter=1`);
    // The first party's number is not shown to the second.
    expect(invite)
      .to.match(/^From: .*\+48227836001@/m)
      .and.not.to.contain(CALLER.slice(1));
    // The notice (a tone of 440 Hz) is for the first party and not for the second.
    const answered = wire.at(address.secondProvider, address.trunkFace, /^SIP\/2.0 200/, /CSeq: \d+ INVITE/i);
    const began = wire.toCaller[0]?.time ?? 0;
    const toSecond = rtpOf(seen).filter((one) => one.to === address.secondProvider && one.toPort === OUTSIDE_MEDIA);
    expect(toneLevel(soundOf(wire.toCaller, began, began + 0.9), 440), 'notice to the first').to.be.above(-30);
    expect(toneLevel(soundOf(toSecond, answered, answered + 1), 440), 'notice to the second').to.be.below(-40);
    expect(level(soundOf(toSecond, answered + 1, answered + 5)), 'the first, heard by the second').to.be.above(-40);
    const truth = { outside: wire.fromCaller, employee: fromSecond(seen), from: answered };
    expectBothTalk(recording, anchored(recording, truth), 1, recording.seconds - 0.5);
  });

  it('a call that rings is taken by another handset with an INVITE that replaces the ringing one', async () => {
    const telephone = async (at: number, extension: string): Promise<WireHandset> => {
      const peer = await RawPeer.open(5060, 'udp', address.handset(at), 5060, address.officeFace);
      peers.push(peer);
      const phone = new WireHandset(peer, extension, `secret-${extension}`, address.officeFace);
      expect((await phone.register()).status).to.equal(200);
      return phone;
    };
    const [rung, takes] = [await telephone(5, '204'), await telephone(6, '203')];
    await rtpPeer({ address: address.handset(6), base: SCRIPTED, audio: (await voice('employee')).alaw });
    const capture = await Capture.start();
    await outsideSound();
    const caller = await outsideCall('caller-hangs-up', { talk: 9_000, number: '48227836002' });
    const invite = await rung.peer.expectRequest('INVITE');
    rung.peer.answer(invite, 180, { toTag: 'rung' });
    await wait(500);
    const replaces = `Replaces: ${invite.header('Call-ID')};to-tag=${invite.tag('From')};from-tag=rung;early-only`;
    const body = sdp(SCRIPTED).replaceAll('127.0.0.1', address.handset(6));
    const answer = await takes.ask('INVITE', `sip:204@${address.officeFace}`, { body, extra: [replaces] });
    expect(answer.status).to.equal(200);
    rung.peer.answer(await rung.peer.expectRequest('CANCEL'), 200);
    rung.peer.answer(invite, 487, { toTag: 'rung' });
    await hungUpOn(takes.peer);
    await caller.done();
    const { recording, entry } = await kept();
    const wire = new Wire(await capture.stop());
    expect(entry.parts.map(({ kind, extension, why }) => [kind, extension, why])).to.deep.equal([
      ['talk', '203', 'picked-up'],
    ]);
    const from = wire.at(address.officeFace, address.handset(6), /^SIP\/2.0 200/, /CSeq: \d+ INVITE/i);
    const employee = wire.fromHandset.filter(({ fromPort }) => fromPort === SCRIPTED);
    const truth = anchored(recording, { outside: wire.fromCaller, employee, from });
    expectBothTalk(recording, truth, 0.7, recording.seconds - 0.5);
  });
});

/** Waits for the BYE longer than the peer has patience for, and answers it. */
async function hungUpOn(peer: RawPeer): Promise<void> {
  for (let tries = 0; tries < 6; tries++) {
    const bye = await peer.expectRequest('BYE').catch(() => undefined);
    if (bye) return peer.answer(bye, 200);
  }
  throw new Error('nobody hung up');
}
