import { expect } from 'chai';
import { inOrder } from '../../../../src/sip/dns/order.js';
import { srv } from '../../../support/sip/zone.js';

describe('the order of SRV records (RFC 2782)', () => {
  it('is by priority', () => {
    const records = [srv(20, 5, 1, 'c'), srv(10, 5, 1, 'a'), srv(20, 5, 1, 'd'), srv(15, 0, 1, 'b')];
    const names = inOrder(records, () => 0).map(({ name }) => name);
    expect(names.slice(0, 2)).to.deep.equal(['a', 'b']);
    expect(names.slice(2).sort()).to.deep.equal(['c', 'd']);
  });

  it('is by weight among equals: each comes first as often as it should', () => {
    const records = [srv(1, 60, 1, 'a'), srv(1, 30, 1, 'b'), srv(1, 10, 1, 'c'), srv(1, 0, 1, 'z')];
    const first = new Map<string, number>();
    const draws = 10_000;
    for (let n = 0; n < draws; n++) {
      const [{ name } = { name: '' }] = inOrder(records, () => (n + 0.5) / draws);
      first.set(name, (first.get(name) ?? 0) + 1);
    }
    for (const [name, weight] of [
      ['a', 60],
      ['b', 30],
      ['c', 10],
    ] as const)
      expect((first.get(name) ?? 0) / draws, name).to.be.closeTo(weight / 101, 0.02);
    expect((first.get('z') ?? 0) / draws).to.be.within(0.005, 0.02);
  });

  it('holds everyone once, whatever is drawn', () => {
    const records = [srv(1, 0, 1, 'a'), srv(1, 0, 1, 'b'), srv(1, 65_535, 1, 'c')];
    for (const drawn of [0, 0.5, 0.999999])
      expect(
        inOrder(records, () => drawn)
          .map(({ name }) => name)
          .sort(),
      ).to.deep.equal(['a', 'b', 'c']);
  });
});
