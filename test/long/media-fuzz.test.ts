/** A million strange packets at calls, and a hundred thousand descriptions. */
import { fuzzCall, fuzzDescriptions, fuzzDtlsCall } from '../support/media/media-fuzz.js';
import { fuzzSeed } from '../support/chance.js';

const ROUNDS = 20;
const INPUTS = 50_000;

describe('a million strange packets', function () {
  this.timeout(20 * 60_000);

  it('at calls that go on: nothing crashes, no byte of a stranger is relayed or kept', async () => {
    const seed = fuzzSeed();
    for (let round = 0; round < ROUNDS; round++)
      await fuzzCall(INPUTS, seed + round).catch((error: unknown) => {
        throw new Error(`FUZZ_SEED=${seed + round}`, { cause: error });
      });
  });

  it('a hundred thousand of them at a leg with DTLS-SRTP', async () => {
    const seed = fuzzSeed();
    for (let round = 0; round < 10; round++)
      await fuzzDtlsCall(10_000, seed + round).catch((error: unknown) => {
        throw new Error(`FUZZ_SEED=${seed + round}`, { cause: error });
      });
  });

  it('and a hundred thousand descriptions', () => fuzzDescriptions(100_000, fuzzSeed()));
});
