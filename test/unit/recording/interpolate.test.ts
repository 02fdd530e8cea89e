/** Sound between samples, where clocks differ: against the tone that it should be, and every way to it against the plainest. */
import { expect } from 'chai';
import fc from 'fast-check';
import { LEAD, TAPS, interpolate, sampleAt } from '../../../src/recording/timeline/interpolate.js';
import { speechLike } from '../../support/audio.js';

const decibels = (part: number, whole: number): number => 10 * Math.log10(part / whole);

/** How far `sound` is from what it should be at each place, in all, against its loudness; and at the most. */
function errorOf(sound: Float32Array, truth: (n: number) => number): { dB: number; most: number } {
  let [error, power, most] = [0, 0, 0];
  sound.forEach((x, n) => {
    const off = x - truth(n);
    error += off * off;
    power += truth(n) ** 2;
    most = Math.max(most, Math.abs(off));
  });
  return { dB: decibels(error, power), most };
}

const voice = speechLike(2, 5);
const longest = voice.length / 1.01 - 2 * TAPS;

describe('sound between samples', () => {
  it('is that of each place by itself, wherever it begins and however the clock goes', () => {
    const slopes = fc.double({ min: -0.011, max: 0.011, noNaN: true }).map((drift) => 1 + drift);
    const crystals = fc.double({ min: -200e-6, max: 200e-6, noNaN: true }).map((drift) => 1 + drift);
    const begins = fc.double({ min: LEAD, max: LEAD + 3, noNaN: true });
    const lengths = fc.integer({ min: 1, max: Math.floor(longest) - 3 });
    fc.assert(
      fc.property(begins, fc.oneof(slopes, crystals), lengths, (begin, slope, length) => {
        const out = new Float32Array(length);
        interpolate(voice, begin, slope, out);
        // A place just between two phases may go to either: that is seldom.
        const off = out.map((x, n) => Math.abs(x - sampleAt(voice, begin + n * slope)));
        return off.filter((by) => by > 1e-5).length <= 2 + length / 500 && off.every((by) => by < 0.02);
      }),
      {
        numRuns: 20,
        examples: [
          [LEAD + 0.5, 1.00005, 2049],
          [LEAD, 1, 4],
          [LEAD, 1 - 50e-6, 5 * 1024],
        ],
      },
    );
  });

  for (const hz of [300, 1000, 3000]) {
    it(`keeps a tone of ${hz} Hz within -48 dB, and no step of the phase clicks`, () => {
      const tone = (place: number): number => 0.5 * Math.sin((2 * Math.PI * hz * place) / 8000);
      const sound = Float32Array.from({ length: 16_000 }, (_, n) => tone(n));
      for (const slope of [1 + 50e-6, 1 - 120e-6, 1 + 900e-6]) {
        const place = (n: number): number => LEAD + 0.25 + n * slope;
        const truth = (n: number): number => tone(place(n));
        const out = new Float32Array(15_000);
        interpolate(sound, place(0), slope, out);
        const { dB, most } = errorOf(out, truth);
        expect(dB).to.be.below(-48);
        const plain = errorOf(
          out.map((_, n) => sampleAt(sound, place(n))),
          truth,
        );
        expect(most).to.be.below(1.02 * plain.most + 1e-6);
      }
    });
  }
});
