/** The same as in the unit tests, ten thousand times. A part of them: `FIRST=2001 SEQUENCES=1000`. */
import { BudgetModel } from '../support/budget-model.js';
import { chance } from '../support/chance.js';

const FIRST = Number(process.env.FIRST ?? 1);
const SEQUENCES = Number(process.env.SEQUENCES ?? 10_000);

describe(`the budget, under ${SEQUENCES} random sequences from number ${FIRST} on`, () => {
  it('is never exceeded, exact to the byte, oldest first, and takes nothing that is held', async function () {
    this.timeout(0);
    for (let seed = FIRST; seed < FIRST + SEQUENCES; seed++) {
      const model = await BudgetModel.start(chance(1_000_000 + seed));
      try {
        await model.run(60);
      } catch (error) {
        throw new Error(`sequence ${seed}: ${String(error)}`, { cause: error });
      }
    }
  });
});
