/**
 * The timeline of calls that a machine without time to spare recorded: it reads packets late and many at once, and the
 * telephone, which starves too, hurries its first ones. What is said must neither be stretched nor cut for that.
 */
import { expect } from 'chai';
import { KIND, PacketList } from '../../../src/recording/timeline/packet-list.js';
import { timelineOf } from '../../../src/recording/timeline/segments.js';
import { toOutput } from '../../../src/recording/timeline/time-map.js';
import { chance } from '../../support/audio.js';

interface Call {
  readonly seconds: number;
  /** How much faster than ours the source's clock goes. */
  readonly fastPpm?: number;
  /** The first packets are so much earlier than the source's own time has them, milliseconds. */
  readonly early?: readonly number[];
  readonly seed: number;
}

interface Packets {
  readonly list: PacketList;
  /** When each was said, milliseconds. */
  readonly said: readonly number[];
}

const PACKET_MS = 20;

/** The program gets no processor for 200 to 400 ms, again and again, and is some milliseconds late in between. */
function starved({ seconds, fastPpm = 0, early = [], seed }: Call): Packets {
  const random = chance(seed);
  const list = new PacketList();
  const said = Array.from({ length: seconds * 50 }, (_, n) => (n * PACKET_MS) / (1 + fastPpm / 1e6));
  let [stallFrom, stallTo, before] = [-1, -1, 0];
  said.forEach((at, n) => {
    const sent = at - (early[n] ?? 0);
    while (sent >= stallTo) {
      stallFrom = Math.max(sent, stallTo) + 1200 * random();
      stallTo = stallFrom + 200 + 200 * random();
    }
    const late = -2 * Math.log(1 - random());
    before = Math.max(before + 0.01, (sent >= stallFrom ? stallTo : sent) + late);
    const times = { arrivalMs: before + 100, sequence: n, timestamp: n * 160 };
    list.add({ ...times, ssrc: 1, kind: KIND.pcma, at: 0, bytes: 160, units: 160 });
  });
  return { list, said };
}

interface Fault {
  /** The largest error of a place, milliseconds. */
  readonly placeMs: number;
  /** By how much two seconds are too long or too short at the worst, milliseconds. */
  readonly stretchMs: number;
}

function faultOf({ list, said }: Packets): Fault {
  const { segments } = timelineOf(list, 100);
  const places = segments.flatMap(({ source, map }) => Array.from(source, (at) => toOutput(map, at) / 8));
  const errors = places.map((place, n) => place - (said[n] as number));
  const apart = 2000 / PACKET_MS;
  const stretches = errors.slice(apart).map((error, n) => Math.abs(error - (errors[n] as number)));
  return { placeMs: Math.max(...errors.map(Math.abs)), stretchMs: Math.max(...stretches) };
}

/** The worst of many calls. */
function worst(call: Omit<Call, 'seed'>, calls: number): Fault {
  const faults = Array.from({ length: calls }, (_, n) => faultOf(starved({ ...call, seed: n + 1 })));
  return {
    placeMs: Math.max(...faults.map((fault) => fault.placeMs)),
    stretchMs: Math.max(...faults.map((fault) => fault.stretchMs)),
  };
}

/** As telephones begin that a busy machine runs: some packets of the first quarter of a second hurry. */
const EARLY = {
  '9 ms early': [1, 9, 8, 7.5, 7, 6],
  '15 ms early': [7, 11, 14, 16, 13, 15, 12, 15, 14, 13, 15, 14],
  '43 ms early': [39.5, 41, 43.5],
};

describe('the timeline of a call on a starved machine', () => {
  for (const [seconds, calls] of [
    [6, 10],
    [13, 10],
    [30, 3],
  ] as const) {
    for (const [name, early] of Object.entries({ 'in time': [], ...EARLY })) {
      it(`of ${seconds} s is neither stretched nor cut where the clocks agree and the source begins ${name}`, () => {
        const { placeMs, stretchMs } = worst({ seconds, early }, calls);
        expect(placeMs, 'ms out of place').to.be.below(1);
        expect(stretchMs, 'ms longer or shorter in 2 s').to.be.below(0.1);
      });
    }
  }

  for (const [seconds, calls] of [
    [13, 5],
    [60, 2],
  ] as const) {
    it(`of ${seconds} s stays in place where the clocks differ by 200 ppm`, () => {
      for (const fastPpm of [200, -200]) {
        const { placeMs, stretchMs } = worst({ seconds, fastPpm }, calls);
        expect(placeMs, 'ms out of place').to.be.below(4);
        expect(stretchMs, 'ms longer or shorter in 2 s').to.be.below(0.45);
      }
    });
  }
});
