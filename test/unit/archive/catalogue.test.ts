import { expect } from 'chai';
import fc from 'fast-check';
import { Catalogue, compareTime } from '../../../src/archive/catalogue.js';
import type { CallSummary } from '../../../src/archive/record-line.js';
import type { Phase } from '../../../src/archive/lifecycle.js';
import { newCallId } from '../../../src/base/call-id.js';

const ids = Array.from({ length: 12 }, (_, i) => newCallId(i));
const phases: Phase[] = ['running', 'closed', 'failed', 'recorded', 'unrecorded', 'evicted'];

const change = fc.record({
  call: fc.integer({ min: 0, max: ids.length - 1 }),
  startedAt: fc.integer({ min: 0, max: 6 }),
  phase: fc.constantFrom(...phases),
  bytes: fc.integer({ min: 0, max: 9 }),
  forget: fc.boolean(),
  look: fc.boolean(),
});

/** What the catalogue should be, kept in the plainest way. */
class Model {
  readonly calls = new Map<string, CallSummary & { offset: number }>();

  inTime(): (CallSummary & { offset: number })[] {
    return [...this.calls.values()].sort(compareTime);
  }
}

describe('the catalogue', () => {
  it('lists, in time and in the journal’s order, what its lines said last', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 80 }), (changes) => {
        const catalogue = new Catalogue();
        const model = new Model();
        let offset = 0;
        changes.forEach(({ call, startedAt, phase, bytes, forget, look }, seq) => {
          const id = ids[call] ?? newCallId(0);
          const line = forget
            ? { id, forgotten: true }
            : { id, phase, startedAt, direction: 'inbound' as const, trunk: 't', zone: 'UTC', bytes };
          const payload = Buffer.from(`${JSON.stringify(line)}\t{}`);
          catalogue.take({ seq, offset, length: payload.length }, payload);
          model.calls.delete(id);
          if (!('forgotten' in line)) model.calls.set(id, { ...line, phase, startedAt, offset });
          offset += payload.length;
          if (look) expectSame(catalogue, model);
        });
        expectSame(catalogue, model);
      }),
      { numRuns: 500 },
    );
  });

  it('sweeps out what is forgotten, when there is enough of it', () => {
    const catalogue = new Catalogue();
    const calls = Array.from({ length: 2500 }, (_, i) => newCallId(i));
    const say = (line: object): void =>
      catalogue.take({ seq: 1, offset: 1, length: 1 }, Buffer.from(JSON.stringify(line)));
    calls.forEach((id, startedAt) =>
      say({ id, phase: 'recorded', startedAt, direction: 'inbound', trunk: 't', zone: 'UTC', bytes: 1 }),
    );
    for (const id of calls.slice(0, 2400)) say({ id, forgotten: true });
    expect([...catalogue.evictable()].map(({ id }) => id)).to.deep.equal(calls.slice(2400));
    expect([...catalogue.oldestFirst()]).to.have.length(100);
  });

  function expectSame(catalogue: Catalogue, model: Model): void {
    const inTime = model.inTime();
    const idsOf = (items: Iterable<{ id: string }>): string[] => [...items].map(({ id }) => id);
    expect(catalogue.size).to.equal(model.calls.size);
    expect(idsOf(catalogue.items())).to.deep.equal([...model.calls.keys()]);
    expect([...catalogue.items()].map(({ offset }) => offset)).to.deep.equal(
      [...model.calls.values()].map(({ offset }) => offset),
    );
    expect(idsOf(catalogue.oldestFirst())).to.deep.equal(idsOf(inTime));
    const evictable = inTime.filter(({ phase }) => ['recorded', 'closed', 'failed'].includes(phase));
    expect(idsOf(catalogue.evictable())).to.deep.equal(idsOf(evictable));
    const [, second] = inTime;
    if (!second) return;
    const before = { startedAt: 5, id: '' };
    const some = inTime.filter((call) => call.startedAt < 5 && call.startedAt >= 2).reverse();
    expect(idsOf(catalogue.newestFirst(before, 2))).to.deep.equal(idsOf(some));
    expect(idsOf(catalogue.newestFirst(second, 0))).to.deep.equal(idsOf(inTime.slice(0, 1)));
  }
});
