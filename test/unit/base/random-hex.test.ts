import { expect } from 'chai';
import { randomHex } from '../../../src/base/random-hex.js';

describe('identifiers by chance', () => {
  it('have their length, and none comes twice, over many pages', () => {
    const made = Array.from({ length: 5_000 }, () => randomHex(12));
    expect(new Set(made).size).to.equal(5_000);
    expect(made.every((one) => /^[0-9a-f]{24}$/.test(one))).to.equal(true);
  });

  it('are no longer than an identifier', () => {
    expect(randomHex(64)).to.have.lengthOf(128);
    expect(() => randomHex(65)).to.throw(RangeError);
  });
});
