import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ENCODER_NAMES } from '../../../src/recording/mp3/encoder.js';
import type { EncoderName } from '../../../src/recording/mp3/encoder.js';
import { createEncoder } from '../../../src/recording/mp3/encoders.js';
import { Crc16 } from '../../../src/recording/mp3/crc16.js';
import type { SampleRate } from '../../../src/recording/mp3/frame.js';
import { frameBytes, legalBitrate } from '../../../src/recording/mp3/frame.js';
import { framesNeeded, infoFrame, infoFrameBytes } from '../../../src/recording/mp3/info-frame.js';
import { decodeAudio, levelDb, speechLike, stereo } from '../../support/audio.js';

/** A whole MP3 of these channels, fed in pieces of `piece` samples. */
async function mp3(
  name: EncoderName,
  kbps: number,
  channels: [Float32Array, Float32Array],
  { piece = 1000, rate = 8000 }: { piece?: number; rate?: SampleRate } = {},
) {
  const encoder = await createEncoder(name, kbps, rate);
  const samples = channels[0].length;
  const parts: Uint8Array[] = [];
  for (let at = 0; at < samples; at += piece) {
    parts.push(encoder.encode(channels[0].slice(at, at + piece), channels[1].slice(at, at + piece)));
  }
  parts.push(encoder.finish());
  const frames = framesNeeded(samples, encoder.delaySamples);
  const sound = Buffer.concat(parts).subarray(0, frames * frameBytes(kbps, rate));
  const crc = new Crc16();
  crc.update(sound);
  const { version, delaySamples } = encoder;
  const info = infoFrame({ kbps, rate, version, frames, audioCrc: crc.value, delaySamples, samples });
  return { bytes: Buffer.concat([info, sound]), info, sound, frames };
}

const click = (length: number, at: number): Float32Array =>
  Float32Array.from({ length }, (_, n) => (n === at ? 0.9 : 0));
const loudest = (signal: Float32Array): number =>
  signal.reduce((best, x, n) => (Math.abs(x) > Math.abs(signal[best] ?? 0) ? n : best), 0);

/** The level of what differs, against that of the first. */
function differenceDb(one: Float32Array, other: Float32Array): number {
  return levelDb(one.map((x, n) => x - (other[n] ?? 0))) - levelDb(one);
}

