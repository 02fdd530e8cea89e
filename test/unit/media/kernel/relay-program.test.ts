/**
 * The relay program inside the real kernel, by PROG_TEST_RUN: what it makes of thousands of packets against a plain
 * rewriting of them (test/support/media/rewrite.ts), and what it leaves alone.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { mapMemory } from '../../../../src/media/kernel/bpf.js';
import { ENTRY, ENTRY_BYTES } from '../../../../src/media/kernel/layout.js';
import type { RelayEntry, Tape } from '../../../../src/media/kernel/table.js';
import { FIRST_PORT, loadRelay, type LoadedRelay } from '../../../support/media/kernel.js';
import { fileHeader, PcapEncoder } from '../../../../src/spool/pcap.js';
import { readSpool } from '../../../../src/spool/pcap-reader.js';
import { frame, type PacketParts, relayed, rtpBytes, type RtpParts } from '../../../support/media/rewrite.js';

const uint = (bits: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** bits - 1 });
const bytesFor = (count: number): fc.Arbitrary<number[]> => fc.array(uint(8), { minLength: count, maxLength: count });
/** Addresses that are not special: the kernel's test run routes nothing, but real ones are more telling. */
const addressOf = (family: 4 | 6): fc.Arbitrary<string> =>
  family === 4
    ? bytesFor(3).map((rest) => [10, ...rest].join('.'))
    : fc
        .array(uint(16), { minLength: 7, maxLength: 7 })
        .map((rest) => ['fd00', ...rest.map((n) => n.toString(16))].join(':'));
const portNumber = fc.integer({ min: 1, max: 65_535 });

/** Unix time at the zero of the monotonic clock, as good as any. */
const ZERO_NS = 1_700_000_000_123_456_789n;

interface Case {
  readonly entry: RelayEntry;
  readonly rtp: RtpParts;
  readonly parts: PacketParts;
}

/** An entry, and a packet that is its own. */
const matching = (family: 4 | 6): fc.Arbitrary<Case> =>
  fc
    .record({
      addresses: fc.tuple(addressOf(family), addressOf(family), addressOf(family), addressOf(family)),
      index: fc.integer({ min: 0, max: 99 }),
      ports: fc.tuple(portNumber, portNumber, portNumber),
      ssrcs: fc.tuple(uint(32), uint(32)),
      offsets: fc.tuple(uint(16), uint(32)),
      payloadTypes: fc.uniqueArray(uint(7), { minLength: 1, maxLength: 4 }),
      out: uint(7),
      after: uint(16),
      timestamp: uint(32),
      marker: fc.boolean(),
      sound: fc.uint8Array({ minLength: 1, maxLength: 988 }),
      ip: fc.record({ ttl: fc.integer({ min: 2, max: 255 }), trafficClass: uint(8), flowLabel: uint(20) }),
      identification: uint(16),
      withChecksum: fc.boolean(),
      dscp: uint(6),
      inward: fc.boolean(),
    })
    .map((c) => {
      const [local, source, from, to] = c.addresses;
      const entry: RelayEntry = {
        local,
        localPort: FIRST_PORT + 2 * c.index,
        source,
        sourcePort: c.ports[0],
        ssrcIn: c.ssrcs[0],
        from,
        fromPort: c.ports[1],
        to,
        toPort: c.ports[2],
        ssrcOut: c.ssrcs[1],
        sequenceOffset: c.offsets[0],
        timestampOffset: c.offsets[1],
        payloadTypes: c.payloadTypes.map((type, n) => ({ in: type, out: (c.out + n) % 128 })),
        after: c.after,
        dscp: c.dscp,
        ttl: 64,
        route: { interfaceIndex: 1, isLocal: c.inward },
        tape: undefined,
        clockRate: 8000,
        jitter: 0,
      };
      const rtp: RtpParts = {
        marker: c.marker,
        payloadType: c.payloadTypes.at(-1) ?? 0,
        sequence: (c.after + 1) & 0xffff,
        timestamp: c.timestamp,
        ssrc: c.ssrcs[0],
        sound: Buffer.from(c.sound),
      };
      const parts: PacketParts = {
        source,
        destination: local,
        sourcePort: entry.sourcePort,
        destinationPort: entry.localPort,
        ...c.ip,
        identification: c.identification,
        withChecksum: family === 6 || c.withChecksum,
        payload: rtpBytes(rtp),
      };
      return { entry, rtp, parts };
    });

const indexOf = ({ entry }: Case): number => (entry.localPort - FIRST_PORT) / 2;

