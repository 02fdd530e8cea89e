import { killAgainAndAgain } from '../support/archive-kill.js';

describe('twenty calls at a time, killed by kill -9 again and again, while spooling, encoding and evicting', () => {
  it('have all their recordings; journal, index and disk agree, inside the quota', async function () {
    this.timeout(180_000);
    await killAgainAndAgain({ rounds: 8, lines: 20 });
  });
});
