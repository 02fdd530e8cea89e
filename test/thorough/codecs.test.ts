/** Handsets that speak G.722 or Opus: with a provider that has PCMA only, and with one another. */
import { expect } from 'chai';
import { createVoiceDecoder, voiceRate, type VoiceCodec } from '../../src/codecs/voice.js';
import { Capture, rtpOf, type RtpSeen } from '../support/e2e/capture.js';
import { decode } from '../support/e2e/decoded.js';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset, outsideCall, outsideSound, shortNotice } from '../support/e2e/office.js';
import { stopAll } from '../support/e2e/process.js';
import { REACH } from '../support/e2e/likeness.js';
import { find, level, slice } from '../support/e2e/sound.js';
import { alawToLinear } from '../support/e2e/truth.js';
import { Wire } from '../support/e2e/wire.js';

/** What a stream says from a time on, at 8 kHz, packet after packet; on loopback none is lost. */
async function saidIn(packets: readonly RtpSeen[], codec: VoiceCodec, from: number): Promise<Float32Array> {
  const decoder = await createVoiceDecoder(codec);
  const every = voiceRate(codec) / 8000;
  const samples: number[] = [];
  for (const { time, media } of packets.toSorted((a, b) => a.time - b.time)) {
    const decoded = codec === 'PCMA' ? Int16Array.from(media, alawToLinear) : decoder.decode(media, 0, media.length);
    if (time >= from) samples.push(...decoded.filter((_, n) => n % every === 0));
  }
  decoder.close();
  return Float32Array.from(samples, (x) => x / 32_768);
}

/** Two seconds that are loud enough to be told apart. */
function loudPart(sound: Float32Array): { part: Float32Array; at: number } {
  const seconds = [2, 3, 4, 5, 6].filter((second) => (second + 2) * 8000 <= sound.length);
  const best = seconds.toSorted((a, b) => level(slice(sound, b, b + 2)) - level(slice(sound, a, a + 2)))[0] ?? 0;
  return { part: slice(sound, best, best + 2), at: best * 8000 };
}

const every = (sound: Float32Array, step: number): Float32Array => sound.filter((_, n) => n % step === 0);

describe('a handset that speaks another codec than the provider', function () {
  this.timeout(180_000);
  before(needsNamespace);
  afterEach(stopAll);

  for (const [name, codec, least] of [
    ['g722', 'G722', 0.9],
    ['opus', 'opus', 0.8],
  ] as const) {
    it(`${name}: hears the caller and is heard, and is recorded at 16 kHz`, async () => {
      const notice = { folder: await shortNotice() };
      const halina = await Halina.start(officeConfig({ notice }));
      const phone = await handset(0, { codec: name });
      const capture = await Capture.start();
      await outsideSound();
      const caller = await outsideCall('caller-hangs-up', { talk: 14_000 });
      await caller.done();
      await phone.event('CALL_CLOSED');
      const stored = (await halina.logged('recording kept')) as unknown as { path: string };
      const wire = new Wire(await capture.stop());
      expect(await halina.stop()).to.equal(0);

      const answered = wire.answeredBy(address.handset(0));
      const after = (packets: readonly RtpSeen[]): RtpSeen[] => packets.filter(({ time }) => time >= answered);
      expect(new Set(after(wire.toCaller).map(({ payloadType }) => payloadType))).to.deep.equal(new Set([8]));
      const [outside, employee] = [
        await saidIn(wire.fromCaller, 'PCMA', answered),
        await saidIn(wire.fromHandset, codec, answered),
      ];
      const heard = {
        byHandset: await saidIn(wire.toHandset, codec, answered),
        byCaller: await saidIn(after(wire.toCaller), 'PCMA', answered),
      };
      const recording = await decode(stored.path);
      expect(recording.rate).to.equal(16_000);
      const compare = (what: string, said: Float32Array, where: Float32Array): void => {
        const { part, at } = loudPart(said);
        expect(find(part, where, at, REACH).correlation, what).to.be.at.least(least);
      };
      compare('the caller, at the handset', outside, heard.byHandset);
      compare('the employee, at the caller', employee, heard.byCaller);
      compare('the caller, recorded', outside, every(recording.left, 2));
      compare('the employee, recorded', employee, every(recording.right, 2));
    });
  }

  it('is relayed as it is to a handset that has the same', async () => {
    const halina = await Halina.start(officeConfig());
    const one = await handset(0, { codec: 'g722' });
    const other = await handset(1, { codec: 'g722' });
    const capture = await Capture.start();
    await one.command('dial', `sip:202@${address.officeFace}`);
    await one.event('CALL_ESTABLISHED');
    await other.event('CALL_ESTABLISHED');
    await Promise.all([one.event('CALL_RTPESTAB'), other.event('CALL_RTPESTAB')]);
    await new Promise((resolve) => setTimeout(resolve, 3_000)); // they talk
    await one.command('hangup');
    await other.event('CALL_CLOSED');
    const rtp = rtpOf(await capture.stop());
    expect(await halina.stop()).to.equal(0);
    const said = rtp.filter(({ fromPort }) => fromPort >= 30_000 && fromPort < 31_000);
    const passed = rtp.filter(({ toPort }) => toPort >= 30_000 && toPort < 31_000);
    expect(new Set(passed.map(({ payloadType }) => payloadType))).to.deep.equal(new Set([9]));
    const known = new Set(said.map(({ media }) => media.toString('latin1')));
    const asSaid = passed.filter(({ media }) => known.has(media.toString('latin1')));
    expect(asSaid.length)
      .to.be.above(200)
      .and.to.be.at.least(0.9 * passed.length);
  });
});
