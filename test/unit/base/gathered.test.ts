import { expect } from 'chai';
import { setImmediate as turn } from 'node:timers/promises';
import { Gathered } from '../../../src/base/gathered.js';

describe('what is said within one turn of the event loop', () => {
  it('is handed on together and in its order, when the turn is over', async () => {
    const handed: string[][] = [];
    const words = new Gathered<string>((all) => handed.push(all));
    words.add('one');
    await Promise.resolve();
    words.add('two');
    expect(handed).to.deep.equal([]);
    await turn();
    words.add('three');
    await turn();
    expect(handed).to.deep.equal([['one', 'two'], ['three']]);
  });

  it('is handed on at once when that is asked for, and not again', async () => {
    const handed: string[][] = [];
    const words = new Gathered<string>((all) => handed.push(all));
    words.flush();
    words.add('last');
    words.flush();
    await turn();
    expect(handed).to.deep.equal([['last']]);
  });
});
