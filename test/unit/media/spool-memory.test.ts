import { expect } from 'chai';
import { BLOCK_BYTES, LARGE_BYTES, SpoolMemory } from '../../../src/media/session/plane/spool-memory.js';

describe('the memory of spools', () => {
  it('makes no new blocks where as many come back as go out, also when all do at once', () => {
    const memory = new SpoolMemory();
    let newest = memory.take().number; // somebody has one all the time
    for (let round = 0; round < 100; round++) {
      const blocks = Array.from({ length: 300 }, () => memory.take());
      newest = Math.max(newest, ...blocks.map(({ number }) => number));
      for (const block of blocks) memory.give(block);
    }
    expect(newest).to.be.below(1_000); // of thirty thousand that were taken
  });

  it('lets go of what a time of stress needed, little by little, and of nearly all when there are no spools', () => {
    const gone: number[] = [];
    const memory = new SpoolMemory(({ number }) => gone.push(number));
    const own = Array.from({ length: 10 }, () => memory.take());
    const stress = Array.from({ length: 2000 }, () => memory.take());
    for (const block of stress) memory.give(block);
    for (let n = 0; n < 500_000; n++) memory.give(memory.take());
    expect(memory.blocks.used).to.equal(10);
    expect(memory.blocks.kept).to.be.below(60);
    for (const block of own) memory.give(block);
    memory.rest();
    expect(memory.blocks).to.deep.equal({ used: 0, kept: 8 });
    expect(new Set(gone).size, 'each once').to.equal(gone.length);
  });

  it('has large blocks too, which come back as such', () => {
    const memory = new SpoolMemory();
    const large = memory.take(BLOCK_BYTES + 1);
    expect(large.bytes.length).to.equal(LARGE_BYTES);
    memory.give(large);
    expect(memory.take().bytes.length).to.equal(BLOCK_BYTES);
    expect(memory.take(LARGE_BYTES)).to.equal(large);
  });

  it('has blocks of any size for marks that are longer, which nobody gets again', () => {
    const gone: number[] = [];
    const memory = new SpoolMemory(({ number }) => gone.push(number));
    const longest = memory.take(LARGE_BYTES + 1);
    expect(longest.bytes.length).to.equal(LARGE_BYTES + 4);
    memory.give(longest);
    expect(gone).to.deep.equal([longest.number]);
    expect(memory.blocks).to.deep.equal({ used: 0, kept: 0 });
  });
});
