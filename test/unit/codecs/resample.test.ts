import { expect } from 'chai';
import { resample } from '../../../src/codecs/resample.js';

const tone = (hertz: number, rate: number, seconds: number): Int16Array =>
  Int16Array.from({ length: rate * seconds }, (_, n) =>
    Math.round(10_000 * Math.sin((2 * Math.PI * hertz * n) / rate)),
  );

/** The loudest difference, apart from the ends, where the sound begins and ends at once. */
function difference(one: Int16Array, other: Int16Array): number {
  expect(one.length).to.equal(other.length);
  let worst = 0;
  for (let n = 200; n < one.length - 200; n++) worst = Math.max(worst, Math.abs((one[n] ?? 0) - (other[n] ?? 0)));
  return worst;
}

describe('resampling', () => {
  for (const rate of [11_025, 16_000, 22_050, 24_000, 44_100, 48_000])
    it(`brings ${rate} Hz to 8 kHz: a tone comes out as if it had been made there`, () => {
      for (const hertz of [300, 1_000, 3_000])
        expect(difference(resample(tone(hertz, rate, 1), rate, 8_000), tone(hertz, 8_000, 1))).to.be.below(12);
    });

  it('lets nothing through above half the lower rate', () => {
    const heard = resample(tone(5_000, 16_000, 1), 16_000, 8_000).subarray(200, -200);
    expect(Math.max(...heard.map(Math.abs))).to.be.below(12);
  });

  it('goes up too, and leaves alone what has the rate', () => {
    expect(difference(resample(tone(1_000, 8_000, 1), 8_000, 16_000), tone(1_000, 16_000, 1))).to.be.below(12);
    const same = tone(440, 8_000, 1);
    expect(resample(same, 8_000, 8_000)).to.equal(same);
  });
});
