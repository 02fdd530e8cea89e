import { expect } from 'chai';
import type { Log } from '../../../src/base/log.js';
import { guard, guardedClock, guardPromise } from '../../../src/sip/guard.js';
import { VirtualClock } from '../../support/virtual-clock.js';

/** A log that keeps its errors. */
function keepingLog(): { readonly log: Log; readonly errors: string[] } {
  const errors: string[] = [];
  const log = { error: (_: object, text: string) => errors.push(text) } as unknown as Log;
  return { log, errors };
}

const fail = (): never => {
  throw new Error('scripted');
};

describe('the last net under the SIP server', () => {
  it('logs what a timer throws, and the timers after it fire', () => {
    const { log, errors } = keepingLog();
    const virtual = new VirtualClock();
    const clock = guardedClock(virtual, log);
    let fired = 0;
    clock.setTimer(10, fail);
    clock.setTimer(20, () => fired++);
    clock.setTimer(5, fail).cancel();
    virtual.advance(30);
    expect([fired, errors]).to.deep.equal([1, ['a timer failed']]);
    expect([clock.monotonic(), clock.now()]).to.deep.equal([virtual.monotonic(), virtual.now()]);
  });

  it('does what is still due where something failed, and only there', () => {
    const { log, errors } = keepingLog();
    let answered = 0;
    guard(log, 'a message', fail, () => answered++);
    guard(log, 'a message', () => {}, () => answered++); // prettier-ignore
    expect([answered, errors]).to.deep.equal([1, ['a message failed']]);
  });

  it('logs what a promise that nobody waits for rejects with', async () => {
    const { log, errors } = keepingLog();
    guardPromise(log, 'a promise', Promise.reject(new Error('scripted')));
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).to.deep.equal(['a promise failed']);
  });
});
