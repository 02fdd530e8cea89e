/** Calls over two trunks, with real peers: forwards and overflow to the outside, failover, and an emergency call that finds all lines taken. */
import { expect } from 'chai';
import { Capture, rtpOf, sipOf, type SipSeen } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { kamailio } from '../support/e2e/kamailio.js';
import { expectBothTalk } from '../support/e2e/likeness.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, OUTSIDE_MEDIA, outsideSound, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { sipp, type Sipp } from '../support/e2e/sipp.js';
import { voice } from '../support/e2e/voices.js';
import { Wire } from '../support/e2e/wire.js';
import { rtpPeer } from '../support/peers/rtp-peer.js';

const FIRST = {
  name: 'first',
  addresses: [address.provider],
  proxy: `sip:${address.provider}`,
  callerId: '+48227836000',
};
const SECOND = {
  name: 'second',
  addresses: [address.secondProvider],
  proxy: `sip:${address.secondProvider}`,
  callerId: '+48227836001',
};

/** Someone behind the second provider, who hangs up after `talk` ms. */
const secondCallee = (talk: number, changes: { address?: string; port?: number; calls?: number } = {}): Promise<Sipp> =>
  sipp({
    scenario: 'callee-hangs-up',
    address: address.secondProvider,
    values: { media: OUTSIDE_MEDIA, ring: 300, talk, wait: 60_000 },
    ...changes,
  });

