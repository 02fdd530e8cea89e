import { expect } from 'chai';
import { BudgetModel } from '../../support/budget-model.js';
import { chance } from '../../support/chance.js';

describe('the budget, under random calls, quotas, holds, listeners, erasures, kills and power cuts', () => {
  it('is never exceeded, exact to the byte, oldest first, and takes nothing that is held', async function () {
    this.timeout(180_000);
    const counts: Record<string, number> = {};
    for (let seed = 1; seed <= 60; seed++) {
      const model = await BudgetModel.start(chance(seed));
      try {
        await model.run(60);
      } catch (error) {
        throw new Error(`sequence ${seed}: ${String(error)}`, { cause: error });
      }
      for (const [event, count] of Object.entries(model.counts)) counts[event] = (counts[event] ?? 0) + count;
    }
    expect(Object.values(counts).every((count) => count > 30)).to.equal(true);
  });
});
