/** Calls of five minutes between real telephones, one in and one out at the same time, held to every bound of the recordings. */
import { expect } from 'chai';
import { crosstalkDb } from '../support/audio.js';
import { Capture, rtpOf, sipOf, type RtpSeen } from '../support/e2e/capture.js';
import { decode, type Decoded } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { expectBothTalk } from '../support/e2e/likeness.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideCallee, outsideSound, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { Scenario } from '../support/e2e/scenario.js';
import { correlate, find, slice } from '../support/e2e/sound.js';
import { soundOf } from '../support/e2e/truth.js';
import { voice } from '../support/e2e/voices.js';

const MINUTES = 5;
/** Longer than the calls, so that nobody falls silent before their end. */
const SECONDS = 60 * MINUTES + 60;

interface Measured {
  readonly durationMs: number;
  readonly left: number;
  readonly right: number;
  readonly leftFromRightDb: number;
  readonly rightFromLeftDb: number;
}

/** The whole call at once: the delay that fits its beginning holds for all of it. */
function measure(recording: Decoded, outside: Float32Array, employee: Float32Array, seconds: number): Measured {
  const whole = (truth: Float32Array, channel: Float32Array): number => {
    const { lag } = find(slice(truth, 2, 12), channel, 16_000, 800);
    return correlate(truth, channel, lag);
  };
  const same = (sound: Float32Array): Float32Array => sound.subarray(0, outside.length);
  return {
    durationMs: (recording.seconds - seconds) * 1000,
    left: whole(outside, recording.left),
    right: whole(employee, recording.right),
    leftFromRightDb: crosstalkDb(same(recording.left), outside, employee),
    rightFromLeftDb: crosstalkDb(same(recording.right), employee, outside),
  };
}

describe(`calls of ${MINUTES} minutes, one from outside and one to outside`, function () {
  this.timeout(15 * 60_000);
  before(needsNamespace);
  afterEach(stopAll);

  it('are recorded whole and in step from the beginning to the end, each party in its channel alone', async () => {
    const halina = await Halina.start(officeConfig({ notice: { folder: await shortNotice() } }));
    const wav = (await voice('employee', SECONDS)).wav;
    const alaw = (await voice('caller', SECONDS)).alaw;
    const [phone, dialler] = [await handset(0, { audio: wav }), await handset(1, { audio: wav })];
    const capture = await Capture.start();
    await outsideSound({ audio: alaw });
    await outsideSound({ audio: alaw, base: 9100, seed: 2 });
    const callee = await outsideCallee('callee-hangs-up', { ring: 300, talk: 60_000 * MINUTES, media: 9100 });
    await dialler.command('dial', `sip:0601234567@${address.officeFace}`);
    const caller = await outsideCall(
      Scenario.caller()
        .pause(60_000 * MINUTES + 2_000)
        .hangsUp(),
      {},
      { port: 5070 },
    );
    await phone.event('CALL_ESTABLISHED');
    await Promise.all([caller.done(), callee.done()]);
    const stored = await halina.loggedTimes('recording kept', 2, 5 * 60_000);
    const seen = await capture.stop();
    const [rtp, sip] = [rtpOf(seen), sipOf(seen)];
    for (const line of stored) {
      const { entry } = await halina.record(String(line['callId']));
      const inbound = entry.direction === 'inbound';
      const [media, n] = inbound ? [9000, 0] : [9100, 1];
      const from = sip.find(
        (one) =>
          one.from === (inbound ? address.handset(0) : address.officeFace) &&
          one.to === (inbound ? address.officeFace : address.handset(1)) &&
          /^SIP\/2.0 200/.test(one.firstLine) &&
          /CSeq: \d+ INVITE/i.test(one.text),
      )?.time;
      const bye = sip.find((one) => one.firstLine.startsWith('BYE') && one.fromPort === (inbound ? 5070 : 5060) && one.from === address.provider)?.time; // prettier-ignore
      if (from === undefined || bye === undefined) throw new Error('the call is not on the wire');
      const outside = rtp.filter((one) => one.from === address.provider && one.fromPort === media);
      const employee = employeeOf(rtp, sip, n);
      const recording = await decode(String(line['path']));
      const figures = measure(recording, soundOf(outside, from, bye), soundOf(employee, from, bye), bye - from);
      console.log(entry.direction, JSON.stringify(figures));
      expect(figures.durationMs, 'ms of duration too much').to.be.within(-40, 40);
      expect(figures.left, 'outside party').to.be.at.least(0.95);
      expect(figures.right, 'employee').to.be.at.least(0.95);
      expect(figures.leftFromRightDb, 'employee in the left channel').to.be.at.most(-40);
      expect(figures.rightFromLeftDb, 'outside party in the right channel').to.be.at.most(-40);
      const truth = { outside, employee, from };
      for (const at of [1, 60, 150, recording.seconds - 11]) expectBothTalk(recording, truth, at, at + 10);
    }
    expect(await halina.stop()).to.equal(0);
  });
});

/** The packets of handset n: from the port that its SDP named. */
function employeeOf(rtp: readonly RtpSeen[], sip: ReturnType<typeof sipOf>, n: number): RtpSeen[] {
  const own = sip.find((one) => one.from === address.handset(n) && /^m=audio \d+/m.test(one.text));
  const port = Number(/^m=audio (\d+)/m.exec(own?.text ?? '')?.[1]);
  return rtp.filter((one) => one.fromPort === port);
}
