/** Who keeps the clock. */
import { expect } from 'chai';
import { clockSync, judgeClock, type ClockSync } from '../../../src/base/clock-sync.js';

describe('whether the clock is kept', () => {
  const cases: readonly [kernel: boolean | undefined, timesyncd: boolean, container: boolean, ClockSync][] = [
    [false, false, false, 'synchronised'],
    [false, false, true, 'synchronised'],
    [true, true, false, 'synchronised'],
    [true, false, false, 'unsynchronised'],
    [true, false, true, 'unknown'],
    [undefined, false, false, 'unknown'],
    [undefined, true, false, 'synchronised'],
  ];
  for (const [kernelUnsynchronised, timesyncdMark, container, expected] of cases)
    it(`${JSON.stringify({ kernelUnsynchronised, timesyncdMark, container })}: ${expected}`, () => {
      expect(judgeClock({ kernelUnsynchronised, timesyncdMark, container })).to.equal(expected);
    });

  it('can be asked on this machine', () => {
    expect(clockSync()).to.be.oneOf(['synchronised', 'unsynchronised', 'unknown']);
  });
});
