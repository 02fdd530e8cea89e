import { expect } from 'chai';
import { Alarms } from '../../../src/base/alarms.js';
import { silentLog } from '../../../src/base/log.js';
import { Liveness } from '../../../src/app/liveness.js';
import { VirtualClock } from '../../support/virtual-clock.js';

describe('signs of life', () => {
  it('a part that is silent is an alarm, then means that the program is not alive, until it answers again', async () => {
    const clock = new VirtualClock();
    const alarms = new Alarms(clock, silentLog);
    let answers: () => Promise<boolean> = () => Promise.resolve(true);
    const parts = [
      { name: 'the SIP server', answers: () => Promise.resolve(true) },
      { name: 'the media engine', answers: () => answers() },
    ];
    const liveness = new Liveness(parts, clock, alarms);
    const pass = async (seconds: number): Promise<void> => {
      for (let i = 0; i < seconds; i++) {
        clock.advance(1000);
        await new Promise(setImmediate);
      }
    };
    await pass(100);
    expect(liveness.isAlive).to.equal(true);
    expect(alarms.list()).to.deep.equal([]);
    let wake: ((heard: boolean) => void) | undefined;
    answers = () => new Promise((resolve) => (wake = resolve)); // it hangs
    await pass(30);
    expect(alarms.list().map(({ subject }) => subject)).to.deep.equal(['the media engine']);
    expect(liveness.isAlive).to.equal(true);
    await pass(40);
    expect(liveness.isAlive).to.equal(false);
    expect(liveness.reasons).to.have.length(1);
    expect(liveness.reasons[0]).to.match(/^the media engine has not answered for [67]\d s$/);
    answers = () => Promise.resolve(true);
    wake?.(true);
    await pass(6);
    expect(liveness.isAlive).to.equal(true);
    expect(alarms.list()).to.deep.equal([]);
    liveness.close();
  });

  it('a part that was found dead has the time of its restart', async () => {
    const clock = new VirtualClock();
    let heard = false;
    const part = { name: 'the SIP server', answers: () => Promise.resolve(heard) };
    const liveness = new Liveness([part], clock, new Alarms(clock, silentLog));
    for (let i = 0; i < 11; i++) {
      clock.advance(5000);
      await new Promise(setImmediate);
    }
    expect(liveness.isAlive).to.equal(true);
    heard = true;
    clock.advance(5000);
    await new Promise(setImmediate);
    heard = false;
    clock.advance(50_000);
    await new Promise(setImmediate);
    expect(liveness.isAlive).to.equal(true);
    liveness.close();
  });
});
