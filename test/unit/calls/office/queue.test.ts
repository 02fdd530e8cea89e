/** The queue's rules: who is rung for whom, and how long it will take. */
import { expect } from 'chai';
import fc from 'fast-check';
import { assign, type Agent, type Strategy } from '../../../../src/calls/office/queue/assign.js';
import { QueueDesk, type DeskView, type Waiting } from '../../../../src/calls/office/queue/desk.js';
import { estimatedWait, ServiceTimes, trimmedMean } from '../../../../src/calls/office/queue/estimate.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const agents = (...free: (readonly [string, number])[]): Agent[] =>
  free.map(([extension, freeSince]) => ({ extension, freeSince }));
const order = ['201', '202', '203'];

describe('who is rung for whom', () => {
  it('all: everyone who is free, for the first', () => {
    const offers = assign('all', ['a', 'b'], agents(['201', 5], ['203', 1]), undefined, order);
    expect(offers).to.deep.equal([{ to: 'a', agents: ['201', '203'] }]);
  });

  it('longest-idle: whoever has been free the longest, for the first', () => {
    const offers = assign('longest-idle', ['a', 'b'], agents(['201', 5], ['202', 9], ['203', 1]), '203', order);
    expect(offers).to.deep.equal([
      { to: 'a', agents: ['203'] },
      { to: 'b', agents: ['201'] },
    ]);
  });

  it('in-turn: the one after the last, round and round', () => {
    const free = agents(['201', 0], ['202', 0], ['203', 0]);
    expect(assign('in-turn', ['a'], free, undefined, order)[0]?.agents).to.deep.equal(['201']);
    expect(assign('in-turn', ['a'], free, '201', order)[0]?.agents).to.deep.equal(['202']);
    expect(assign('in-turn', ['a'], free, '203', order)[0]?.agents).to.deep.equal(['201']);
    expect(assign('in-turn', ['a', 'b'], free, '202', order).map((one) => one.agents[0])).to.deep.equal(['203', '201']);
  });

  it('never an agent twice, never a caller before an earlier one, and somebody whenever there are both', () => {
    const strategy = fc.constantFrom<Strategy>('all', 'in-turn', 'longest-idle');
    const waiting = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 8 });
    const free = fc.uniqueArray(fc.constantFrom(...order), { maxLength: 3 });
    fc.assert(
      fc.property(strategy, waiting, free, fc.constantFrom(undefined, ...order), (how, callers, at, last) => {
        const offers = assign(how, callers, agents(...at.map((one) => [one, 0] as const)), last, order);
        const rung = offers.flatMap((one) => one.agents);
        expect(new Set(rung).size).to.equal(rung.length);
        expect(offers.map(({ to }) => to)).to.deep.equal(callers.slice(0, offers.length));
        expect(offers.length > 0).to.equal(callers.length > 0 && at.length > 0);
      }),
    );
  });
});

describe('the estimated wait', () => {
  it('is not told before three calls', () => {
    const times = new ServiceTimes();
    times.add(60_000);
    times.add(60_000);
    expect(times.typical).to.equal(undefined);
    times.add(90_000);
    expect(times.typical).to.equal(70_000);
  });

  it('is moved little by one call that was left open', () => {
    expect(trimmedMean([60_000, 60_000, 60_000, 60_000, 36_000_000])).to.equal((4 * 60_000 + 180_000) / 5);
  });

  it('is the place times the mean, shared by the agents', () => {
    expect(estimatedWait(3, 2, 120_000)).to.equal(180_000);
    expect(estimatedWait(3, 0, 120_000)).to.equal(undefined);
    expect(estimatedWait(1, 1, undefined)).to.equal(undefined);
  });

  it('comes near the waits of a queue with calls of chance length', () => {
    // Exponential lengths with mean 100 s, two agents, all of them busy: whoever stands at place p waits for p ends.
    const random = chance(7);
    const length = (): number => -100_000 * Math.log(1 - random());
    const errors: number[] = [];
    for (let run = 0; run < 400; run++) {
      const times = new ServiceTimes();
      for (let n = 0; n < 20; n++) times.add(length());
      const place = 1 + (run % 6);
      const ends = [length(), length()]; // what is left of calls without a memory is as long as a new one
      let at = 0;
      for (let p = 0; p < place; p++) {
        const next = Math.min(...ends);
        at = next;
        ends[ends.indexOf(next)] = next + length();
      }
      errors.push((estimatedWait(place, 2, times.typical) ?? 0) - at);
    }
    const mean = errors.reduce((sum, one) => sum + one, 0) / errors.length;
    expect(Math.abs(mean)).to.be.below(20_000); // of 175 s on the whole
  });
});

