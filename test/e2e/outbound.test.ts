import { expect } from 'chai';
import { Capture, sipOf } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { anchored, expectBothTalk, expectDuration } from '../support/e2e/likeness.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCallee, outsideSound } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { sipp } from '../support/e2e/sipp.js';
import { level } from '../support/e2e/sound.js';
import { soundOf } from '../support/e2e/truth.js';
import { Wire } from '../support/e2e/wire.js';

describe('a handset calls', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('outside: the trunk gets the number in E.164, both sides are recorded, outside on the left', async () => {
    const halina = await Halina.start(officeConfig());
    const phone = await handset();
    const capture = await Capture.start();
    await outsideSound();
    const callee = await outsideCallee('callee-hangs-up', { ring: 500, talk: 10_000 });
    await phone.command('dial', `sip:0601234567@${address.officeFace}`);
    await phone.event('CALL_ESTABLISHED');
    await callee.done();
    const stored = (await halina.logged('recording kept')) as unknown as { path: string };
    const seen = await capture.stop();
    const invite = sipOf(seen).find((one) => one.to === address.provider && one.firstLine.startsWith('INVITE'));
    expect(invite?.firstLine).to.contain('sip:+48601234567@');
    expect(invite?.text).to.match(/^From:.*\+48227836000@/im);
    const answer = sipOf(seen).find((one) => one.from === address.provider && one.firstLine.startsWith('SIP/2.0 200'));
    const recording = await decode(stored.path);
    const wire = new Wire(seen);
    const truth = { outside: wire.fromCaller, employee: wire.fromHandset, from: answer?.time ?? 0 };
    expectBothTalk(recording, truth, 5, 7);
    expect(await halina.stop()).to.equal(0);
  });

  it('outside, with the notice by Halina: the callee hears it whole before the two are joined', async () => {
    const notice = 'automatic' as const;
    const halina = await Halina.start(
      officeConfig({ outbound: { routes: [{ prefix: '0', strip: 1, trunk: 'provider' }], notice } }),
    );
    const phone = await handset();
    const capture = await Capture.start();
    await outsideSound();
    const callee = await outsideCallee('callee-hangs-up', { ring: 300, talk: 14_000 });
    await phone.command('dial', `sip:0601234567@${address.officeFace}`);
    await phone.event('CALL_ESTABLISHED');
    await callee.done();
    const { path, callId } = (await halina.logged('recording kept')) as unknown as { path: string; callId: string };
    const wire = new Wire(await capture.stop());
    const { entry } = await halina.record(callId);
    const evidence = entry.outboundNotice?.evidence;
    expect(entry.outboundNotice).to.include({ mode: 'automatic', confirmed: true });
    expect(evidence?.framesSent).to.equal(evidence?.framesTotal);
    const [answered, joined, ended] = [
      wire.at(address.provider, address.trunkFace, /^SIP\/2.0 200/),
      wire.at(address.officeFace, address.handset(0), /^SIP\/2.0 200/, /CSeq: \d+ INVITE/i),
      wire.at(address.provider, address.trunkFace, /^BYE/),
    ];
    const heard = wire.toCaller.filter(({ time }) => time > answered && time < joined);
    expect(heard.length, 'frames of the notice').to.be.closeTo(evidence?.framesTotal ?? 0, 5);
    expect(level(soundOf(heard, answered, joined)), 'level of the notice').to.be.within(-30, -10);
    const recording = await decode(path);
    // The recording begins when the notice is over; the answer to the handset is our own, and goes after that.
    expectDuration(recording.seconds, wire.sip, joined, ended, heard.at(-1)?.time);
    const truth = anchored(recording, { outside: wire.fromCaller, employee: wire.fromHandset, from: heard.at(-1)?.time ?? joined }); // prettier-ignore
    expectBothTalk(recording, truth, 1, recording.seconds - 0.5);
    expect(await halina.stop()).to.equal(0);
  });

  it('another handset: they talk, and nothing is recorded', async () => {
    const halina = await Halina.start(officeConfig());
    const [caller, callee] = [await handset(0), await handset(1)];
    await caller.command('dial', `sip:202@${address.officeFace}`);
    await callee.event('CALL_ESTABLISHED');
    await callee.event('CALL_RTPESTAB');
    await caller.event('CALL_RTPESTAB');
    await caller.command('hangup');
    await callee.event('CALL_CLOSED');
    const calls = await halina.cli<{ calls: unknown[] }>('calls');
    expect(calls.calls, 'entries').to.have.length(0);
    expect(await halina.stop()).to.equal(0);
  });

  it('through a trunk at which Halina registers', async () => {
    const registrar = await sipp({
      scenario: 'registrar',
      address: address.provider,
      values: { expires: 300, username: 'office' },
    });
    const config = officeConfig();
    const trunks = config.trunks?.map((trunk) => ({
      ...trunk,
      addresses: [],
      register: { username: 'office', password: 'trunk-secret' },
    }));
    const halina = await Halina.start({ ...config, trunks: trunks ?? [] });
    await registrar.done();
    await halina.logged('trunk registered');
    const phone = await handset();
    await outsideSound();
    const callee = await outsideCallee('callee-hangs-up', { ring: 500, talk: 3000 });
    await phone.command('dial', `sip:0601234567@${address.officeFace}`);
    await callee.done();
    await halina.logged('recording kept');
    expect(await halina.stop()).to.equal(0);
  });
});
