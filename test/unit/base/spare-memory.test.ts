import { expect } from 'chai';
import { spareMemory } from '../../../src/base/spare-memory.js';
import { VirtualClock } from '../../support/virtual-clock.js';

describe('memory is spared', () => {
  it('while there are many calls, and no more when they are few again; each is said once', () => {
    const clock = new VirtualClock();
    const said: string[] = [];
    let calls = 0;
    const end = spareMemory(
      () => calls,
      clock,
      (flag) => said.push(flag),
    );
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
});
