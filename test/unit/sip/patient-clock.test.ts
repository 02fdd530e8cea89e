import { expect } from 'chai';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { systemClock } from '../../../src/base/clock.js';
import { patientClock } from '../../../src/sip/patient-clock.js';
import { VirtualClock } from '../../support/virtual-clock.js';

/** Nothing of this process runs for so long. */
function stall(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end;);
}

describe('a clock whose timers let what waits in the sockets be read first', () => {
  it('where they are late: what has come can cancel them', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const happened: string[] = [];
    const clock = patientClock(systemClock);
    const retransmission = clock.setTimer(1, () => happened.push('sent once more'));
    const fired = new Promise<void>((resolve) => {
      clock.setTimer(1, () => {
        happened.push('the other timer');
        resolve();
      });
    });
    socket.on('message', () => {
      happened.push('response');
      retransmission.cancel();
    });
    await new Promise<void>((resolve) =>
      socket.send('response', socket.address().port, '127.0.0.1', () => resolve(stall(200))),
    );
    await fired;
    expect(happened).to.deep.equal(['response', 'the other timer']);
    socket.close();
  });

  it('but fire at once where they are in time, and never when cancelled before', () => {
    const virtual = new VirtualClock();
    const clock = patientClock(virtual);
    let fired = 0;
    clock.setTimer(500, () => fired++);
    const other = clock.setTimer(500, () => (fired += 10));
    other.cancel();
    virtual.advance(499);
    expect(fired).to.equal(0);
    virtual.advance(1);
    expect(fired).to.equal(1);
    expect([clock.now(), clock.monotonic()]).to.deep.equal([virtual.now(), virtual.monotonic()]);
  });
});
