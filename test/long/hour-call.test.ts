/**
 * A call of an hour with real telephones, the caller's clock 200 ppm fast, so that at its end it has said 0.7 s more than an
 * hour holds. The recording is held against the wire minute by minute. `HALINA_HOUR_SECONDS` makes it shorter.
 */
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { readTag } from '../../src/recording/id3.js';
import { Capture, type RtpSeen } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { expectDuration, likeness } from '../support/e2e/likeness.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideSound, OUTSIDE_MEDIA, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { Scenario } from '../support/e2e/scenario.js';
import { soundOf } from '../support/e2e/truth.js';
import { voice } from '../support/e2e/voices.js';
import { Wire } from '../support/e2e/wire.js';

const SECONDS = Number(process.env['HALINA_HOUR_SECONDS'] ?? 3600);
const PPM = 200;
/** Longer than the call, so that nobody falls silent before its end. */
const VOICE_SECONDS = SECONDS + 60;
/** SIP, and what both parties send: what they hear would double the file. */
const FILTER = `udp port 5060 or udp port 9 or udp src port ${OUTSIDE_MEDIA} or udp src portrange 30000-30999`;
/** Seconds of a part that is compared, and how often there is one. */
const [PART, EVERY] = [4, SECONDS < 600 ? 10 : 60];

/** What was said in a part, from the packets around it alone: a clock that is off moves little in so short a time. */
function said(packets: readonly RtpSeen[], from: number): Float32Array {
  const near = packets.filter(({ time }) => time > from - 3 && time < from + PART + 3);
  return soundOf(near, from, from + PART);
}

const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

describe(`a call of ${SECONDS} s whose caller's clock is ${PPM} ppm fast`, function () {
  this.timeout((SECONDS + 900) * 1000);
  before(needsNamespace);
  afterEach(stopAll);

  it('is recorded in step with the wire from the first minute to the last', async () => {
    const halina = await Halina.start(officeConfig({ notice: { folder: await shortNotice() } }));
    await handset(0, { audio: (await voice('employee', VOICE_SECONDS)).wav });
    await outsideSound({ audio: (await voice('caller', VOICE_SECONDS)).alaw, ppm: -PPM });
    const capture = await Capture.start(FILTER);
    const caller = await outsideCall(
      Scenario.caller()
        .pause(SECONDS * 1000)
        .hangsUp(),
    );
    await caller.done();
    const { path, callId } = await halina.logged('recording kept', 10 * 60_000);
    const wire = new Wire(await capture.stop());
    const from = wire.answeredBy(address.handset(0));
    const to = wire.at(address.provider, address.trunkFace, /^BYE/);
    const recording = await decode(String(path));
    expectDuration(recording.seconds, wire.sip, from, to);

    const lags: { left: number; right: number }[] = [];
    const last = Math.floor(recording.seconds) - PART - 1;
    for (let at = 2; at < last + EVERY; at += EVERY) {
      const begin = Math.min(at, last);
      const left = likeness(said(wire.fromCaller, from + begin), recording.left, begin);
      const right = likeness(said(wire.fromHandset, from + begin), recording.right, begin);
      lags.push({ left: left.lag / 8, right: right.lag / 8 });
      expect(left.correlation, `outside party from ${begin} s`).to.be.at.least(0.95);
      expect(right.correlation, `employee from ${begin} s`).to.be.at.least(0.95);
      expect(Math.abs(left.lag - right.lag) / 8, `ms between the channels from ${begin} s`).to.be.at.most(20);
    }
    const [left, right] = [lags.map((one) => one.left), lags.map((one) => one.right)];
    const apart = lags.map((one) => Math.abs(one.left - one.right));
    const { entry } = await halina.record(String(callId));
    const facts = readTag(await readFile(String(path)))?.recording;
    if (!facts) return expect.fail('the recording has no tag of ours');
    const { outside, inside } = facts;
    const figures = { durationMs: (recording.seconds - to + from) * 1000, left: range(left), right: range(right), apart: range(apart) }; // prettier-ignore
    console.log(JSON.stringify({ parts: lags.length, ...figures, outside, inside, media: entry.media }));
    expect(spread(left), 'ms that the outside party moves against the wire').to.be.at.most(20);
    expect(spread(right), 'ms that the employee moves against the wire').to.be.at.most(20);
    expect(outside.driftPpm).to.be.closeTo(-PPM, 5);
    expect(Math.abs(inside.driftPpm)).to.be.at.most(5);
    expect(outside.lost + inside.lost).to.equal(0);
    expect(await halina.stop()).to.equal(0);
  });
});

const range = (values: readonly number[]): string => `${Math.min(...values)} to ${Math.max(...values)} ms`;
