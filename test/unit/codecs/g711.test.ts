import { expect } from 'chai';
import {
  A_LAW_SILENCE,
  aLawToLinear,
  aLawToMuLaw,
  MU_LAW_SILENCE,
  muLawToALaw,
  muLawToLinear,
  recode,
  toALaw,
  toMuLaw,
} from '../../../src/codecs/g711.js';

const at = (table: ArrayLike<number>, index: number): number => table[index] ?? Number.NaN;
const codes = Array.from({ length: 256 }, (_, code) => code);

describe('A-law (G.711 tables 1)', () => {
  it('has the decoder values of the ends of each segment', () => {
    // Character signals before inversion of even bits, and the decoder's value in 13-bit units (y1, y16, y17…).
    const positive = [1, 31, 33, 63, 66, 126, 132, 252, 264, 504, 528, 1008, 1056, 2016, 2112, 4032];
    positive.forEach((value, i) => {
      const bits = ((i >> 1) << 4) | (i % 2 ? 15 : 0);
      expect(at(aLawToLinear, (bits | 0x80) ^ 0x55)).to.equal(value * 8);
      expect(at(aLawToLinear, bits ^ 0x55)).to.equal(-value * 8);
    });
  });

  it('encodes to the interval between its decision values', () => {
    // Decision values x_n of table 1a in 12-bit units of magnitude, at the segment ends.
    for (const [decision, above] of [
      [0, 0],
      [32, 16],
      [64, 32],
      [128, 48],
      [256, 64],
      [512, 80],
      [1024, 96],
      [2048, 112],
    ] as const) {
      expect(toALaw(decision * 8) ^ 0x55, `at ${decision}`).to.equal(0x80 | above);
      if (decision > 0) expect(toALaw(decision * 8 - 1) ^ 0x55, `below ${decision}`).to.equal(0x80 | (above - 1));
      expect(toALaw(-decision * 8 - 1) ^ 0x55, `at −${decision}`).to.equal(above);
    }
    expect(toALaw(32_767)).to.equal(0xaa);
    expect(toALaw(-32_768)).to.equal(0x2a);
  });

  it('gives back every byte that was decoded', () => {
    expect(codes.map((code) => toALaw(at(aLawToLinear, code)))).to.deep.equal(codes);
  });
});

describe('µ-law (G.711 tables 2)', () => {
  it('has the decoder values of the ends of each segment', () => {
    const positive = [0, 30, 33, 93, 99, 219, 231, 471, 495, 975, 1023, 1983, 2079, 3999, 4191, 8031];
    positive.forEach((value, i) => {
      const bits = ((i >> 1) << 4) | (i % 2 ? 15 : 0);
      expect(at(muLawToLinear, 0xff - bits)).to.equal(value * 4);
      expect(at(muLawToLinear, 0x7f - bits) + 0).to.equal(-value * 4 + 0);
    });
  });

  it('encodes to the interval between its decision values', () => {
    for (const [decision, above] of [
      [31, 16],
      [95, 32],
      [223, 48],
      [479, 64],
      [991, 80],
      [2015, 96],
      [4063, 112],
    ] as const) {
      expect(toMuLaw(decision * 4), `at ${decision}`).to.equal(0xff - above);
      expect(toMuLaw(decision * 4 - 1), `below ${decision}`).to.equal(0xff - above + 1);
    }
    expect(toMuLaw(0)).to.equal(0xff);
    expect(toMuLaw(32_767)).to.equal(0x80);
    expect(toMuLaw(-32_768)).to.equal(0x00);
  });

  it('gives back every byte that was decoded, but for the negative zero', () => {
    const back = codes.map((code) => toMuLaw(at(muLawToLinear, code)));
    expect(back).to.deep.equal(codes.map((code) => (code === 0x7f ? 0xff : code)));
  });
});

describe('one law to the other (G.711 tables 3 and 4)', () => {
  const silence = { aLaw: A_LAW_SILENCE, muLaw: MU_LAW_SILENCE };

  it('turns silence into silence and keeps signs', () => {
    expect(at(muLawToALaw, silence.muLaw)).to.equal(silence.aLaw);
    expect(at(aLawToLinear, silence.aLaw)).to.equal(8);
    for (const code of codes) {
      expect(at(muLawToALaw, code) & 0x80).to.equal(code & 0x80);
      expect(at(aLawToMuLaw, code) & 0x80).to.equal(code & 0x80);
    }
  });

  it('has the entries of the tables at their corners', () => {
    const muToA = (value: number): number => (at(muLawToALaw, 0xff - value) ^ 0x55 ^ 0x80) + 1;
    expect([0, 1, 2, 15, 16, 32, 33, 36, 37, 47, 48, 49, 63, 64, 79, 80, 81, 127].map(muToA)).to.deep.equal([
      1, 1, 2, 8, 9, 25, 27, 33, 34, 44, 46, 48, 62, 64, 79, 80, 82, 128,
    ]);
    const aToMu = (value: number): number => 0xff - at(aLawToMuLaw, ((value - 1) | 0x80) ^ 0x55);
    expect([1, 2, 8, 9, 24, 25, 26, 32, 33, 44, 45, 46, 48, 49, 62, 63, 64, 65, 80, 81, 128].map(aToMu)).to.deep.equal([
      1, 3, 15, 16, 31, 32, 32, 35, 36, 47, 48, 48, 49, 50, 63, 64, 64, 65, 80, 80, 127,
    ]);
  });

  it('never goes further from the value than a step of the coarser law', () => {
    for (const code of codes) {
      const linear = at(muLawToLinear, code);
      const step = Math.max(16, Math.abs(linear) / 16);
      expect(Math.abs(at(aLawToLinear, at(muLawToALaw, code)) - linear), `µ ${code}`).to.be.at.most(step);
      const other = at(aLawToLinear, code);
      expect(Math.abs(at(muLawToLinear, at(aLawToMuLaw, code)) - other), `A ${code}`).to.be.at.most(
        Math.max(16, Math.abs(other) / 16),
      );
    }
  });

  it('loses nothing more when it is done again', () => {
    for (const code of codes) {
      const once = at(aLawToMuLaw, code);
      expect(at(aLawToMuLaw, at(muLawToALaw, once)), `A ${code}`).to.equal(once);
    }
  });

  it('recodes a stretch of a packet in place', () => {
    const bytes = Uint8Array.from([0xff, 0xff, 0xff, 0xff]);
    recode(muLawToALaw, bytes, 1, 3);
    expect([...bytes]).to.deep.equal([0xff, 0xd5, 0xd5, 0xff]);
  });
});
