import { expect } from 'chai';
import type { Clock, Timer } from '../../../src/base/clock.js';
import { KeySender } from '../../../src/media/session/plane/key-sender.js';
import { Pacer } from '../../../src/media/session/plane/pacer.js';
import { Player, type PlayerTarget, type PlayResult } from '../../../src/media/session/plane/player.js';
import { encodeSound } from '../../../src/media/session/plane/sound.js';
import { VirtualClock } from '../../support/virtual-clock.js';

interface Sent {
  readonly index: number;
  readonly begin: boolean;
  readonly at: number;
}

class Target implements PlayerTarget {
  maySend = true;
  readonly sent: Sent[] = [];
  sendFrame(_sound: unknown, index: number, begin: boolean, at: number): void {
    this.sent.push({ index, begin, at });
  }
}

/** A clock whose timers come late: each by what `late` says. */
class LateClock implements Clock {
  readonly #clock: VirtualClock;
  readonly #late: () => number;
  constructor(clock: VirtualClock, late: () => number) {
    this.#clock = clock;
    this.#late = late;
  }
  now = (): number => this.#clock.now();
  monotonic = (): number => this.#clock.monotonic();
  setTimer = (ms: number, callback: () => void): Timer => this.#clock.setTimer(ms + this.#late(), callback);
}

const sound = (frames: number) => encodeSound(new Int16Array(frames * 160));

describe('playing a sound', () => {
  let clock: VirtualClock;
  let target: Target;
  let result: PlayResult | undefined;

  beforeEach(() => {
    clock = new VirtualClock();
    target = new Target();
    result = undefined;
  });

  const play = (
    frames: number,
    options: { loop?: boolean; late?: () => number } = {},
  ): { pacer: Pacer; player: Player } => {
    const pacer = new Pacer(options.late ? new LateClock(clock, options.late) : clock);
    const player = new Player(target, sound(frames), {
      loop: options.loop ?? false,
      done: (how) => {
        result = how;
      },
    });
    pacer.start(player);
    return { pacer, player };
  };
  const times = (): number[] => target.sent.map(({ at }) => at);

  it('sends the first frame at once and every further one 20 ms later', () => {
    play(5);
    expect(times()).to.deep.equal([0]);
    clock.advance(200);
    expect(times()).to.deep.equal([0, 20, 40, 60, 80]);
    expect(target.sent.map(({ begin }) => begin)).to.deep.equal([true, false, false, false, false]);
    expect(result).to.deep.equal({ framesSent: 5, framesTotal: 5, began: 0, ended: 100 });
    expect(clock.pendingTimers).to.equal(0);
  });

  it('is over when its last frame was heard, not when it was sent', () => {
    play(2);
    clock.advance(39);
    expect(result).to.equal(undefined);
    clock.advance(1);
    expect(result).to.include({ ended: 40 });
  });

  it('does not drift by timers that are always late', () => {
    play(500, { late: () => 1.3 });
    clock.advance(20_000);
    expect(target.sent.at(-1)?.at).to.be.within(499 * 20, 499 * 20 + 2);
  });

  it('catches up at double pace, without a burst', () => {
    let lateness = 0;
    play(20, { late: () => lateness });
    clock.advance(39);
    lateness = 95;
    clock.advance(2);
    lateness = 0;
    clock.advance(1_000);
    const gaps = times().map((at, i, all) => at - (all[i - 1] ?? at));
    expect(Math.min(...gaps.slice(1))).to.equal(10);
    expect(times().at(-1)).to.equal(19 * 20);
    expect(target.sent.filter(({ begin }) => begin)).to.have.lengthOf(1);
    expect(result?.framesSent).to.equal(20);
  });

  it('leaves a gap after a standstill and plays on, whole', () => {
    let lateness = 0;
    play(20, { late: () => lateness });
    clock.advance(39);
    lateness = 700;
    clock.advance(2);
    lateness = 0;
    clock.advance(2_000);
    expect(target.sent.map(({ index }) => index)).to.deep.equal(Array.from({ length: 20 }, (_, i) => i));
    const [, begin] = target.sent.filter((frame) => frame.begin);
    expect(begin?.at).to.equal(760);
    expect(times().at(-1)).to.equal(760 + (19 - (begin?.index ?? 0)) * 20);
  });

  it('waits while the peer may not be sent to', () => {
    play(10);
    clock.advance(59);
    target.maySend = false;
    clock.advance(5_000);
    expect(target.sent).to.have.lengthOf(3);
    target.maySend = true;
    clock.advance(1_000);
    expect(target.sent.map(({ index }) => index)).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(target.sent[3]?.begin).to.equal(true);
    expect(result).to.include({ framesSent: 10, began: 0 });
  });

  it('says how far it came when it is stopped', () => {
    const { pacer, player } = play(10);
    clock.advance(50);
    pacer.stop(player);
    player.finish(clock.monotonic());
    clock.advance(1_000);
    expect(result).to.deep.equal({ framesSent: 3, framesTotal: 10, began: 0, ended: 50 });
    expect(target.sent).to.have.lengthOf(3);
  });

  it('repeats a tone until it is stopped', () => {
    play(3, { loop: true });
    clock.advance(129);
    expect(target.sent.map(({ index }) => index)).to.deep.equal([0, 1, 2, 0, 1, 2, 0]);
    expect(result).to.equal(undefined);
  });

  it('keeps many on one timer, each at its own times', () => {
    const pacer = new Pacer(clock);
    const targets = [new Target(), new Target(), new Target()];
    const ends: number[] = [];
    for (const [i, one] of targets.entries()) {
      pacer.start(new Player(one, sound(3 + i), { loop: false, done: () => ends.push(clock.monotonic()) }));
      clock.advance(7);
      expect(clock.pendingTimers).to.equal(1);
    }
    clock.advance(500);
    expect(targets.map(({ sent }) => sent.map(({ at }) => at))).to.deep.equal([
      [0, 20, 40],
      [7, 27, 47, 67],
      [14, 34, 54, 74, 94],
    ]);
    expect(ends).to.deep.equal([60, 87, 114]);
  });
});

describe('making keys', () => {
  it('sends 100 ms of each, its end three times, and a pause', () => {
    const clock = new VirtualClock();
    const sent: string[] = [];
    const sender = new KeySender({
      sendEvent: (key, { first, ended, duration }, now) =>
        sent.push(`${now} ${key} ${duration}${first ? ' first' : ''}${ended ? ' end' : ''}`),
    });
    const pacer = new Pacer(clock);
    sender.add('*');
    sender.add('5');
    pacer.start(sender);
    clock.advance(1_000);
    expect(sent).to.deep.equal([
      '0 * 160 first',
      '20 * 320',
      '40 * 480',
      '60 * 640',
      '80 * 800 end',
      '100 * 800 end',
      '120 * 800 end',
      '200 5 160 first',
      '220 5 320',
      '240 5 480',
      '260 5 640',
      '280 5 800 end',
      '300 5 800 end',
      '320 5 800 end',
    ]);
    expect(sender.busy).to.equal(false);
  });

  it('refuses more keys than anyone dials', () => {
    const sender = new KeySender({ sendEvent: () => {} });
    expect(Array.from({ length: 40 }, () => sender.add('1')).filter(Boolean)).to.have.lengthOf(32);
  });
});
