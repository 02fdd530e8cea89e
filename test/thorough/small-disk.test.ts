/** The budget on real file systems: what is counted is what they have allocated, and never more than was promised. */
import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BudgetModel } from '../support/budget-model.js';
import { chance } from '../support/chance.js';
import { needsNamespace } from '../support/e2e/network.js';
import { run } from '../support/e2e/process.js';
import { RealDisk } from '../support/real-disk.js';

/** What mounts a file system of 24 MB in a folder. */
const systems: Readonly<Record<string, (folder: string, image: string) => Promise<void>>> = {
  tmpfs: async (folder) => void (await run('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder])),
  'ext4 with blocks of 1 kB': async (folder, image) => {
    await run('truncate', ['-s', '24M', image]);
    await run('mkfs.ext4', ['-q', '-b', '1024', image]);
    await run('mount', ['-o', 'loop', image, folder]);
  },
};

describe('the budget on a small real file system', function () {
  this.timeout(180_000);
  before(needsNamespace);

  for (const [name, mount] of Object.entries(systems)) {
    it(`of ${name} is never exceeded, exact by the blocks, over random calls, holds, quotas and crashes`, async function () {
      const folder = mkdtempSync(join(tmpdir(), 'halina-disk-'));
      const image = `${folder}.image`;
      try {
        await mount(folder, image);
      } catch (error) {
        rmSync(image, { force: true });
        if (process.env['CI'] && name === 'tmpfs') throw error;
        return this.skip();
      }
      try {
        const evicted: number[] = [];
        for (let seed = 1; seed <= Number(process.env['SEQUENCES'] ?? 6); seed++) {
          const data = join(folder, `run-${seed}`);
          const model = await BudgetModel.start(chance(7000 + seed), new RealDisk(data, name === 'tmpfs' ? 0 : 1024));
          await model.run(60);
          evicted.push(model.counts['evicted'] ?? 0);
          rmSync(data, { recursive: true });
        }
        expect(Math.max(...evicted), 'evictions').to.be.greaterThan(0);
      } finally {
        await run('umount', ['-l', folder]);
        rmSync(image, { force: true });
      }
    });
  }
});