describe('the relay program in the kernel', () => {
  let relay: LoadedRelay;
  beforeEach(function () {
    relay = loadRelay(this);
  });
  afterEach(() => relay?.close());

  const encoder = (source: string, destination: string): PcapEncoder => {
    const ends = { source: { address: source, port: 65_535 }, destination: { address: destination, port: 40_000 } };
    return new PcapEncoder({ outside: ends });
  };
  const encoders = { 4: encoder('192.0.2.1', '192.0.2.250'), 6: encoder('2001:db8::1', 'fd00::ffff:9') };
  /** A tape for the outside leg. */
  const label = (family: 4 | 6): Tape => {
    const number = relay.tapes.take();
    if (number === undefined) throw new Error('no tape is free');
    return { number, zeroNs: ZERO_NS, header: encoders[family].header('outside') };
  };
  const taken = (index: number): Buffer => {
    const parts: Buffer[] = [];
    relay.tapes.read(index, (memory, from, to) => parts.push(Buffer.from(memory.subarray(from, to))));
    return Buffer.concat(parts);
  };
  /** One record, the same as the spool's own encoder makes of the packet, with the time at which it came. */
  const expectRecord = (bytes: Buffer, family: 4 | 6, payload: Buffer): void => {
    const timeUs = bytes.readUInt32LE(0) * 1e6 + bytes.readUInt32LE(4);
    const wanted = Buffer.alloc(encoders[family].rtpBytes('outside', payload.length));
    encoders[family].encodeRtp(wanted, 0, 'outside', timeUs, payload);
    expect(bytes.toString('hex')).to.equal(wanted.toString('hex'));
    const nowUs = Number((process.hrtime.bigint() + ZERO_NS) / 1000n);
    expect((nowUs - timeUs) / 1e6).to.be.within(0, 10);
  };
  /** What stands on a tape, read as a spool: the sequence numbers in their order. */
  const sequences = (index: number): number[] => {
    const { records, summary } = readSpool(Buffer.concat([fileHeader(), taken(index)]));
    expect(summary).to.deep.include({ damage: [], tailBytes: 0 });
    return records.flatMap((record) => (record.kind === 'rtp' ? [Buffer.from(record.rtp).readUInt16BE(2)] : []));
  };

  for (const family of [4, 6] as const) {
    it(`makes of thousands of IPv${family} packets, byte for byte, what rewriting them plainly makes`, function () {
      this.timeout(180_000);
      let odd = 0;
      const tape = label(family);
      const check = (c: Case): void => {
        relay.table.write(indexOf(c), { ...c.entry, tape });
        const out = relay.run(frame(c.parts));
        expect(out?.toString('hex')).to.equal(relayed(c.parts, c.rtp, c.entry).toString('hex'));
        if (c.rtp.sound.length % 2 === 1) odd++;
        relay.table.switchOff(indexOf(c));
        expectRecord(taken(indexOf(c)), family, c.parts.payload);
      };
      fc.assert(fc.property(matching(family), check), { numRuns: 3_000 });
      expect(odd).to.be.greaterThan(100);
    });
  }

  const one = (family: 4 | 6): Case => {
    const [sample] = fc.sample(matching(family), { numRuns: 1, seed: 7 });
    if (!sample) throw new Error('no sample');
    return { ...sample, entry: { ...sample.entry, payloadTypes: [{ in: 8, out: 0 }] }, ...withType(sample, 8) };
  };
  const withType = ({ rtp, parts }: Case, payloadType: number): Pick<Case, 'rtp' | 'parts'> => {
    const changed = { ...rtp, payloadType };
    return { rtp: changed, parts: { ...parts, payload: rtpBytes(changed) } };
  };

  /** What is done to a frame that would be relayed, so that it is left to the socket. */
  const spoiled: readonly [string, 4 | 6 | 'both', (packet: Buffer, rtpAt: number) => Buffer | void][] = [
    ['a destination address that is not the entry’s', 'both', (p, rtp) => bump(p, rtp - 9)],
    ['a source address that is not latched', 'both', (p, rtp) => bump(p, rtp === 42 ? 29 : 37)],
    ['a source port that is not latched', 'both', (p, rtp) => bump(p, rtp - 7)],
    ['an odd port: RTCP', 'both', (p, rtp) => bump(p, rtp - 5)],
    ['a port outside the table', 'both', (p, rtp) => void p.writeUInt16BE(FIRST_PORT - 2, rtp - 6)],
    ['another SSRC', 'both', (p, rtp) => bump(p, rtp + 11)],
    ['another payload type, such as a telephone-event', 'both', (p, rtp) => void p.writeUInt8(101, rtp + 1)],
    ['RTCP on the port of RTP', 'both', (p, rtp) => void p.writeUInt8(200, rtp + 1)],
    ['a header extension', 'both', (p, rtp) => void p.writeUInt8(0x90, rtp)],
    ['a CSRC', 'both', (p, rtp) => void p.writeUInt8(0x81, rtp)],
    ['padding', 'both', (p, rtp) => void p.writeUInt8(0xa0, rtp)],
    ['STUN', 'both', (p, rtp) => void p.writeUInt8(0x00, rtp)],
    ['DTLS', 'both', (p, rtp) => void p.writeUInt8(22, rtp)],
    ['a UDP length that is not that of the packet', 'both', (p, rtp) => bump(p, rtp - 3)],
    ['a packet that ends early', 'both', (p) => p.subarray(0, p.length - 1)],
    ['another protocol than UDP', 'both', (p, rtp) => void p.writeUInt8(6, rtp === 42 ? 23 : 20)],
    ['a time to live that is over', 'both', (p, rtp) => void p.writeUInt8(1, rtp === 42 ? 22 : 21)],
    ['IP options', 4, (p) => void p.writeUInt8(0x46, 14)],
    ['a first fragment', 4, (p) => void p.writeUInt16BE(0x2000, 20)],
    ['a later fragment', 4, (p) => void p.writeUInt16BE(0x0001, 20)],
    ['another version of IP', 'both', (p) => void p.writeUInt8((p[14] ?? 0) ^ 0x10, 14)],
    ['an Ethertype of something else', 'both', (p) => void p.writeUInt16BE(0x0806, 12)],
    [
      'a VLAN’s tag (802.1Q)',
      'both',
      (p) => Buffer.concat([p.subarray(0, 12), Buffer.from([0x81, 0, 0, 5]), p.subarray(12)]),
    ],
    ['the MAC address of another host', 'both', (p) => void p.writeUInt8(2, 0)],
  ];
  for (const [what, families, spoil] of spoiled) {
    for (const family of [4, 6] as const) {
      if (families !== 'both' && families !== family) continue;
      it(`leaves to the socket: ${what} (IPv${family})`, () => {
        const sample = one(family);
        relay.table.write(indexOf(sample), sample.entry);
        const packet = frame(sample.parts);
        const changed = Buffer.from(packet);
        const result = spoil(changed, family === 4 ? 42 : 62) ?? changed;
        expect(relay.run(result)).to.equal(undefined);
        expect(relay.table.counters(indexOf(sample)).packets).to.equal(0);
        expect(relay.run(packet), 'the packet before it was spoiled').not.to.equal(undefined);
      });
    }
  }

  it('leaves to the socket what is shorter than RTP with a byte of sound, or longer than a record', () => {
    const sample = one(4);
    relay.table.write(indexOf(sample), sample.entry);
    const sized = (bytes: number): Buffer =>
      frame({ ...sample.parts, payload: rtpBytes({ ...sample.rtp, sound: Buffer.alloc(bytes) }) });
    expect(relay.run(sized(0))).to.equal(undefined);
    expect(relay.run(sized(989))).to.equal(undefined);
    expect(relay.run(sized(988))).not.to.equal(undefined);
  });

  it('takes each sequence number once and in order, over the wrap too, and leaves jumps and late packets', () => {
    const sample = one(4);
    relay.table.write(indexOf(sample), { ...sample.entry, after: 65_534 });
    const takes = (sequence: number): boolean =>
      relay.run(frame({ ...sample.parts, payload: rtpBytes({ ...sample.rtp, sequence }) })) !== undefined;
    expect([65_534, 65_535, 65_535, 0, 2, 1, 3_002, 3_001].map(takes)).to.deep.equal([
      false, // the last that was the socket's
      true,
      false, // a duplicate
      true, // over the wrap
      true, // one was lost
      false, // it comes late
      false, // 3,000 ahead: a jump
      true, // 2,999 ahead: a gap
    ]);
    expect(relay.table.counters(indexOf(sample))).to.include({ packets: 4, lastSequence: 3_001 });
  });

  it('begins with the very next packet: what is before it waits in the socket', () => {
    const sample = one(4);
    const takes = (sequence: number): boolean => relay.run(numbered(sample, sequence)) !== undefined;
    relay.table.write(indexOf(sample), { ...sample.entry, after: 65_534 });
    expect([0, 1, 65_535, 1].map(takes)).to.deep.equal([false, false, true, true]);
  });

  it('relays nothing when an entry is off or being written, and again by its new version', () => {
    const sample = one(4);
    const packet = frame(sample.parts);
    expect(relay.run(packet)).to.equal(undefined);
    const first = relay.table.write(indexOf(sample), sample.entry);
    expect(relay.run(packet)).not.to.equal(undefined);
    relay.table.switchOff(indexOf(sample));
    expect(relay.run(packet)).to.equal(undefined);
    const second = relay.table.write(indexOf(sample), sample.entry);
    expect(relay.run(packet)).not.to.equal(undefined);
    expect(second).to.be.greaterThan(first);
  });

  it('counts packets, bytes and jitter', () => {
    const sample = one(4);
    const index = indexOf(sample);
    relay.table.write(index, { ...sample.entry, after: 0 });
    for (let n = 1; n <= 50; n++)
      relay.run(
        frame({
          ...sample.parts,
          payload: rtpBytes({ ...sample.rtp, sequence: n, timestamp: n * 160, sound: Buffer.alloc(160) }),
        }),
      );
    const { packets, bytes, jitter, lastTimestamp, lastArrivalNs } = relay.table.counters(index);
    expect({ packets, bytes, lastTimestamp }).to.deep.equal({ packets: 50, bytes: 50 * 172, lastTimestamp: 8_000 });
    // They come all at once, so each is early by its 160 units: RFC 3550 A.8 goes towards that.
    expect(jitter).to.be.within(100, 400); // the process may stand still between two
    expect((Number(process.hrtime.bigint()) - lastArrivalNs) / 1e9).to.be.within(0, 10);
  });

  /** A packet of 20 ms of G.711 that bears this sequence number. */
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
  const numbered = (sample: Case, sequence: number, bytes = 160): Buffer =>
    frame({ ...sample.parts, payload: rtpBytes({ ...sample.rtp, sequence, sound: Buffer.alloc(bytes) }) });

  it('counts what had no room on the tape, relays it all the same, and records again when there is room', () => {
    const sample = one(4);
    const index = indexOf(sample);
    const tape = label(4);
    relay.table.write(index, { ...sample.entry, after: 0, tape });
    const send = (sequence: number): boolean => relay.run(numbered(sample, sequence)) !== undefined;
    const sent = Array.from({ length: 100 }, (_, n) => send(n + 1));
    expect(sent).not.to.include(false);
    const kept = sequences(index);
    expect(kept).to.deep.equal(Array.from({ length: 75 }, (_, n) => n + 1)); // of 216 bytes, on 16,384
    expect(relay.table.counters(index).missed).to.equal(25);
    expect(send(101)).to.equal(true);
    expect(sequences(index)).to.deep.equal([101]);
  });

  it('goes round its tape many times without losing a record, whatever their lengths', () => {
    const sample = one(6);
    const index = indexOf(sample);
    relay.table.write(index, { ...sample.entry, after: 0, tape: label(6) });
    const lengths = fc.sample(fc.integer({ min: 1, max: 988 }), { numRuns: 600, seed: 11 });
    let next = 1;
    for (const length of lengths) {
      expect(relay.run(numbered(sample, next, length))).not.to.equal(undefined);
      next++;
      if (next % 7 !== 1) continue;
      const filled = relay.tapes.filled(index);
      const bytes = 7 * encoders[6].rtpBytes('outside', 12) + sum(lengths.slice(next - 8, next - 1));
      expect(bytes - filled, 'what one record may stand over the end').to.be.within(0, 1_100);
      expect(sequences(index)).to.deep.equal(Array.from({ length: 7 }, (_, n) => next - 7 + n));
      expect(relay.tapes.filled(index)).to.equal(0);
    }
    expect(relay.table.counters(indexOf(sample))).to.include({ packets: 600, missed: 0 });
  });

  it('leaves to the socket what comes while the tape is in other hands', () => {
    const sample = one(4);
    const index = indexOf(sample);
    relay.table.write(index, { ...sample.entry, after: 0, tape: label(4) });
    const memory = mapMemory(relay.table.descriptor, 7 * 4096, 0, true);
    const busy = new Uint32Array(memory.bytes, index * ENTRY_BYTES + ENTRY.busy, 1);
    busy[0] = 1;
    expect(relay.run(numbered(sample, 1))).to.equal(undefined);
    relay.table.write(index, { ...sample.entry, after: 0, tape: label(4) });
    expect(relay.run(numbered(sample, 1)), 'whoever has it takes himself off').to.equal(undefined);
    expect(busy[0]).to.equal(1);
    busy[0] = 0;
    expect(relay.run(numbered(sample, 1))).not.to.equal(undefined);
    expect(busy[0]).to.equal(0);
    memory.unmap();
    expect(sequences(index)).to.deep.equal([1]);
  });

  it('records nothing where that is not wanted', () => {
    const sample = one(6);
    const index = indexOf(sample);
    relay.table.write(index, { ...sample.entry, tape: label(6) }); // it has a tape from before
    relay.table.write(index, { ...sample.entry, tape: undefined });
    expect(relay.run(frame(sample.parts))).not.to.equal(undefined);
    expect(taken(index)).to.have.lengthOf(0);
  });
});

function bump(packet: Buffer, at: number): void {
  packet.writeUInt8(((packet[at] ?? 0) + 1) & 0xff, at);
}
