/** G.722 against ffmpeg's, to the bit; Opus against ffmpeg's libopus, by its sound. */
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { G722Decoder, G722Encoder } from '../../../src/codecs/g722.js';
import {
  createVoiceDecoder,
  createVoiceEncoder,
  opusUnits,
  VOICE_CODECS,
  voiceClock,
  voiceRate,
  voiceUnits,
} from '../../../src/codecs/voice.js';
import { align, speechLike } from '../../support/audio.js';

/** Voice, a sweep with noise, a square wave at full scale, and silence: one second each, 16 kHz. */
function difficult(): Int16Array {
  const rate = 16_000;
  const voice = speechLike(2, 7);
  let seed = 1;
  const noise = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647 - 0.5;
  return Int16Array.from({ length: 4 * rate }, (_, n) => {
    if (n < rate) return 20_000 * (voice[n] ?? 0);
    if (n < 2 * rate) return 12_000 * Math.sin((n * (n - rate)) / 40_000) + 8_000 * noise();
    if (n < 3 * rate) return n % 50 < 25 ? 32_767 : -32_768;
    return 0;
  });
}

const bytesOf = (samples: Int16Array): Buffer => Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);

describe('G.722', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'halina-g722-'))));
  after(() => rmSync(folder, { recursive: true }));
  const ffmpeg = (input: string, from: string[], output: string, to: string[]): Buffer => {
    execFileSync('ffmpeg', ['-v', 'error', '-y', ...from, '-i', join(folder, input), ...to, join(folder, output)]);
    return readFileSync(join(folder, output));
  };

  it('is encoded and decoded as another implementation does, to the bit', () => {
    const sound = difficult();
    writeFileSync(join(folder, 'sound.raw'), bytesOf(sound));
    const theirs = ffmpeg('sound.raw', ['-f', 's16le', '-ar', '16000', '-ac', '1'], 'sound.g722', ['-f', 'g722']);
    const ours = Buffer.alloc(sound.length / 2);
    const encoder = new G722Encoder();
    for (let at = 0; at < sound.length; at += 320) encoder.encode(sound.subarray(at, at + 320), ours, at / 2);
    expect(ours.equals(theirs)).to.equal(true);
    const decoded = ffmpeg('sound.g722', ['-f', 'g722'], 'decoded.raw', ['-f', 's16le']);
    const decoder = new G722Decoder();
    const parts = [];
    for (let at = 0; at < theirs.length; at += 240)
      parts.push(bytesOf(decoder.decode(theirs, at, Math.min(theirs.length, at + 240))));
    expect(Buffer.concat(parts).equals(decoded)).to.equal(true);
  });

  it('takes any bytes', () => {
    const decoder = new G722Decoder();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decoder.decode(bytes)).to.have.lengthOf(2 * bytes.length);
      }),
    );
  });
});

describe('the voice codecs', function () {
  const sound = Float32Array.from(speechLike(1, 3));

  for (const codec of VOICE_CODECS) {
    for (const frameMs of [10, 20, 40, 60]) {
      it(`carry a voice in ${codec}, ${frameMs} ms a packet`, async () => {
        const [encoder, decoder] = [await createVoiceEncoder(codec), await createVoiceDecoder(codec)];
        const perFrame = (voiceRate(codec) * frameMs) / 1000;
        const linear = Int16Array.from(sound, (x) => x * 20_000);
        const heard: number[] = [];
        for (let at = 0; at + perFrame <= linear.length; at += perFrame) {
          const payload = encoder.encode(linear.subarray(at, at + perFrame));
          expect(voiceUnits(codec, payload, 0, payload.length)).to.equal((voiceClock(codec) * frameMs) / 1000);
          heard.push(...decoder.decode(payload, 0, payload.length));
        }
        expect(heard.length).to.equal(Math.floor(linear.length / perFrame) * perFrame);
        const { correlation } = align(sound.subarray(0, heard.length), Float32Array.from(heard), { maxDelayMs: 20 });
        expect(correlation).to.be.above(codec === 'opus' ? 0.9 : 0.97);
        encoder.close();
        decoder.close();
      });
    }
  }

  it('take what is no Opus for a packet that was lost', async () => {
    const decoder = await createVoiceDecoder('opus');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const samples = decoder.decode(bytes, 0, bytes.length).length;
        expect(samples).to.be.at.most(1920);
        expect([0, opusUnits(bytes, 0, bytes.length) / 3]).to.include(samples);
      }),
      { numRuns: 500 },
    );
    expect(decoder.conceal?.(320)).to.have.lengthOf(320);
    decoder.close();
  });
});