describe('a call over two trunks', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('that no member of a group takes, or that finds a handset busy, unanswered or off, goes on outside, recorded, and says why', async () => {
    const halina = await Halina.start(
      officeConfig({
        notice: { folder: await shortNotice() },
        trunks: [FIRST, SECOND],
        handsets: [
          { extension: '201', password: 'secret-201' },
          {
            extension: '202',
            password: 'secret-202',
            forward: { busy: '0601234568', noAnswer: '0601234569' },
            forwardAfter: '2s',
          },
          { extension: '203', password: 'secret-203', forward: { notRegistered: '0601234570' } },
        ],
        groups: [{ name: 'desk', members: ['201'], ring: '3s', onNoAnswer: { number: '0601234567' } }],
        routes: [
          { name: 'desk', numbers: ['+48227836000'], to: { group: 'desk' } },
          { name: 'second', numbers: ['+48227836002'], handsets: ['202'] },
          { name: 'third', numbers: ['+48227836003'], handsets: ['203'] },
        ],
        outbound: { routes: [{ prefix: '0', strip: 1, trunk: 'second' }] },
      }),
    );
    const [member, busy] = [await handset(0, { answer: 'manual' }), await handset(1, { answer: 'manual' })];
    const capture = await Capture.start();
    await outsideSound();
    const audio = (await voice('employee')).alaw;
    await rtpPeer({ address: address.secondProvider, base: OUTSIDE_MEDIA, audio });
    const callee = await secondCallee(7_000);
    const caller = await outsideCall('caller-waits', { wait: 60_000 });
    await member.event('CALL_INCOMING');
    await member.event('CALL_CLOSED');
    await Promise.all([callee.done(), caller.done()]);
    const { path, callId } = (await halina.logged('recording kept')) as unknown as { path: string; callId: string };
    const seen = await capture.stop();
    const toSecond = sipOf(seen).filter((one) => one.to === address.secondProvider);
    const invite = toSecond.find((one) => one.firstLine.startsWith('INVITE'));
    expect(invite?.firstLine).to.contain('sip:+48601234567@');
    expect(invite?.text).to.contain(
      `Diversion: <sip:+48227836000@${address.secondProvider}>;reason=no-answer;counter=1`,
    );
    const { entry } = await halina.record(callId);
    expect(entry.parts.map(({ kind, number }) => [kind, number])).to.deep.equal([['talk', '+48601234567']]);
    const wire = new Wire(seen);
    const from = wire.at(address.secondProvider, address.trunkFace, /^SIP\/2.0 200/);
    const employee = rtpOf(seen).filter((one) => one.from === address.secondProvider && one.fromPort === OUTSIDE_MEDIA);
    const recording = await decode(path);
    expectBothTalk(recording, { outside: wire.fromCaller, employee, from }, 1.5, recording.seconds - 1);

    let kept = 1;
    /** What the second provider is asked for a call to this number of the office. */
    const forwarded = async (number: string, handsetDoes: () => Promise<void>): Promise<string> => {
      const again = await Capture.start();
      const other = await secondCallee(1_500);
      const next = await outsideCall('caller-waits', { wait: 60_000, number });
      await handsetDoes();
      await Promise.all([other.done(), next.done()]);
      await halina.loggedTimes('recording kept', ++kept);
      const asked = (one: SipSeen): boolean => one.to === address.secondProvider && one.firstLine.startsWith('INVITE');
      return sipOf(await again.stop()).find(asked)?.text ?? '';
    };
    const diversion = (number: string, reason: string): string =>
      `Diversion: <sip:+${number}@${address.secondProvider}>;reason=${reason};counter=1`;

    const whenBusy = await forwarded('48227836002', async () => {
      await busy.event('CALL_INCOMING');
      await busy.command('hangup');
      await busy.event('CALL_CLOSED');
    });
    expect(whenBusy).to.contain('INVITE sip:+48601234568@').and.contain(diversion('48227836002', 'user-busy'));
    const unanswered = await forwarded('48227836002', async () => {
      await busy.event('CALL_INCOMING');
      await busy.event('CALL_CLOSED');
    });
    expect(unanswered).to.contain('INVITE sip:+48601234569@').and.contain(diversion('48227836002', 'no-answer'));
    const off = await forwarded('48227836003', () => Promise.resolve());
    expect(off).to.contain('INVITE sip:+48601234570@').and.contain(diversion('48227836003', 'unavailable'));
    expect(await halina.stop()).to.equal(0);
  });

  it('goes by the second where the first provider (Kamailio) has stopped; an emergency call takes a line that is taken', async () => {
    const halina = await Halina.start(
      officeConfig({
        sip: {
          faces: [
            { name: 'trunk', address: address.trunkFace },
            { name: 'office', address: address.officeFace },
          ],
          failover: '2s',
        },
        trunks: [FIRST, { ...SECOND, maxCalls: 1 }],
        outbound: { routes: [{ prefix: '0', strip: 1, trunks: ['first', 'second'] }] },
        emergency: { trunks: ['second'] },
      }),
    );
    const [one, two] = [await handset(0), await handset(1)];
    const provider = await kamailio({ address: address.provider, callee: `${address.provider}:5070` });
    const behind = await secondCallee(1_500, { address: address.provider, port: 5070 });
    await one.command('dial', `sip:0601234567@${address.officeFace}`);
    await one.event('CALL_ESTABLISHED');
    await behind.done();
    await halina.loggedTimes('call ended', 1);
    await provider.stop();

    const capture = await Capture.start();
    const callee = await secondCallee(60_000, { calls: 2 });
    await one.command('dial', `sip:0601234567@${address.officeFace}`);
    await one.event('CALL_ESTABLISHED');
    await halina.loggedTimes('call connected', 2);
    await two.command('dial', `sip:112@${address.officeFace}`);
    await two.event('CALL_ESTABLISHED');
    await one.event('CALL_CLOSED');
    await halina.loggedTimes('call connected', 3);
    await two.command('hangup');
    await halina.loggedTimes('call ended', 3);
    await callee.stop();
    const seen = sipOf(await capture.stop());
    const calls = (await halina.calls()).toReversed();
    expect(calls.map(({ number, trunk, end }) => [number, trunk, end])).to.deep.equal([
      ['+48601234567', 'first', 'completed'],
      ['+48601234567', 'second', 'limit'],
      ['112', 'second', 'completed'],
    ]);
    const urgent = await halina.record(calls[2]?.id ?? '');
    expect(urgent.entry.emergency).to.equal(true);
    const toSecond = seen.filter(({ to }) => to === address.secondProvider);
    const invite = toSecond.find(({ firstLine }) => firstLine.startsWith('INVITE sip:112@'));
    expect(invite?.text).to.match(/^From: .*\+48227836001@/m);
    expect(await halina.stop()).to.equal(0);
  });
});
