import { expect } from 'chai';
import { FaxDetector } from '../../../src/codecs/fax-detector.js';
import { aLawToLinear, muLawToLinear, toALaw, toMuLaw } from '../../../src/codecs/g711.js';
import { chance, speechLike } from '../../support/audio.js';
import { ced, cng, silenceMs, tone, v21Flags } from '../../support/fax-tones.js';

/** What is found, listening in packets of 20 ms, each sign once. */
function heard(samples: readonly number[], law: 'A' | 'µ' = 'A'): string[] {
  const detector = new FaxDetector();
  const encode = law === 'A' ? toALaw : toMuLaw;
  const bytes = Uint8Array.from(samples, (sample) => encode(Math.round(sample)));
  const found = new Set<string>();
  for (let at = 0; at + 160 <= bytes.length; at += 160) {
    const sign = detector.listen(bytes, at, at + 160, law === 'A' ? aLawToLinear : muLawToLinear);
    if (sign) found.add(sign);
  }
  return [...found];
}

/** White noise at so many dB under the tone's level. */
const noisy = (samples: readonly number[], db: number): number[] => {
  const random = chance(11);
  const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.filter((x) => x !== 0).length;
  const amplitude = Math.sqrt(12 * power * 10 ** (-db / 10));
  return samples.map((x) => x + amplitude * (random() - 0.5));
};

describe('a fax machine that calls', () => {
  for (const [what, samples] of [
    ['as the standard has it', cng({ bursts: 2 })],
    ['38 Hz too high, and short', cng({ bursts: 2, hertz: 1138, onMs: 440, offMs: 2_600 })],
    ['38 Hz too low, and long', cng({ bursts: 2, hertz: 1062, onMs: 570, offMs: 3_400 })],
    ['very low (−40 dBm0)', cng({ bursts: 2, dbm0: -40 })],
    ['with noise 18 dB under it', noisy(cng({ bursts: 2 }), 18)],
  ] as const)
    it(`is known by its second tone, ${what}`, () => {
      expect(heard(samples)).to.deep.equal(['cng']);
      expect(heard(samples, 'µ')).to.deep.equal(['cng']);
    });

  it('is not known by one tone: that may be somebody who whistles', () => {
    expect(heard(cng({ bursts: 1 }))).to.deep.equal([]);
  });

  it('is not known by tones that come too often, too rarely, or go on', () => {
    expect(heard(cng({ bursts: 4, offMs: 1_000 }))).to.deep.equal([]);
    expect(heard(cng({ bursts: 3, offMs: 6_000 }))).to.deep.equal([]);
    expect(heard(tone(1100, 10_000))).to.deep.equal([]);
  });

  it('is known although a packet of the tone is lost', () => {
    const samples = cng({ bursts: 2 });
    samples.fill(0, 8 * 200, 8 * 220);
    expect(heard(samples)).to.deep.equal(['cng']);
  });
});

describe('a fax machine that is called', () => {
  it('is known by its tone, with phase reversals or without', () => {
    expect(heard(ced({}))).to.deep.equal(['ced']);
    expect(heard(ced({ reversalsMs: 450 }))).to.deep.equal(['ced']);
    expect(heard(noisy(ced({ hertz: 2110, dbm0: -38 }), 18), 'µ')).to.deep.equal(['ced']);
  });

  it('is not known by less than a second and a half of it', () => {
    expect(heard([...ced({ ms: 1_300 }), ...silenceMs(300), ...ced({ ms: 1_300 })])).to.deep.equal([]);
  });

  it('is known by the flags before its first frame', () => {
    expect(heard(v21Flags(850))).to.deep.equal(['v21']);
    expect(heard(noisy(v21Flags(1_000), 20), 'µ')).to.deep.equal(['v21']);
  });

  it('is not known by a tone between the two frequencies', () => {
    expect(heard(tone(1750, 3_000))).to.deep.equal([]);
    expect(heard(tone(1650, 3_000))).to.deep.equal([]);
  });
});

describe('what is no fax machine', () => {
  it('is not taken for one: speech, silence, noise, and the tones of the network', () => {
    const random = chance(5);
    expect(heard([...speechLike(120, 3)].map((x) => 12_000 * x))).to.deep.equal([]);
    expect(heard(silenceMs(10_000))).to.deep.equal([]);
    expect(heard(Array.from({ length: 80_000 }, () => 20_000 * (random() - 0.5)))).to.deep.equal([]);
    for (const hertz of [425, 950, 1000, 1400, 1800, 2000]) expect(heard(tone(hertz, 6_000))).to.deep.equal([]);
  });
});
