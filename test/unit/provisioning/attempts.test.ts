import { expect } from 'chai';
import { Attempts } from '../../../src/provisioning/attempts.js';
import { VirtualClock } from '../../support/virtual-clock.js';

/** How many of ten tries, each from another address, leave those addresses free. */
const freeAfter = (addresses: readonly string[]): number => {
  const attempts = new Attempts(new VirtualClock());
  for (const address of addresses) attempts.failed(address);
  return addresses.filter((address) => !attempts.isOver(address)).length;
};
const ten = (of: (n: string) => string): string[] => Array.from({ length: 10 }, (_, n) => of((n + 1).toString(16)));

describe('wrong requests for configurations', () => {
  it('from one network of IPv6 come from one source, however its addresses are written', () => {
    expect(freeAfter(ten((n) => `2001:db8:0:7:${n}::1`))).to.equal(0);
    expect(freeAfter(ten((n) => `2001:db8::${n}:1`))).to.equal(0);
    expect(freeAfter(ten((n) => `fe80::${n}`))).to.equal(0);
  });

  it('from several networks come from several sources', () => {
    expect(freeAfter(ten((n) => `2001:db8:0:${n}::1`))).to.equal(10);
    expect(freeAfter(ten((n) => `2001:db8::${n}:0:0:0:1`))).to.equal(10);
  });

  it('over IPv4 come from an address, also where the socket writes it as IPv6', () => {
    expect(freeAfter(ten((n) => `192.0.2.${parseInt(n, 16)}`))).to.equal(10);
    expect(freeAfter(ten((n) => `::ffff:192.0.2.${parseInt(n, 16)}`))).to.equal(10);
    expect(freeAfter([...Array<string>(5).fill('192.0.2.1'), ...Array<string>(5).fill('::ffff:192.0.2.1')])).to.equal(
      0,
    );
  });
});
