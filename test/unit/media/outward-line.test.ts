import { expect } from 'chai';
import fc from 'fast-check';
import { OutwardLine } from '../../../src/media/session/plane/outward-line.js';
import { emptyPacket, HEADER_BYTES, readRtp, type RtpPacket, sequenceDistance } from '../../../src/rtp/packet.js';

const FIRST = { ssrc: 0xcafe, sequence: 999, timestamp: 0xffffff00 };
const header = Buffer.alloc(HEADER_BYTES);
const written = (): RtpPacket => {
  const packet = emptyPacket();
  if (!readRtp(header, packet)) expect.fail('not a packet');
  return packet;
};
const sound = (sequence: number, timestamp = sequence * 160, ssrc = 1, marker = false): RtpPacket => ({
  ...emptyPacket(),
  sequence: sequence & 0xffff,
  timestamp: timestamp >>> 0,
  ssrc,
  marker,
  payloadStart: 12,
  payloadEnd: 172,
});

/** Lays a packet onto the line; what was written, or undefined where it has no place. */
const relay = (
  line: OutwardLine,
  packet: RtpPacket,
  now: number,
  how: { fresh?: boolean; isEvent?: boolean } = {},
): RtpPacket | undefined =>
  line.relay(header, 0, packet, 8, how.fresh ?? false, how.isEvent ?? false, now) ? written() : undefined;
const begin = (line: OutwardLine, now: number): RtpPacket => (line.begin(header, 0, 8, 160, 160, now), written());
const follow = (line: OutwardLine, now: number): RtpPacket => (line.follow(header, 0, 8, 160, 160, now), written());
const event = (line: OutwardLine, first: boolean, now: number): RtpPacket => (
  line.event(header, 0, first, 101, 4, now),
  written()
);

