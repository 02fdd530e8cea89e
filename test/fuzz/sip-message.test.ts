/** Mutated SIP messages, a bounded number of them from a seed that is printed when one fails; a million: `test/long`. */
import { expect } from 'chai';
import { fuzzSeed } from '../support/chance.js';
import { fuzzParser } from '../support/sip/parser-fuzz.js';

const MESSAGES = 10_000;
/** Milliseconds that the worst message may take. */
const SLOWEST = 50;

describe('mutated SIP messages', () => {
  for (const manner of ['byte-wise', 'along the grammar'] as const)
    it(`${manner} never throw, hang or grow slow, and what is taken is taken again`, function () {
      this.timeout(120_000);
      const seed = fuzzSeed();
      expect(fuzzParser(MESSAGES, manner, seed), `ms of the slowest, FUZZ_SEED=${seed}`).to.be.lessThan(SLOWEST);
    });
});