describe('an MP3', function () {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'halina-mp3-'))));
  after(() => rmSync(folder, { recursive: true }));
  const write = (bytes: Uint8Array): string => {
    const path = join(folder, 'sound.mp3');
    writeFileSync(path, bytes);
    return path;
  };

  for (const name of ENCODER_NAMES) {
    it(`of ${name} is decoded by ffmpeg to the sample: its length, and a click at either end`, async () => {
      for (const [samples, first, last] of [
        [9001, 3, 8990],
        [5759, 2000, 5700],
      ] as const) {
        const { bytes } = await mp3(name, 64, [click(samples, first), click(samples, last)]);
        const { left, right } = stereo(await decodeAudio(write(bytes)));
        expect([left.length, right.length]).to.deep.equal([samples, samples]);
        expect(loudest(left)).to.be.within(first - 1, first + 1);
        expect(loudest(right)).to.be.within(last - 1, last + 1);
      }
    });

    it(`of ${name} at 16 kHz is decoded by ffmpeg to the sample`, async () => {
      for (const kbps of [32, 64]) {
        const [samples, first, last] = [19_001, 700, 18_900];
        const { bytes } = await mp3(name, kbps, [click(samples, first), click(samples, last)], { rate: 16_000 });
        const audio = await decodeAudio(write(bytes));
        const { left, right } = stereo(audio);
        expect([audio.rate, left.length, right.length]).to.deep.equal([16_000, samples, samples]);
        expect(loudest(left)).to.be.within(first - 2, first + 2);
        expect(loudest(right)).to.be.within(last - 2, last + 2);
      }
    });

    it(`of ${name} has a place for every length, down to none`, async () => {
      for (const samples of [0, 1, 46, 47, 48, 575, 576, 577, 1151, 1152, 1153]) {
        const silence = new Float32Array(samples);
        for (const [kbps, rate] of [
          [16, 8000],
          [32, 16_000],
        ] as const) {
          const { sound, frames } = await mp3(name, kbps, [silence, silence], { rate });
          expect(sound.length, `${samples} samples`).to.equal(frames * frameBytes(kbps, rate));
        }
      }
    });

    it(`of ${name} is the same however the sound is cut into pieces`, async () => {
      const voices: [Float32Array, Float32Array] = [speechLike(0.4, 1), speechLike(0.4, 2)];
      const whole = await mp3(name, 32, voices, { piece: 8000 });
      for (const piece of [7, 577]) {
        expect((await mp3(name, 32, voices, { piece })).bytes.equals(whole.bytes)).to.equal(true);
      }
    });
  }

  for (const name of ENCODER_NAMES) {
    it(`of ${name} goes on unharmed after a silence that is repeated, not encoded`, async () => {
      const pause = 40 * 576;
      const voices = [speechLike(1, 3), speechLike(1, 4)] as const;
      const paused = (voice: Float32Array): Float32Array => {
        const sound = new Float32Array(2 * 8000 + pause);
        sound.set(voice);
        sound.set(voice, 8000 + pause);
        return sound;
      };
      const sent = [paused(voices[0]), paused(voices[1])] as const;
      const { bytes } = await mp3(name, 32, [...sent]);
      const path = write(bytes);
      const complaints = execFileSync('ffmpeg', [
        '-v',
        'warning',
        '-err_detect',
        'explode',
        '-i',
        path,
        '-f',
        'null',
        '-',
      ]);
      expect(complaints).to.have.lengthOf(0);
      const { left, right } = stereo(await decodeAudio(path));
      expect(left.length).to.equal(2 * 8000 + pause);
      for (const [heard, voice] of [
        [left, voices[0]],
        [right, voices[1]],
      ] as const) {
        expect(heard.subarray(9200, 8000 + pause - 600).every((x) => Math.abs(x) < 1e-4)).to.equal(true);
        expect(differenceDb(voice, heard.subarray(8000 + pause))).to.be.below(-7);
      }
    });
  }

  it('of the system is of the same length as that of WebAssembly and no further from what was said', async () => {
    const pause = new Float32Array(16_000);
    const voice = (seed: number): Float32Array =>
      Float32Array.from([...speechLike(2, seed), ...pause, ...speechLike(2, seed + 10)]);
    const sent: [Float32Array, Float32Array] = [voice(1), voice(2)];
    for (const kbps of [16, 32, 64]) {
      const heard = await Promise.all(
        (['wasm', 'native'] as const).map(async (name) => {
          const { bytes } = await mp3(name, kbps, sent);
          const path = join(folder, `${name}.mp3`);
          writeFileSync(path, bytes);
          return stereo(await decodeAudio(path));
        }),
      );
      const [wasm, native] = heard as [(typeof heard)[0], (typeof heard)[0]];
      expect(native.left.length).to.equal(wasm.left.length);
      for (const [n, side] of (['left', 'right'] as const).entries()) {
        const said = sent[n] as Float32Array;
        expect(differenceDb(said, native[side]), `${kbps} kbit/s, ${side}`).to.be.below(differenceDb(said, wasm[side]));
      }
    }
  });

  it('tells players frames, bytes, delay and padding in its Info frame', async () => {
    const samples = 12_345;
    const { bytes, info, frames } = await mp3('wasm', 32, [new Float32Array(samples), new Float32Array(samples)]);
    const tag = info.subarray(21);
    const view = new DataView(tag.buffer, tag.byteOffset);
    expect(Buffer.from(tag.subarray(0, 4)).toString()).to.equal('Info');
    expect([view.getUint32(8), view.getUint32(12)]).to.deep.equal([frames, bytes.length]);
    const [delay, padding] = [view.getUint32(141) >>> 20, (view.getUint32(141) >>> 8) & 0xfff];
    expect(delay + samples + padding).to.equal(frames * 576);
    expect(padding).to.be.at.least(529);
    const crc = new Crc16();
    crc.update(info.subarray(0, 21 + 154));
    expect(view.getUint16(154)).to.equal(crc.value);
  });

  it('is found to be in order by ffmpeg, without a word of complaint', async () => {
    const { bytes } = await mp3('wasm', 32, [speechLike(3, 1), speechLike(3, 2)]);
    const path = write(bytes);
    expect(
      execFileSync('ffmpeg', ['-v', 'warning', '-err_detect', 'explode', '-i', path, '-f', 'null', '-']),
    ).to.have.lengthOf(0);
    // ffprobe counts whole frames here, delay and padding included.
    const seconds = execFileSync('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      'format=duration',
      '-of',
      'csv=p=0',
      path,
    ]);
    expect(Number(seconds.toString())).to.be.closeTo(3, 0.2);
  });

  it('has a bitrate that MP3 has, at most the one asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 400 }), (kbps) => {
        expect(legalBitrate(kbps)).to.be.at.most(kbps);
        expect(infoFrameBytes(legalBitrate(kbps))).to.be.at.least(21 + 156);
      }),
    );
    expect([8, 16, 32, 33, 63, 64, 128].map(legalBitrate)).to.deep.equal([16, 16, 32, 32, 48, 64, 64]);
  });
});

describe('CRC-16', () => {
  it('gives the check value of CRC-16/ARC', () => {
    const crc = new Crc16();
    crc.update(Buffer.from('12345'));
    crc.update(Buffer.from('6789'));
    expect(crc.value).to.equal(0xbb3d);
  });
});
