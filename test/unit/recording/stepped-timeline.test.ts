/**
 * The timeline of calls whose source's time steps once, for good: a provider's jitter buffer shifts, the packets take
 * another way, a telephone drops ticks of its clock or catches up. That is no slow or fast clock, however alike the two
 * look to a line that is laid under a short call: the sound moves at the step and is bent nowhere.
 */
import { expect } from 'chai';
import { KIND, PacketList } from '../../../src/recording/timeline/packet-list.js';
import { timelineOf } from '../../../src/recording/timeline/segments.js';
import { toOutput } from '../../../src/recording/timeline/time-map.js';
import { chance } from '../../support/chance.js';
import type { Chance } from '../../support/chance.js';

interface Call {
  readonly seconds: number;
  /** By so much everything is later from `stepSeconds` on; a negative step is to earlier times. */
  readonly stepMs: number;
  readonly stepSeconds: number;
  /** How much faster than ours the source's clock goes. */
  readonly fastPpm: number;
  /** The mean of the exponential delay that each packet has. */
  readonly jitterMs: number;
  /** The reader stands still for 200 to 400 ms, every two seconds or so. */
  readonly stalls: boolean;
  readonly seed: number;
}

const PACKET_MS = 20;
const START_MS = 100;

/** Each packet's true place, milliseconds, and what is seen of it. */
function packetsOf(call: Call): { readonly list: PacketList; readonly truth: readonly number[] } {
  const random = chance(call.seed);
  const list = new PacketList();
  const truth: number[] = [];
  let [stallFrom, stallTo, before] = [call.stalls ? 1000 * random.next() : Number.POSITIVE_INFINITY, 0, 0];
  for (let n = 0; n < (call.seconds * 1000) / PACKET_MS; n++) {
    const step = n * PACKET_MS < call.stepSeconds * 1000 ? 0 : call.stepMs;
    const at = (n * PACKET_MS) / (1 + call.fastPpm / 1e6) + step;
    truth.push(at);
    const came = at - call.jitterMs * Math.log(1 - random.next());
    if (came >= stallFrom && stallTo < stallFrom) stallTo = stallFrom + 200 + 200 * random.next();
    if (came > stallTo && stallTo > stallFrom) stallFrom = came + 1000 + 2000 * random.next();
    // What comes is read in the order of its coming, and nothing while the reader stands still.
    before = Math.max(before + 0.01, came >= stallFrom ? stallTo : came);
    list.add({
      arrivalMs: before + START_MS,
      sequence: n & 0xffff,
      timestamp: n * 160,
      ssrc: 1,
      kind: KIND.pcma,
      at: 0,
      bytes: 160,
      units: 160,
    });
  }
  return { list, truth };
}

interface Fault {
  /** The largest error of a place a second or more away from the step, milliseconds. */
  readonly placeMs: number;
  /** By how much two seconds without the step in them are too long or too short at the worst, milliseconds. */
  readonly stretchMs: number;
}

const APART = 2000 / PACKET_MS;

function faultOf(call: Call): Fault {
  const { list, truth } = packetsOf(call);
  const { segments } = timelineOf(list, START_MS);
  const places = segments.flatMap(({ source, map }) => Array.from(source, (at) => toOutput(map, at) / 8));
  const errors = places.map((place, n) => place - (truth[n] as number));
  const awaySeconds = (n: number): number => (n * PACKET_MS) / 1000 - call.stepSeconds;
  let [placeMs, stretchMs] = [0, 0];
  errors.forEach((error, n) => {
    if (Math.abs(awaySeconds(n)) < 1) return;
    placeMs = Math.max(placeMs, Math.abs(error));
    const later = errors[n + APART];
    const between = awaySeconds(n) < 1 && awaySeconds(n + APART) > -1;
    if (later !== undefined && !between) stretchMs = Math.max(stretchMs, Math.abs(later - error));
  });
  return { placeMs, stretchMs };
}

/** A call with a step somewhere, but for its first and last two seconds. */
function anyCall(random: Chance, seconds: number): Call {
  const sign = random.of([1, -1]);
  return {
    seconds,
    stepMs: sign * random.of([12, 15, 20, 30, 12 + 88 * random.next()]),
    stepSeconds: 2 + (seconds - 4) * random.next(),
    fastPpm: random.of([0, 400 * random.next() - 200]),
    jitterMs: random.of([0, 0.5, 10 * random.next()]),
    stalls: random.below(3) === 0,
    seed: random.below(2 ** 31),
  };
}

/** A minute of packets, each so late, of a source whose clock goes right or is slow by `slow`. */
function minute(lateMs: (atMs: number) => number, slow = 0): PacketList {
  const list = new PacketList();
  let before = 0;
  for (let n = 0; n < 3000; n++) {
    before = Math.max(before + 0.01, n * PACKET_MS * (1 + slow) + lateMs(n * PACKET_MS));
    const times = { arrivalMs: before + START_MS, sequence: n, timestamp: n * 160 };
    list.add({ ...times, ssrc: 1, kind: KIND.pcma, at: 0, bytes: 160, units: 160 });
  }
  return list;
}

/** Asks that the recording's sound is of one piece, from its beginning on for so long. */
function expectOnePiece(list: PacketList, lengthMs: number): void {
  const { segments } = timelineOf(list, START_MS);
  expect(segments).to.have.lengthOf(1);
  expect((segments[0]?.from ?? -1) / 8).to.be.closeTo(0, 3);
  expect((segments[0]?.to ?? 0) / 8).to.be.closeTo(lengthMs, 3);
}

const told = (call: Call): string => JSON.stringify(call);

describe('the timeline of a call whose time steps once', () => {
  for (const [seconds, calls] of [
    [6, 40],
    [10, 30],
    [20, 20],
    [60, 10],
    [120, 5],
  ] as const) {
    it(`of ${seconds} s stays in place and is bent nowhere`, () => {
      const random = chance(seconds);
      for (let n = 0; n < calls; n++) {
        const call = anyCall(random, seconds);
        const { placeMs, stretchMs } = faultOf(call);
        expect(placeMs, `ms out of place: ${told(call)}`).to.be.below(5);
        expect(stretchMs, `ms longer or shorter in 2 s: ${told(call)}`).to.be.below(1);
      }
    });
  }
});

describe('the timeline of a call whose time does not step', () => {
  it('is of one piece where a queue on the way fills and empties again and again', () => {
    for (const seconds of [4, 9]) {
      expectOnePiece(
        minute((at) => (at % (seconds * 1000)) / (10 * seconds)),
        60_000,
      );
    }
  });

  it('is of one piece where the network is busy for fifteen seconds', () => {
    expectOnePiece(
      minute((at) => (at > 20_000 && at < 35_000 ? 40 : 0)),
      60_000,
    );
  });

  it('believes a clock that none should have, where the packets stay on its line', () => {
    expectOnePiece(
      minute(() => 0, 0.004),
      60_240,
    );
  });
});