describe('the outward line of a leg', () => {
  it('begins where chance put it', () => {
    expect(begin(new OutwardLine(FIRST), 0)).to.include({
      ssrc: 0xcafe,
      sequence: 1000,
      timestamp: 0xffffff00,
      marker: true,
    });
    expect(relay(new OutwardLine(FIRST), sound(5), 0)).to.include({
      ssrc: 0xcafe,
      sequence: 1000,
      timestamp: 0xffffff00,
      marker: true,
    });
  });

  it('lays a stream on anew that jumped back while its packets were left out', () => {
    const line = new OutwardLine(FIRST);
    relay(line, sound(20_000), 0);
    line.leaveOut(sound(10_000));
    const isEvent = true;
    expect(relay(line, sound(10_001), 40, { isEvent })).to.include({ sequence: 1001, marker: true });
    expect(relay(line, sound(10_002), 60, { isEvent })).to.include({ sequence: 1002, marker: false });
  });

  it('goes on without a gap within a prompt, and around the ends of the numbers', () => {
    const line = new OutwardLine({ ...FIRST, sequence: 65_533 });
    const packets = [begin(line, 0), follow(line, 20), follow(line, 41)];
    expect(packets.map(({ sequence }) => sequence)).to.deep.equal([65_534, 65_535, 0]);
    expect(packets.map(({ timestamp }) => timestamp)).to.deep.equal([0xffffff00, 0xffffffa0, 0x40]);
    expect(packets.map(({ marker }) => marker)).to.deep.equal([true, false, false]);
  });

  it('keeps time through a pause: prompt, silence of two seconds, ringing tone', () => {
    const line = new OutwardLine(FIRST);
    const { timestamp } = begin(line, 0);
    expect(begin(line, 2_000)).to.include({ sequence: 1001, timestamp: (timestamp + 16_000) >>> 0, marker: true });
  });

  it('does not go back in time when sounds follow each other at once', () => {
    const line = new OutwardLine(FIRST);
    const { timestamp } = begin(line, 0);
    expect(begin(line, 1).timestamp).to.equal((timestamp + 160) >>> 0);
  });

  it('lays a relayed stream behind what was sent, with a marker', () => {
    const line = new OutwardLine(FIRST);
    const { timestamp } = begin(line, 0);
    expect(relay(line, sound(40_000, 77), 500)).to.include({
      sequence: 1001,
      timestamp: (timestamp + 4_000) >>> 0,
      marker: true,
    });
    expect(relay(line, sound(40_001, 237), 520)).to.include({ sequence: 1002, marker: false });
  });

  it('shows the stream’s losses, order and talkspurts as they are', () => {
    const line = new OutwardLine(FIRST);
    const base = relay(line, sound(10), 0)?.sequence ?? 0;
    const order = [11, 14, 12, 15].map((n) => relay(line, sound(n, n * 160, 1, n === 14), (n - 10) * 20));
    expect(order.map((packet) => sequenceDistance(packet?.sequence ?? 0, base))).to.deep.equal([1, 4, 2, 5]);
    expect(order.map((packet) => packet?.marker)).to.deep.equal([false, true, false, false]);
  });

  it('follows another source: numbers go on, time goes on', () => {
    const line = new OutwardLine(FIRST);
    const one = relay(line, sound(10), 0);
    const two = relay(line, sound(60_000, 999_999, 2), 20);
    expect(two).to.include({
      sequence: 1001,
      timestamp: ((one?.timestamp ?? 0) + 160) >>> 0,
      marker: true,
      ssrc: 0xcafe,
    });
  });

  it('follows a stream that goes on somewhere else, under the same source', () => {
    const line = new OutwardLine(FIRST);
    relay(line, sound(10), 0);
    expect(relay(line, sound(30_000), 20, { fresh: true })).to.include({ sequence: 1001, marker: true });
  });

  it('follows timestamps that leap while time does not', () => {
    const line = new OutwardLine(FIRST);
    const { timestamp } = relay(line, sound(10, 1_600), 0) ?? sound(0);
    expect(relay(line, sound(11, 900_000), 20)).to.include({ sequence: 1001, timestamp: (timestamp + 160) >>> 0 });
    expect(relay(line, sound(12, 900_160), 40)).to.include({ sequence: 1002, timestamp: (timestamp + 320) >>> 0 });
  });

  it('takes a pause of the talker for what it is', () => {
    const line = new OutwardLine(FIRST);
    const { timestamp } = relay(line, sound(10, 1_600), 0) ?? sound(0);
    const after = relay(line, sound(11, 1_600 + 40_000, 1, true), 5_000);
    expect(after).to.include({ sequence: 1001, timestamp: (timestamp + 40_000) >>> 0, marker: true });
  });

  it('puts made keys in between, and moves what follows', () => {
    const line = new OutwardLine(FIRST);
    const last = relay(line, sound(10), 0);
    const keys = [event(line, true, 20), event(line, false, 40)];
    expect(keys.map(({ sequence }) => sequence)).to.deep.equal([1001, 1002]);
    expect(keys.map(({ timestamp }) => timestamp)).to.deep.equal(Array(2).fill(((last?.timestamp ?? 0) + 160) >>> 0));
    expect(keys.map(({ marker }) => marker)).to.deep.equal([true, false]);
    expect(relay(line, sound(11), 60)).to.include({ sequence: 1003, timestamp: ((last?.timestamp ?? 0) + 160) >>> 0 });
  });

  it('does not show as lost what it left out', () => {
    const line = new OutwardLine(FIRST);
    relay(line, sound(10), 0);
    line.leaveOut(sound(11));
    line.leaveOut(sound(12));
    expect(relay(line, sound(13), 60)).to.include({ sequence: 1001 });
    expect(relay(line, sound(15), 100)).to.include({ sequence: 1003 });
  });

  it('has no place for packets that are older than a change', () => {
    const line = new OutwardLine(FIRST);
    relay(line, sound(10), 0);
    line.leaveOut(sound(12));
    expect(relay(line, sound(11), 40)).to.equal(undefined);
    expect(relay(line, sound(13), 60)).to.include({ sequence: 1001 + 1 }); // 11 is missing, as it is at the source
  });

  it('lets the timestamp of a key stand still, however long it is pressed', () => {
    const line = new OutwardLine(FIRST);
    relay(line, sound(10, 1_600), 0);
    const key = { ...sound(11, 1_760), payloadEnd: 16 };
    const { timestamp } = relay(line, { ...key, marker: true }, 20, { isEvent: true }) ?? sound(0);
    for (let n = 1; n < 200; n++)
      expect(relay(line, { ...key, sequence: 11 + n }, 20 + n * 20, { isEvent: true })).to.include({
        timestamp,
        marker: false,
      });
    expect(relay(line, sound(211, 1_600 + 201 * 160), 4_020)).to.include({ marker: false });
  });

  it('says what its time is between packets, for reports', () => {
    const line = new OutwardLine(FIRST);
    const { timestamp } = begin(line, 100);
    expect(line.timestampAt(350)).to.equal((timestamp + 2_000) >>> 0);
    expect(line).to.include({ packets: 1, octets: 160 });
  });

  it('never sends a number twice, whatever is mixed', () => {
    const action = fc.oneof(
      { weight: 6, arbitrary: fc.constant('relay' as const) },
      fc.constantFrom('lose', 'late', 'leaveOut', 'other', 'begin', 'follow', 'key', 'end'),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 120 }), (actions) => {
        const line = new OutwardLine(FIRST);
        const sent: number[] = [];
        let next = 65_500;
        let ssrc = 1;
        let skipped: number | undefined;
        let now = 0;
        const push = (packet: RtpPacket | undefined): void => {
          if (packet) sent.push(packet.sequence);
        };
        for (const what of actions) {
          now += 20;
          if (what === 'relay') push(relay(line, sound(next++, next * 160, ssrc), now));
          else if (what === 'lose') skipped = next++;
          else if (what === 'late' && skipped !== undefined) {
            push(relay(line, sound(skipped, skipped * 160, ssrc, true), now));
            skipped = undefined;
          } else if (what === 'leaveOut') line.leaveOut(sound(next++, next * 160, ssrc));
          else if (what === 'other') {
            ssrc++;
            next += 5_000;
            skipped = undefined;
          } else if (what === 'begin') push(begin(line, now));
          else if (what === 'follow' && sent.length > 0) push(follow(line, now));
          else if (what === 'key') push(event(line, true, now));
          else if (what === 'end') {
            line.endRelay();
            skipped = undefined;
          }
        }
        expect(new Set(sent).size).to.equal(sent.length);
        expect(line.packets).to.equal(sent.length);
      }),
    );
  });
});
