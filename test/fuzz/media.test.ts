/** Whatever may reach a media port, a bounded number of inputs from a seed that is printed when one fails; a million: `test/long`. */
import { fuzzCall, fuzzDescriptions, fuzzDtlsCall } from '../support/media/media-fuzz.js';
import { fuzzSeed } from '../support/chance.js';

describe('strange packets and descriptions', function () {
  this.timeout(120_000);

  it('RTP, RTCP, SRTP, STUN and DTLS records: a call goes on, and no byte of a stranger is relayed or kept', async () => {
    const seed = fuzzSeed();
    await fuzzCall(20_000, seed).catch((error: unknown) => {
      throw new Error(`FUZZ_SEED=${seed}`, { cause: error });
    });
  });

  it('at a leg with DTLS-SRTP: checks and records, the peer’s own ones among them', async () => {
    const seed = fuzzSeed();
    await fuzzDtlsCall(4_000, seed).catch((error: unknown) => {
      throw new Error(`FUZZ_SEED=${seed}`, { cause: error });
    });
  });

  it('descriptions: nothing but a refusal comes of them', () => fuzzDescriptions(5_000, fuzzSeed()));
});
