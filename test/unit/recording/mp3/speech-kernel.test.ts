import { expect } from 'chai';
import fc from 'fast-check';
import { PAIR_CODES } from '../../../../src/recording/mp3/speech/pair-codes.js';
import { PROTOTYPE } from '../../../../src/recording/mp3/speech/prototype.js';
import { SIDES, SpeechKernel } from '../../../../src/recording/mp3/speech/speech-kernel.js';
import type { Three } from '../../../../src/recording/mp3/speech/speech-kernel.js';

describe('the tables of layer III', () => {
  for (const [select, text] of Object.entries(PAIR_CODES))
    it(`${select}: its codes tell all pairs apart and leave nothing over`, () => {
      const entries = text.match(/.{3}/g) ?? [];
      const pairs = new Set(entries.map((entry) => entry.slice(0, 2)));
      const side = Math.sqrt(entries.length);
      expect([pairs.size, Number.isInteger(side)]).to.deep.equal([entries.length, true]);
      const share = entries.reduce((sum, entry) => sum + 2 ** -(entry.charCodeAt(2) - 96), 0);
      expect(share).to.equal(1);
    });

  it('have a low pass that lets through half of a band at its edge, and passes all bands alike', () => {
    const h = Array.from({ length: 512 }, (_, n) => (PROTOTYPE[n <= 256 ? n : 512 - n] as number) / 2 ** 21);
    const at = (turns: number): number =>
      h.reduce((sum, tap, n) => sum + tap * Math.cos((turns * Math.PI * (n - 256)) / 64), 0);
    // Power of a band and of its neighbour add up to the same everywhere.
    const whole = at(0) ** 2;
    for (const turns of [0.2, 0.5, 0.8]) expect((at(turns) ** 2 + at(2 - turns) ** 2) / whole).to.be.closeTo(1, 0.001);
    expect(Math.abs(at(3)) / at(0)).to.be.below(1e-4);
  });
});

describe("the speech encoder's kernel", () => {
  const sound = fc
    .record({ seed: fc.integer({ min: 1, max: 1e6 }), size: fc.double({ min: 1e-6, max: 1, noNaN: true }) })
    .map(({ seed, size }) => {
      let state = seed;
      return Float32Array.from({ length: 576 }, () => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        return size * (state / 2 ** 31 - 1);
      });
    });
  const lift = fc.integer({ min: 0, max: 7 }).map((lifts) => 4 ** lifts);

  it('writes as many bits as it planned, whatever is said and however finely', () => {
    for (const rate of [8000, 16_000] as const) {
      const kernel = new SpeechKernel(rate);
      fc.assert(
        fc.property(
          sound,
          sound,
          fc.tuple(lift, lift, lift),
          fc.double({ min: 0, max: 1, noNaN: true }),
          (...given) => {
            const [left, right, factors, fineness] = given;
            const largest = SIDES.map((side) => {
              kernel.toLines(side, side === 0 ? left : right, 0);
              return kernel.shape(side, factors);
            });
            // From steps in which all is zero to the finest that codes have.
            const bits = SIDES.map((side) =>
              kernel.toLevels(side, (8205 ** fineness * 0.8) / (largest[side] as number)),
            );
            const total = (bits[0] as number) + (bits[1] as number);
            expect(SIDES.map((side) => kernel.plan(side).bits)).to.deep.equal(bits);
            if (total <= 8192) expect(kernel.write()).to.have.lengthOf(Math.ceil(total / 8));
          },
        ),
        { numRuns: 150 },
      );
    }
  });

  it('keeps the energy of what it transforms', () => {
    const kernel = new SpeechKernel(8000);
    const tone = Float32Array.from({ length: 576 * 6 }, (_, n) => Math.sin((2 * Math.PI * 1000 * n) / 8000));
    let last: Three = [0, 0, 0];
    for (let at = 0; at < tone.length; at += 576) last = kernel.toLines(0, tone, at);
    const [first, second, third] = last;
    expect(Math.max(first, second, third) / Math.min(first, second, third)).to.be.below(1.3);
  });
});
