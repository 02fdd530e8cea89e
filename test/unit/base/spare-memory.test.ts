import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { spareMemory } from '../../../src/base/spare-memory.js';
import { mallocTrim } from '../../../src/base/malloc-trim.js';
import { until } from '../../support/until.js';
import { VirtualClock } from '../../support/virtual-clock.js';

/** A hundred blocks of 6 KB, far from one another: between them stood 120 MB. */
const fewOfMany = (): Uint8Array[] =>
  Array.from({ length: 20_000 }, () => new Uint8Array(new SharedArrayBuffer(6_144)).fill(1)).filter(
    (_, n) => n % 200 === 0,
  );

describe('memory is spared', () => {
  it('while there are many calls, and no more when they are few again; each is said once', () => {
    const clock = new VirtualClock();
    const said: string[] = [];
    let calls = 0;
    const end = spareMemory(() => calls, clock, { set: (flag) => said.push(flag), trim: () => {} });
    const saidWith = (now: number): string[] => {
      calls = now;
      clock.advance(10_000);
      return said.splice(0);
    };
    expect(saidWith(499)).to.deep.equal([]);
    expect(saidWith(500)).to.deep.equal(['--optimize-for-size', '--heap-growing-percent=30']);
    expect(saidWith(401)).to.deep.equal([]);
    expect(saidWith(399)).to.deep.equal(['--no-optimize-for-size', '--heap-growing-percent=0']);
    expect(saidWith(499)).to.deep.equal([]);
    end();
    expect(saidWith(5_000)).to.deep.equal([]);
  });

  it('by malloc too, every ten seconds', () => {
    const clock = new VirtualClock();
    let calls = 499;
    let trims = 0;
    const end = spareMemory(() => calls, clock, { set: () => {}, trim: () => trims++ });
    clock.advance(60_000);
    expect(trims).to.equal(0);
    calls = 500;
    clock.advance(60_000);
    expect(trims).to.equal(6);
    calls = 399;
    clock.advance(60_000);
    expect(trims).to.equal(6);
    end();
  });

  it('which gives back what was freed between what is in use', async function () {
    const { report } = process as { readonly report: { getReport(): { header: { glibcVersionRuntime?: string } } } };
    if (report.getReport().header.glibcVersionRuntime === undefined) this.skip(); // another libc has no such function
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const blocks = fewOfMany();
    await until('what is not in use was collected', () => {
      collect();
      return process.memoryUsage().arrayBuffers < 60_000_000;
    });
    const before = process.memoryUsage.rss();
    await mallocTrim()();
    expect(before - process.memoryUsage.rss()).to.be.greaterThan(20_000_000);
    expect(blocks.every((block) => block[0] === 1)).to.equal(true);
  });
});
