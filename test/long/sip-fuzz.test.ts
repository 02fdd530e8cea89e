/**
 * A million mutated SIP messages through the parser, and a hundred thousand at a live server with calls up. The million
 * can be run in pieces: FUZZ_SEED names it, FUZZ_ROUNDS (`0-2`, of 0 to 9 in either manner) which part of it.
 */
import { expect } from 'chai';
import { liveFuzz } from '../support/sip/live-fuzz.js';
import { fuzzSeed } from '../support/chance.js';
import { fuzzParser } from '../support/sip/parser-fuzz.js';

const MINUTE_MS = 60_000;
const ROUNDS = 10;
const MESSAGES = 50_000;
const SLOWEST_MS = 50;
const [first = 0, last = ROUNDS - 1] = (process.env.FUZZ_ROUNDS ?? '').split('-').filter(Boolean).map(Number);
/** Bytes by which the process may be larger after the last round than after the first two. */
const GROWTH = 64 << 20;

describe('a million mutated SIP messages', function () {
  this.timeout(20 * MINUTE_MS);

  for (const manner of ['byte-wise', 'along the grammar'] as const)
    it(`${manner}: half a million of them: none throws, none takes 50 ms, memory stays`, () => {
      const seed = fuzzSeed();
      const sizes: number[] = [];
      for (let round = first; round <= last; round++) {
        const slowest = fuzzParser(MESSAGES, manner, seed + round);
        expect(slowest, `ms of the slowest, FUZZ_SEED=${seed}, round ${round}`).to.be.lessThan(SLOWEST_MS);
        sizes.push(process.memoryUsage().rss);
        if (process.env.FUZZ_ROUNDS !== undefined)
          console.log(
            `seed ${seed}, ${manner}, round ${round}: slowest ${slowest.toFixed(1)} ms, ${sizes.at(-1)} bytes`,
          );
      }
      // Of a piece of less than three rounds that says nothing.
      const level = sizes[Math.min(1, sizes.length - 1)] ?? 0;
      expect((sizes.at(-1) ?? 0) - level, 'growth in bytes').to.be.lessThan(GROWTH);
    });
});

describe('a hundred thousand mutated messages at a live server with calls up', function () {
  this.timeout(20 * MINUTE_MS);

  for (const protocol of ['udp', 'tcp'] as const)
    it(`over ${protocol}: the calls are not disturbed, and the server answers afterwards`, async () => {
      const seed = fuzzSeed();
      const { sizes, read } = await liveFuzz(protocol, 50_000, seed);
      expect(read, 'read').to.be.greaterThan(protocol === 'udp' ? 45_000 : 15_000);
      expect((sizes.at(-1) ?? 0) - (sizes[1] ?? 0), `growth in bytes, FUZZ_SEED=${seed}`).to.be.lessThan(GROWTH);
    });
});
