/** The measures themselves are measured: a bound is worth what the ruler is. */
import { expect } from 'chai';
import {
  RATE,
  align,
  alignPart,
  chance,
  correlationAt,
  crosstalkDb,
  levelDb,
  speechLike,
  tone,
  toneLevelDb,
} from '../../support/audio.js';

const shifted = (signal: Float32Array, by: number): Float32Array => signal.map((_, n) => signal[n - by] ?? 0);
const mix = (a: Float32Array, b: Float32Array, gain: number): Float32Array => a.map((x, n) => x + gain * (b[n] ?? 0));

describe('the measures of sound in tests', () => {
  const voice = speechLike(20, 1);
  const other = speechLike(20, 2);

  it('find a delay to the sample, in the whole and in a part', () => {
    for (const by of [-700, -1, 0, 37, 2500]) {
      expect(align(voice, shifted(voice, by)).delayMs).to.equal((by * 1000) / RATE);
    }
    const late = shifted(voice, 80);
    expect(alignPart(voice, late, { fromMs: 12_000, lengthMs: 4000, maxDelayMs: 50 }).delayMs).to.equal(10);
  });

  it('tell likeness from noise', () => {
    expect(align(voice, voice).correlation).to.be.closeTo(1, 1e-9);
    const random = chance(9);
    const noise = voice.map(() => random() - 0.5);
    const equal = mix(voice, noise, 10 ** ((levelDb(voice) - levelDb(noise)) / 20));
    expect(correlationAt(voice, equal, 0)).to.be.closeTo(Math.SQRT1_2, 0.02);
    expect(align(voice, other).correlation).to.be.below(0.1);
  });

  it('measure levels', () => {
    expect(levelDb(tone(1000, 1, 1))).to.be.closeTo(-3.01, 0.01);
    expect(toneLevelDb(mix(tone(1000, 1, 0.5), tone(440, 1, 1), 0.01), 440)).to.be.closeTo(-40, 0.1);
    expect(levelDb(new Float32Array(100))).to.equal(-Infinity);
    expect(levelDb(voice)).to.be.within(-30, -10);
  });

  it('hear the other party in a channel at the level at which it is there, and not where it is not', () => {
    expect(crosstalkDb(mix(voice, other, 0.1), voice, other)).to.be.closeTo(-20, 1);
    expect(crosstalkDb(shifted(mix(voice, other, 0.02), 100), voice, other)).to.be.closeTo(-34, 2);
    expect(crosstalkDb(voice, voice, other)).to.be.below(-60);
  });
});
