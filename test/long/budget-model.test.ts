/** The same as in the unit tests, ten thousand times. */
import { BudgetModel } from '../support/budget-model.js';
import { chance } from '../support/chance.js';

const SEQUENCES = Number(process.env.SEQUENCES ?? 10_000);

describe(`the budget, under ${SEQUENCES} random sequences`, () => {
  it('is never exceeded, exact to the byte, oldest first, and takes nothing that is held', async function () {
    this.timeout(0);
    for (let seed = 1; seed <= SEQUENCES; seed++) {
      const model = await BudgetModel.start(chance(1_000_000 + seed));
      try {
        await model.run(60);
      } catch (error) {
        throw new Error(`sequence ${seed}: ${String(error)}`, { cause: error });
      }
    }
  });
});
