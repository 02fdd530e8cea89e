import { expect } from 'chai';
import { HalinaError } from '../../../src/base/errors.js';
import { resample } from '../../../src/codecs/resample.js';
import { readWav } from '../../../src/codecs/wav.js';
import { sine, wavOf } from '../../support/media/wav.js';

const samples = Int16Array.from([0, 1000, -1000, 32_767, -32_768]);
const invalid = (bytes: Uint8Array): HalinaError => {
  try {
    readWav(bytes, 'prompt.wav');
  } catch (error) {
    if (error instanceof HalinaError) return error;
    throw error;
  }
  throw new Error('it was read');
};
const patched = (at: number, value: number): Buffer => {
  const wav = wavOf(samples);
  wav.writeUInt16LE(value, at);
  return wav;
};

describe('a WAV file', () => {
  it('is read', () => {
    expect(readWav(wavOf(samples, 16_000), 'x')).to.deep.equal({ rate: 16_000, samples });
  });

  it('is mixed to one channel', () => {
    const stereo = Int16Array.from([100, 300, -100, -301]);
    expect([...readWav(wavOf(stereo, 8000, 2), 'x').samples]).to.deep.equal([200, -200]);
  });

  it('may have chunks of other kinds, of odd length too', () => {
    const wav = wavOf(samples);
    const other = Buffer.from('LIST\x03\0\0\0abc\0', 'latin1');
    expect(readWav(Buffer.concat([wav.subarray(0, 36), other, wav.subarray(36)]), 'x').samples).to.deep.equal(samples);
  });

  it('may have come through a pipe, its length unknown', () => {
    const wav = wavOf(samples);
    wav.writeUInt32LE(0xffffffff, 40);
    expect(readWav(wav, 'x').samples).to.deep.equal(samples);
  });

  it('may say its format at length', () => {
    const wav = wavOf(samples);
    const format = Buffer.alloc(48);
    wav.copy(format, 0, 12, 36);
    format.writeUInt32LE(40, 4);
    format.writeUInt16LE(0xfffe, 8);
    format.writeUInt16LE(1, 32);
    expect(readWav(Buffer.concat([wav.subarray(0, 12), format, wav.subarray(36)]), 'x').samples).to.deep.equal(samples);
  });

  const cases: Record<string, Uint8Array> = {
    'is something else': Buffer.from('ID3 not a wav file at all, really not'),
    'is empty': new Uint8Array(0),
    'is cut before its sound': wavOf(samples).subarray(0, 36),
    'has its sound before its format': Buffer.concat([wavOf(samples).subarray(0, 12), wavOf(samples).subarray(36)]),
    'is not PCM': patched(20, 6),
    'has 8 bits': patched(34, 8),
    'has no channel': patched(22, 0),
  };
  for (const [what, bytes] of Object.entries(cases))
    it(`is refused, by name, where it ${what}`, () => {
      const error = invalid(bytes);
      expect(error.code).to.equal('WAV_INVALID');
      expect(error.message).to.contain('prompt.wav');
    });
});

describe('resampling', () => {
  const level = (sound: Int16Array): number =>
    Math.sqrt(sound.slice(200, -200).reduce((sum, s) => sum + s * s, 0) / (sound.length - 400));

  it('keeps a tone: frequency, level and length', () => {
    for (const rate of [11_025, 16_000, 22_050, 44_100, 48_000]) {
      const result = resample(sine(1000, 500, 10_000, rate), rate, 8000);
      const expected = sine(1000, 500, 10_000);
      expect(result.length).to.equal(expected.length);
      const difference = result.map((s, i) => s - (expected[i] ?? 0));
      expect(level(difference), `${rate} Hz`).to.be.below(10_000 * 0.01);
    }
  });

  it('lets nothing through above half the rate', () => {
    const result = resample(sine(5_500, 500, 10_000, 48_000), 48_000, 8000);
    expect(level(result)).to.be.below(10_000 * 0.003);
  });

  it('goes up as well', () => {
    const result = resample(sine(1000, 500, 10_000), 8000, 16_000);
    const expected = sine(1000, 500, 10_000, 16_000);
    expect(level(result.map((s, i) => s - (expected[i] ?? 0)))).to.be.below(100);
  });
});
