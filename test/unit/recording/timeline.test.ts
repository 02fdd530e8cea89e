/** The timeline alone, from arrivals: what is where, without a sample decoded. */
import { expect } from 'chai';
import { KIND, PacketList } from '../../../src/recording/timeline/packet-list.js';
import type { Kind } from '../../../src/recording/timeline/packet-list.js';
import { timelineOf } from '../../../src/recording/timeline/segments.js';
import type { Segment } from '../../../src/recording/timeline/segments.js';
import { toOutput, toSource } from '../../../src/recording/timeline/time-map.js';
import { conceal } from '../../../src/recording/timeline/conceal.js';
import { sampleAt } from '../../../src/recording/timeline/interpolate.js';
import { chance, tone } from '../../support/audio.js';

interface Sent {
  readonly arrivalMs: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc?: number;
  readonly kind?: Kind;
}

function listOf(packets: readonly Sent[]): PacketList {
  const list = new PacketList();
  for (const { ssrc = 1, kind = KIND.pcma, sequence, timestamp, arrivalMs } of packets) {
    const wrapped = { sequence: sequence & 0xffff, timestamp: timestamp >>> 0 };
    list.add({
      arrivalMs,
      ssrc,
      kind,
      ...wrapped,
      at: 0,
      ...(kind === KIND.pause ? { bytes: 1, units: 1 } : { bytes: 160, units: 160 }),
    });
  }
  return list;
}

/** `count` packets without fault, from the `first` of the numbers on. */
const steady = (count: number, fromMs = 0, first = 0): Sent[] =>
  Array.from({ length: count }, (_, n) => ({
    arrivalMs: fromMs + n * 20,
    sequence: first + n,
    timestamp: (first + n) * 160,
  }));

/** Where in the recording each packet of a segment begins, milliseconds. */
const placesMs = (segment: Segment): number[] => Array.from(segment.source, (at) => toOutput(segment.map, at) / 8);
const spans = (segments: readonly Segment[]): number[][] => segments.map(({ from, to }) => [from / 8, to / 8]);

