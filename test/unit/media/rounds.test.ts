import { expect } from 'chai';
import { ROUND_MS, Rounds } from '../../../src/media/session/plane/rounds.js';
import { VirtualClock } from '../../support/virtual-clock.js';

describe('rounds', () => {
  for (const [members, most] of [
    [1, 1],
    [80, 40],
    [1000, 40],
    [2000, 50],
  ] as const)
    it(`call each of ${members} once a round, ${most} at a time, on one timer that ends with the last`, () => {
      const clock = new VirtualClock();
      const rounds = new Rounds(clock);
      const calls = Array.from({ length: members }, (): number[] => []);
      const joined = calls.map((times) => rounds.join(() => times.push(clock.monotonic())));
      expect(clock.pendingTimers).to.equal(1);
      clock.advance(3 * ROUND_MS);
      const atOnce = new Map<number, number>();
      for (const times of calls) {
        const [first = Infinity] = times;
        expect(first).to.be.at.most(ROUND_MS);
        expect(times).to.deep.equal([first, first + ROUND_MS, first + 2 * ROUND_MS]);
        atOnce.set(first, (atOnce.get(first) ?? 0) + 1);
      }
      expect(Math.max(...atOnce.values())).to.equal(most);
      for (const one of joined) one.cancel();
      expect(clock.pendingTimers).to.equal(0);
    });

  it('call nobody who has left, also in the same turn, and each once where they are late', () => {
    const clock = new VirtualClock();
    let stalledMs = 0;
    const rounds = new Rounds({
      now: () => clock.now(),
      monotonic: () => clock.monotonic() + stalledMs,
      setTimer: (delayMs, callback) => clock.setTimer(delayMs, callback),
    });
    const calls: string[] = [];
    const first = rounds.join(() => {
      calls.push('first');
      second.cancel();
    });
    const others = Array.from({ length: 7 }, () => rounds.join(() => calls.push('other')));
    const second = rounds.join(() => calls.push('second')); // in the turn of the first
    clock.advance(ROUND_MS);
    expect(calls.toSorted()).to.deep.equal(['first', ...others.map(() => 'other')]);
    calls.length = 0;
    stalledMs = 5000;
    clock.advance(100);
    expect(calls.toSorted(), 'late').to.deep.equal(['first', ...others.map(() => 'other')]);
    for (const one of [first, ...others, first]) one.cancel();
    clock.advance(ROUND_MS);
    expect(calls.length).to.equal(8);
    expect(clock.pendingTimers).to.equal(0);
  });
});
