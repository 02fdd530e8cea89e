/** As `faults/archive-kill.test.ts`, as often as it was promised: `ROUNDS` and `LINES` change that. */
import { killAgainAndAgain } from '../support/archive-kill.js';

const rounds = Number(process.env['ROUNDS'] ?? 100);
const lines = Number(process.env['LINES'] ?? 30);

describe(`${lines} calls at a time, killed by kill -9 ${rounds} times`, () => {
  it('have all their recordings; journal, index and disk agree, inside the quota', async function () {
    this.timeout(60_000 + 10_000 * rounds);
    await killAgainAndAgain({ rounds, lines });
  });
});