describe("a leg's timeline", () => {
  it('has every packet of a steady source where it arrived, however the numbers wrap', () => {
    const packets = steady(100, 30, 65_500).map((p) => ({ ...p, timestamp: p.timestamp + 0xffff_f000 }));
    const { segments, lost } = timelineOf(listOf(packets), 10);
    expect(segments.map(placesMs)).to.deep.equal([packets.map((_, n) => 20 + n * 20)]);
    expect(lost).to.equal(0);
  });

  it('puts late packets into their order and counts each kind of fault', () => {
    const sent = steady(50);
    const late = sent.map((p, n) => (n === 10 ? { ...p, arrivalMs: 245 } : p)).filter((_, n) => n !== 20 && n !== 21);
    const twice = [...late, { ...(sent[30] as Sent), arrivalMs: 601 }].toSorted((a, b) => a.arrivalMs - b.arrivalMs);
    const timeline = timelineOf(listOf(twice), 0);
    expect(timeline).to.include({ packets: 48, lost: 2, duplicates: 1, reordered: 1, concealed: 320 });
    expect(spans(timeline.segments)).to.deep.equal([[0, 1000]]);
  });

  it('lets a burst that was held up catch up again, in its own time', () => {
    const held = steady(600).map((p) => ({ ...p, arrivalMs: Math.max(p.arrivalMs, p.arrivalMs > 2000 ? 4000 : 0) }));
    const { segments } = timelineOf(listOf(held), 0);
    expect(spans(segments)).to.deep.equal([[0, 12_000]]);
  });

  it('anchors a source anew that stopped its timestamps while it was silent', () => {
    const packets = [...steady(100), ...steady(100, 7000, 100)];
    const { segments } = timelineOf(listOf(packets), 0);
    expect(spans(segments)).to.deep.equal([
      [0, 2000],
      [7000, 9000],
    ]);
  });

  it('keeps a pause in which timestamps went on, and conceals nothing in it', () => {
    const packets = [...steady(100), ...steady(100, 7000, 350).map((p, n) => ({ ...p, sequence: 100 + n }))];
    const { segments, concealed } = timelineOf(listOf(packets), 0);
    expect(spans(segments)).to.deep.equal([[0, 9000]]);
    expect(concealed).to.equal(0);
  });

  it('follows timestamps that jump, and throws out the one packet that is alone in its time', () => {
    const jump = steady(50, 1000, 50).map((p) => ({ ...p, timestamp: p.timestamp + 1_000_000 }));
    const stray = { arrivalMs: 1500, sequence: 75, timestamp: 75 * 160 + 3_000_000 };
    const packets = [...steady(50), ...jump.map((p) => (p.sequence === 75 ? stray : p))];
    const { segments, concealed } = timelineOf(listOf(packets), 0);
    expect(spans(segments)).to.deep.equal([
      [0, 1000],
      [1000, 2000],
    ]);
    expect(concealed).to.equal(160);
  });

  it('does not take a key for sound, nor its packets for lost', () => {
    const sent = steady(100);
    const packets = sent.map((p, n) => (n >= 40 && n < 50 ? { ...p, kind: KIND.event, timestamp: 40 * 160 } : p));
    const timeline = timelineOf(listOf(packets), 0);
    expect(timeline).to.include({ packets: 90, lost: 0, concealed: 0 });
    expect(spans(timeline.segments)).to.deep.equal([[0, 2000]]);
  });

  it('conceals nothing after comfort noise', () => {
    const packets = steady(20)
      .map((p, n) => (n === 9 ? { ...p, kind: KIND.pause } : p))
      .filter((_, n) => n !== 10);
    expect(timelineOf(listOf(packets), 0)).to.include({ lost: 1, concealed: 0 });
  });

  it('hears a guest only as long as it speaks, and overlooks strays', () => {
    const guest = steady(10, 1000).map((p) => ({ ...p, ssrc: 2 }));
    const stray = { arrivalMs: 1500, sequence: 9, timestamp: 5, ssrc: 3 };
    const packets = [...steady(100), ...guest, stray].toSorted((a, b) => a.arrivalMs - b.arrivalMs);
    const { segments } = timelineOf(listOf(packets), 0);
    expect(spans(segments)).to.deep.equal([
      [0, 2000],
      [1000, 1200],
    ]);
  });

  it('takes a source whose timestamps stand still to send without pause', () => {
    const packets = steady(50).map((p) => ({ ...p, timestamp: 7 }));
    expect(spans(timelineOf(listOf(packets), 0).segments)).to.deep.equal([[0, 1000]]);
  });

  describe('against a clock', () => {
    const random = chance(77);
    /** Twenty minutes of packets, jittering by 30 ms, of a source whose time at the true time t is `clock(t)`. */
    const call = (clock: (trueMs: number) => number): { packets: Sent[]; truth: number[] } => {
      const truth: number[] = [];
      const packets: Sent[] = [];
      let trueMs = 0;
      for (let n = 0; n < 60_000; n++) {
        while (clock(trueMs) < n * 20) trueMs += Math.max(1e-7, n * 20 - clock(trueMs));
        truth.push(trueMs);
        packets.push({ arrivalMs: trueMs + 30 * random(), sequence: n, timestamp: n * 160 });
      }
      return { packets: packets.toSorted((a, b) => a.arrivalMs - b.arrivalMs), truth };
    };
    /** By how much the one segment that there should be is off at the worst. */
    const worstMs = (segments: readonly Segment[], truth: readonly number[]): number => {
      expect(segments).to.have.lengthOf(1);
      const places = segments.flatMap(placesMs);
      return places.reduce((worst, place, n) => Math.max(worst, Math.abs(place - (truth[n] ?? 0))), 0);
    };

    it('that is 300 ppm off, a call stays right to a twentieth of a millisecond', () => {
      const { packets, truth } = call((t) => t * 1.0003);
      const { segments, driftPpm } = timelineOf(listOf(packets), 0);
      expect(driftPpm).to.be.closeTo(-300, 0.1);
      expect(worstMs(segments, truth)).to.be.below(0.05);
    });

    it('that is steered back and forth, a call stays right to a few milliseconds', () => {
      const { packets, truth } = call((t) => t + 40 * Math.sin((2 * Math.PI * t) / 1_000_000));
      const { segments } = timelineOf(listOf(packets), 0);
      expect(worstMs(segments, truth)).to.be.below(5);
    });
  });

  it('maps there and back', () => {
    const { segments } = timelineOf(listOf(steady(1000).map((p) => ({ ...p, arrivalMs: p.arrivalMs * 1.0002 }))), 0);
    const map = segments[0]?.map;
    for (const at of [-5, 0, 1, 1000.5, 159_999, 170_000]) {
      expect(map && toSource(map, toOutput(map, at))).to.be.closeTo(at, 1e-6);
    }
  });
});

describe('concealment', () => {
  const voice = tone(200, 0.2);

  it('carries a tone on across a gap as if nothing had been lost', () => {
    const gap = 160;
    const made = conceal(voice.slice(300, 620), voice.slice(620 + gap, 940 + gap), gap);
    for (let n = 0; n < gap; n++) expect(made[n]).to.be.closeTo(voice[620 + n] ?? 0, 0.03);
  });

  it('fades to silence in a long gap', () => {
    const made = conceal(voice.slice(0, 320), voice.slice(0, 320), 2000);
    expect(made.subarray(0, 80).some((x) => Math.abs(x) > 0.25)).to.equal(true);
    expect(made.subarray(480).every((x) => x === 0)).to.equal(true);
  });

  it('is silence where there is nothing to go by', () => {
    expect(conceal(new Float32Array(0), new Float32Array(0), 160).every((x) => x === 0)).to.equal(true);
  });
});

describe('interpolation', () => {
  it('gives the samples themselves, and between them the sound within −50 dB up to 3 kHz', () => {
    for (const frequency of [300, 1000, 3000]) {
      const sound = tone(frequency, 0.05, 1);
      for (let place = 100; place < 300; place += 0.37) {
        const truth = Math.sin((2 * Math.PI * frequency * place) / 8000);
        expect(sampleAt(sound, place)).to.be.closeTo(truth, 0.006);
      }
      expect(sampleAt(sound, 123)).to.be.closeTo(sound[123] ?? 0, 1e-6);
    }
  });
});
