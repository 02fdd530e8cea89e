import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { gatherWrites } from '../../../src/calls/srf-writes.js';

describe('what drachtio-srf writes to the SIP server', () => {
  it('leaves together with all that is written within the same turn of the event loop, in its order', async () => {
    const left: string[][] = [];
    const socket = new Duplex({
      read() {},
      writev(chunks, done) {
        left.push(chunks.map(({ chunk }) => String(chunk)));
        done();
      },
    });
    gatherWrites(socket);
    const told: string[] = [];
    socket.write('one', () => told.push('one'));
    await Promise.resolve();
    socket.write('two', 'utf8', () => told.push('two'));
    expect(left).to.deep.equal([]);
    await turn();
    socket.write('three');
    await turn();
    await turn();
    expect(left).to.deep.equal([['one', 'two'], ['three']]);
    expect(told).to.deep.equal(['one', 'two']);
  });
});
