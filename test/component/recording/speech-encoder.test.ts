import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EncoderName } from '../../../src/recording/mp3/encoder.js';
import { createEncoder } from '../../../src/recording/mp3/encoders.js';
import type { SampleRate } from '../../../src/recording/mp3/frame.js';
import { DECODER_DELAY_SAMPLES } from '../../../src/recording/mp3/info-frame.js';
import { decodeAudio, levelDb, speechLike, stereo } from '../../support/audio.js';

type Sides = readonly [Float32Array, Float32Array];

/** What is left of `said` once the part of `heard` that is like it is taken away, against it: how loud each is does not matter. */
function errorDb(said: Float32Array, heard: Float32Array): number {
  const product = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, n) => sum + x * (b[n] ?? 0), 0);
  const factor = product(said, heard) / product(heard, heard);
  return levelDb(said.map((x, n) => x - factor * (heard[n] ?? 0))) - levelDb(said);
}

describe('our own MP3 encoder', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'halina-speech-'))));
  after(() => rmSync(folder, { recursive: true }));

  /** Encoded, decoded by ffmpeg, which must not complain, and without the delay. */
  async function heard(sent: Sides, kbps: number, name: EncoderName = 'halina', rate: SampleRate = 8000) {
    const encoder = await createEncoder(name, kbps, rate);
    const path = join(folder, `${name}.mp3`);
    writeFileSync(path, Buffer.concat([encoder.encode(...sent), encoder.finish()]));
    const strict = ['-v', 'error', '-err_detect', 'explode', '-i', path, '-f', 'null', '-'];
    expect(execFileSync('ffmpeg', strict)).to.have.lengthOf(0);
    const { left, right } = stereo(await decodeAudio(path));
    const late = encoder.delaySamples + DECODER_DELAY_SAMPLES;
    const cut = (side: Float32Array): Float32Array => side.slice(late, late + sent[0].length);
    return [cut(left), cut(right)] as const;
  }

  it("is nearer to what was said than the system's LAME, on both sides, also where one is faint", async () => {
    const faint = speechLike(4, 6).map((x) => x / 20);
    for (const sent of [
      [speechLike(4, 5), speechLike(4, 6)],
      [speechLike(4, 5), faint],
    ] as const) {
      const [ours, lame] = [await heard(sent, 32), await heard(sent, 32, 'native')];
      for (const side of [0, 1] as const) {
        expect(errorDb(sent[side], ours[side])).to.be.below(errorDb(sent[side], lame[side]) + 0.5);
        expect(errorDb(sent[side], ours[side])).to.be.below(-10);
      }
    }
  });

  it('keeps what is quiet as loud as it was beside what is loud', async () => {
    // Loud for 24 ms in each 96: transforms of one frame differ by 40 dB, and are lifted by as many steps as it takes.
    const loud = (n: number): boolean => n % 768 < 192;
    const sent = Float32Array.from({ length: 3 * 8000 }, (_, n) => (loud(n) ? 0.5 : 0.005) * Math.sin(n * 0.7));
    const [left] = await heard([sent, sent], 64);
    // The middle of the quiet: neither window of the loud reaches there.
    const quiet = (sound: Float32Array): Float32Array => sound.filter((_, n) => n % 768 >= 440 && n % 768 < 520);
    expect(levelDb(quiet(left)) - levelDb(quiet(sent))).to.be.within(-1.5, 1.5);
  });

  it('lets nothing be heard before what is said', async () => {
    const voice = speechLike(1, 7);
    const sent = new Float32Array(3 * 8000);
    sent.set(voice, 8000);
    const [left, right] = await heard([sent, new Float32Array(sent.length)], 32);
    // Short transforms reach 48 ms ahead, and the last 24 ms carry what little there is.
    expect(levelDb(left.subarray(4000, 7600))).to.be.below(-80);
    expect(levelDb(left.subarray(7600, 7990))).to.be.below(-45);
    expect(levelDb(right)).to.be.below(-90);
  });

  /** What no telephone sends, and what some do. */
  const strange: Readonly<Record<string, (n: number) => number>> = {
    'full white noise': (n) => (Math.imul(n + 1, 2_654_435_761) >>> 0) / 2 ** 31 - 1,
    'a full square wave': (n) => (n % 37 < 18 ? 1 : -1),
    'the one limit all the time': () => 1,
    'far beyond the limits': (n) => 40 * Math.sin(n / 3),
    'the lowest step of A-law in turn': (n) => (n % 2 === 0 ? 1 / 4096 : -1 / 4096),
    clicks: (n) => (n % 2003 === 0 ? 1 : 0),
    'what no number is': (n) => (n % 1000 === 500 ? Number.NaN : Math.sin(n / 5) / 3),
  };
  it('makes frames of any sound that a strict decoder takes', async () => {
    const part = 4000;
    const kinds = Object.values(strange);
    const sound = Float32Array.from({ length: part * kinds.length }, (_, n) => kinds[Math.floor(n / part)]?.(n) ?? 0);
    const voice = speechLike(sound.length / 8000, 8);
    for (const [kbps, rate] of [
      [16, 8000],
      [64, 8000],
      [32, 16_000],
    ] as const) {
      const [left, right] = await heard([sound, voice], kbps, 'halina', rate);
      expect([left, right].every((side) => side.length === sound.length && side.every(Number.isFinite))).to.equal(true);
      // The square wave, and the voice beside all of them.
      const wave = [part + 1500, 2 * part] as const;
      if (kbps === 64) expect(errorDb(sound.slice(...wave), left.slice(...wave))).to.be.below(-15);
      expect(errorDb(voice, right)).to.be.below(kbps === 64 ? -15 : -3);
    }
  });
});
