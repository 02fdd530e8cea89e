/** The wall clock under watch, on a clock that the test turns. */
import { expect } from 'chai';
import { ClockWatch } from '../../../src/app/clock-watch.js';
import { Alarms } from '../../../src/base/alarms.js';
import type { ClockSync } from '../../../src/base/clock-sync.js';
import { silentLog, type Log } from '../../../src/base/log.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const MINUTE = 60_000;

/** A watch over a clock that can be set, with what it said. */
function watch(state: ClockSync) {
  const time = new VirtualClock();
  const world = { state, set: 0 };
  const said: string[] = [];
  const note =
    (level: string) =>
    (facts: object, message: string): void =>
      void said.push(`${level} ${JSON.stringify(facts)} ${message}`);
  const log: Log = { ...silentLog, info: note('info'), warn: note('warn'), error: note('error') };
  const clock = {
    now: () => time.now() + world.set,
    monotonic: () => time.monotonic(),
    setTimer: (ms: number, callback: () => void) => time.setTimer(ms, callback),
  };
  const watching = new ClockWatch(clock, () => world.state, new Alarms(clock, log), log);
  return { time, world, said, watching };
}

describe('a clock that nobody keeps', () => {
  it('is an alarm, once, after the time that a machine needs to find its time service', () => {
    const { time, said } = watch('unsynchronised');
    time.advance(2 * MINUTE);
    expect(said).to.deep.equal([]);
    time.advance(60 * MINUTE);
    expect(said).to.have.length(1);
    expect(said[0]).to.match(
      /^error {"code":"CLOCK_UNSYNCHRONISED","subject":"clock"} alarm: the clock of this machine is not synchronised/,
    );
  });

  it('is no alarm while it is not known, nor where it was found in time', () => {
    const unknown = watch('unknown');
    unknown.time.advance(60 * MINUTE);
    const found = watch('unsynchronised');
    found.time.advance(2 * MINUTE);
    found.world.state = 'synchronised';
    found.time.advance(60 * MINUTE);
    expect([...unknown.said, ...found.said]).to.deep.equal([]);
  });

  it('ends the alarm when it is kept again, and may raise it anew', () => {
    const { time, world, said, watching } = watch('unsynchronised');
    time.advance(5 * MINUTE);
    world.state = 'synchronised';
    time.advance(MINUTE);
    expect(watching.state).to.equal('synchronised');
    world.state = 'unsynchronised';
    time.advance(5 * MINUTE);
    expect(said.map((line) => line.split(' ')[0])).to.deep.equal(['error', 'info', 'error']);
  });
});

describe('a clock that is set', () => {
  it('is told with how far and which way', () => {
    const { time, world, said } = watch('synchronised');
    time.advance(MINUTE);
    world.set = -3_600_000;
    time.advance(MINUTE);
    world.set = -3_600_000 + 1500;
    time.advance(MINUTE);
    expect(said).to.deep.equal([
      'warn {"stepMs":-3600000} the clock was set back by 3600 s',
      'warn {"stepMs":1500} the clock was set on by 1.5 s',
    ]);
  });

  it('may be turned slowly without a word', () => {
    const { time, world, said } = watch('synchronised');
    for (let second = 0; second < 3600; second++) {
      world.set += 0.5;
      time.advance(1000);
    }
    expect(said).to.deep.equal([]);
  });

  it('is watched until the watch is closed', () => {
    const { time, watching } = watch('synchronised');
    watching.close();
    expect(time.pendingTimers).to.equal(0);
  });
});