/** Chance that is the same each time (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('a queue', () => {
  class Caller implements Waiting {
    readonly offers: (readonly string[])[] = [];
    offer(agents: readonly string[]): void {
      this.offers.push(agents);
    }
  }

  function desk(changes: Partial<DeskView> = {}) {
    const clock = new VirtualClock();
    const busy = new Set<string>();
    const freeSince = new Map<string, number>();
    const view: DeskView = {
      clock,
      strategy: () => 'longest-idle',
      maxLength: () => 3,
      restMs: () => 5_000,
      agents: () => ['201', '202'],
      canTake: (extension) => !busy.has(extension),
      freeSince: (extension) => freeSince.get(extension) ?? 0,
      ...changes,
    };
    return { desk: new QueueDesk(view), clock, busy, freeSince };
  }
  const turn = (): Promise<void> => Promise.resolve();

  it('rings an agent at once where one is free, each for one caller', async () => {
    const { desk: queue } = desk();
    const [a, b, c] = [new Caller(), new Caller(), new Caller()];
    for (const caller of [a, b, c]) expect(queue.join(caller)).to.equal(true);
    await turn();
    expect([a.offers, b.offers, c.offers]).to.deep.equal([[['201']], [['202']], []]);
  });

  it('takes no more than it may', () => {
    const { desk: queue } = desk();
    for (let n = 0; n < 3; n++) expect(queue.join(new Caller())).to.equal(true);
    expect(queue.join(new Caller())).to.equal(false);
  });

  it('leaves an agent who did not answer alone for a while, and rings the other', async () => {
    const { desk: queue, clock } = desk();
    const caller = new Caller();
    queue.join(caller);
    await turn();
    queue.declined(caller);
    expect(caller.offers).to.deep.equal([['201'], ['202']]);
    queue.declined(caller);
    expect(caller.offers).to.have.length(2);
    clock.advance(4_000);
    expect(caller.offers).to.have.length(2);
    clock.advance(2_000);
    expect(caller.offers).to.deep.equal([['201'], ['202'], ['201']]);
  });

  it('notices by itself that an agent became free, and its rest', async () => {
    const { desk: queue, clock, busy, freeSince } = desk();
    busy.add('201').add('202');
    const caller = new Caller();
    queue.join(caller);
    await turn();
    expect(caller.offers).to.deep.equal([]);
    freeSince.set('202', clock.now());
    busy.delete('202');
    clock.advance(4_500);
    expect(caller.offers).to.deep.equal([]);
    clock.advance(1_500);
    expect(caller.offers).to.deep.equal([['202']]);
  });

  it('moves everyone up when somebody leaves', () => {
    const { desk: queue, busy } = desk();
    busy.add('201').add('202');
    const [a, b, c] = [new Caller(), new Caller(), new Caller()];
    for (const caller of [a, b, c]) queue.join(caller);
    expect([a, b, c].map((one) => queue.placeOf(one))).to.deep.equal([1, 2, 3]);
    queue.leave(a);
    expect([a, b, c].map((one) => queue.placeOf(one))).to.deep.equal([undefined, 1, 2]);
  });

  it('has no timer while nobody waits', async () => {
    const { desk: queue, clock } = desk();
    const caller = new Caller();
    queue.join(caller);
    await turn();
    expect(clock.pendingTimers).to.equal(1);
    queue.leave(caller);
    expect(clock.pendingTimers).to.equal(0);
  });
});
