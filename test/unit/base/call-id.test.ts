import { expect } from 'chai';
import fc from 'fast-check';
import { isCallId, newCallId } from '../../../src/base/call-id.js';

describe('call ids', () => {
  it('sort by time and are safe as file names', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40), fc.integer({ min: 1, max: 1e9 }), (time, later) => {
        const [a, b] = [newCallId(time), newCallId(time + later)];
        expect(a < b).to.equal(true);
        expect(isCallId(a)).to.equal(true);
      }),
    );
  });

  it('refuses what is none', () => {
    for (const text of ['', '../../etc/passwd', '01ARZ3NDEKTSV4RRFFQ69G5FA', '01ARZ3NDEKTSV4RRFFQ69G5FAU'])
      expect(isCallId(text), text).to.equal(false);
  });
});
