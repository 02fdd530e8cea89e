import { expect } from 'chai';
import { Machine } from '../../../src/calls/call/machine.js';

/** Counts events; each asks for two effects. */
function counted(
  perform: (effect: string, machine: Machine<number, string, string>) => void,
): Machine<number, string, string> {
  const machine: Machine<number, string, string> = new Machine<number, string, string>(
    0,
    (state, event) => [state + 1, [`${event} first`, `${event} second`]],
    (effect) => perform(effect, machine),
  );
  return machine;
}

describe("a call's machine", () => {
  it('lets an event that comes from within an effect wait until all effects of the one before are done', () => {
    const done: string[] = [];
    const machine = counted((effect, self) => {
      done.push(`${effect} in ${self.state}`);
      if (effect === 'a first') for (const event of ['b', 'c']) self.dispatch(event);
    });
    machine.dispatch('a');
    const all = ['a first in 1', 'a second in 1', 'b first in 2', 'b second in 2', 'c first in 3', 'c second in 3'];
    expect(done).to.deep.equal(all);
  });

  it('deals with what waited, and before what comes next, after an effect has failed', () => {
    const done: string[] = [];
    const machine = counted((effect, self) => {
      done.push(effect);
      if (effect !== 'a first') return;
      self.dispatch('b');
      throw new Error('an effect failed');
    });
    expect(() => machine.dispatch('a')).to.throw('an effect failed');
    machine.dispatch('c');
    expect(done).to.deep.equal(['a first', 'b first', 'b second', 'c first', 'c second']);
  });
});
