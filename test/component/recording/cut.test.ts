/** Stretches cut out of an MP3 without decoding it, as ffmpeg hears what is left. */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cutSound, type Stretch } from '../../../src/recording/mp3/cut.js';
import { ENCODER_NAMES, type EncoderName } from '../../../src/recording/mp3/encoder.js';
import { createEncoder } from '../../../src/recording/mp3/encoders.js';
import { framesNeeded, infoFrame } from '../../../src/recording/mp3/info-frame.js';
import { frameBytes, type SampleRate } from '../../../src/recording/mp3/frame.js';
import { decodeAudio, levelDb, speechLike, stereo } from '../../support/audio.js';

const SECONDS = 12;

async function mp3(name: EncoderName, rate: SampleRate): Promise<Buffer> {
  const kbps = rate === 8000 ? 24 : 32;
  const encoder = await createEncoder(name, kbps, rate);
  const seconds = (SECONDS * rate) / 8000;
  const [left, right] = [speechLike(seconds, 1), speechLike(seconds, 2)];
  const sound = Buffer.concat([encoder.encode(left, right), encoder.finish()]);
  const frames = framesNeeded(left.length, encoder.delaySamples);
  const { version, delaySamples } = encoder;
  const info = infoFrame({ kbps, rate, version, frames, audioCrc: 0, delaySamples, samples: left.length });
  return Buffer.concat([info, sound.subarray(0, frames * frameBytes(kbps, rate))]);
}

describe('a recording that is cut', function () {
  this.timeout(180_000);
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'halina-cut-'))));
  after(() => rmSync(folder, { recursive: true }));

  async function heard(bytes: Uint8Array, rate: SampleRate) {
    const path = join(folder, 'cut.mp3');
    writeFileSync(path, bytes);
    return stereo(await decodeAudio(path, { rate }));
  }

  const cuts: readonly Stretch[] = [
    { fromMs: 2000, toMs: 4500 },
    { fromMs: 7000, toMs: 7400 },
  ];
  async function check(whole: Buffer, tagBytes: number, rate: SampleRate): Promise<void> {
    // Without the Info frame both begin with the encoder's delay, and can be compared sample by sample.
    const before = await heard(cutSound(whole, tagBytes, []), rate);
    const after = await heard(cutSound(whole, tagBytes, cuts), rate);
    expect(after.left.length).to.equal(before.left.length);
    // How much later than its place a sound is heard by who does not know the encoder: samples.
    const [least, most] = [576 + 529, 2 * 576 + 529];
    for (const side of ['left', 'right'] as const) {
      for (const { fromMs, toMs } of cuts) {
        const [from, to] = [(fromMs * rate) / 1000 + least, (toMs * rate) / 1000 + most];
        expect(levelDb(after[side].subarray(from, to)), `${side} ${fromMs}`).to.be.lessThan(-90);
      }
      const slack = 8 * 576;
      const kept = [
        [0, (2000 * rate) / 1000 - slack],
        [(4500 * rate) / 1000 + slack, (7000 * rate) / 1000 - slack],
        [(7400 * rate) / 1000 + slack, before.left.length],
      ] as const;
      for (const [from, to] of kept) {
        const same = before[side].subarray(from, to).every((x, n) => x === after[side][from + n]);
        expect(same, `${side} from ${from}`).to.equal(true);
      }
    }
  }

  for (const name of ENCODER_NAMES)
    for (const rate of [8000, 16_000] as const)
      it(`${name}, ${rate} Hz: is silent there, and sounds as before everywhere else`, async () =>
        check(await mp3(name, rate), 0, rate));

  it('the same where frames have their sound in the frames before them (the bit reservoir)', async () => {
    const raw = join(folder, 'speech.f32');
    const [left, right] = [speechLike(SECONDS, 1), speechLike(SECONDS, 2)];
    writeFileSync(
      raw,
      Float32Array.from({ length: left.length * 2 }, (_, n) => (n % 2 === 0 ? left : right)[n >> 1] ?? 0),
    );
    const path = join(folder, 'reservoir.mp3');
    const input = ['-f', 'f32le', '-ar', '8000', '-ac', '2', '-i', raw];
    const output = ['-c:a', 'libmp3lame', '-b:a', '24k', '-id3v2_version', '0', '-write_id3v1', '0', path];
    execFileSync('ffmpeg', ['-loglevel', 'error', '-y', ...input, ...output]);
    const whole = readFileSync(path);
    const begins = Array.from({ length: 100 }, (_, n) => whole[n * frameBytes(24) + 4] ?? 0);
    expect(Math.max(...begins), 'main_data_begin').to.be.greaterThan(0);
    await check(whole, 0, 8000);
  });

  it('has none of the bytes of the sound that was cut', async () => {
    const whole = await mp3(ENCODER_NAMES[0], 8000);
    const all = cutSound(whole, 0, [{ fromMs: 0, toMs: SECONDS * 1000 + 1000 }]);
    const size = frameBytes(24);
    for (let at = 0; at < all.length; at += size)
      expect(all.subarray(at + 5, at + size).every((byte) => byte === 0)).to.equal(true);
  });

  it('is refused where there is no sound', () => {
    expect(() => cutSound(Buffer.from('RIFF....WAVE'), 0, [])).to.throw('no frame of sound');
  });
});
