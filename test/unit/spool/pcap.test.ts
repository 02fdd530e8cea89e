import { expect } from 'chai';
import fc from 'fast-check';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newCallId } from '../../../src/base/call-id.js';
import type { CallEntry } from '../../../src/entry/call-entry.js';
import { PcapReader, readSpool } from '../../../src/spool/pcap-reader.js';
import { FILE_HEADER_BYTES, PcapEncoder, fileHeader, markBytes } from '../../../src/spool/pcap.js';
import type { Flow, RecordMemory } from '../../../src/spool/pcap.js';
import type { Leg, SpoolMark, SpoolRecord } from '../../../src/spool/records.js';

const entry: CallEntry = {
  version: 1,
  id: newCallId(1_767_600_000_000),
  direction: 'inbound',
  trunk: 'provider',
  outside: { signalled: '+48600100200', number: '+48600100200', displayName: 'Zażółć gęślą', withheld: false },
  dialled: '+48221234567',
  startedAt: 1_767_600_000_000,
  zone: 'Europe/Warsaw',
  parts: [],
  record: { wanted: true },
};

const v4: Flow = {
  source: { address: '203.0.113.7', port: 30_000 },
  destination: { address: '10.0.0.1', port: 20_000 },
};
const v6: Flow = {
  source: { address: '2001:db8::17', port: 40_000 },
  destination: { address: '2001:db8::1', port: 20_010 },
};
const encoder = (): PcapEncoder => new PcapEncoder({ outside: v4, inside: v6 });

function encode(records: readonly SpoolRecord[], using = encoder()): Buffer {
  const parts: Buffer[] = [fileHeader()];
  for (const record of records) {
    const size = record.kind === 'rtp' ? using.rtpBytes(record.leg, record.rtp.length) : markBytes(record.mark);
    const target = Buffer.alloc(size);
    const written =
      record.kind === 'rtp'
        ? using.encodeRtp(target, 0, record.leg, record.timeUs, record.rtp)
        : using.encodeMark(target, 0, record.timeUs, record.mark);
    expect(written).to.equal(size);
    parts.push(target);
  }
  return Buffer.concat(parts);
}

/** Without the place in the file, and with bytes of our own, so that records can be compared. */
const plain = (records: readonly SpoolRecord[]): unknown[] =>
  records.map((r) =>
    r.kind === 'rtp'
      ? { leg: r.leg, timeUs: r.timeUs, rtp: Buffer.from(r.rtp).toString('hex') }
      : { timeUs: r.timeUs, mark: r.mark },
  );

const anyLeg = fc.constantFrom<Leg>('outside', 'inside');
const anyTime = fc.integer({ min: 0, max: 4_000_000_000 * 1000 }).map((ms) => ms * 1000 + 123);
const anyMark = fc.oneof(
  fc.constantFrom<SpoolMark>(
    { type: 'call', entry },
    { type: 'begin' },
    { type: 'end' },
    { type: 'cut', reason: 'no-room' },
  ),
  anyLeg.map((leg): SpoolMark => ({ type: 'hold', leg })),
  anyLeg.map((leg): SpoolMark => ({
    type: 'codecs',
    leg,
    mappings: [{ payloadType: 8, codec: 'PCMA', clockRate: 8000 }],
  })),
);
const anyRecord: fc.Arbitrary<SpoolRecord> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('rtp' as const),
      leg: anyLeg,
      timeUs: anyTime,
      rtp: fc.uint8Array({ maxLength: 300 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('mark' as const), timeUs: anyTime, mark: anyMark }) },
);
const anySpool = fc.array(anyRecord, { minLength: 1, maxLength: 12 });

describe('a spool as pcap', () => {
  it('gives back every record with its leg, its time and its bytes, however it is cut into chunks', () => {
    fc.assert(
      fc.property(anySpool, fc.integer({ min: 1, max: 500 }), (records, chunkBytes) => {
        const file = encode(records);
        const reader = new PcapReader();
        const seen: unknown[] = [];
        for (let at = 0; at < file.length; at += chunkBytes) {
          for (const record of reader.push(file.subarray(at, at + chunkBytes))) {
            if (record.kind === 'rtp') {
              const there = file.subarray(record.payloadAt, record.payloadAt + record.rtp.length);
              expect(there.equals(record.rtp)).to.equal(true);
            }
            seen.push(...plain([record]));
          }
        }
        seen.push(...plain([...reader.finish()]));
        expect(seen).to.deep.equal(plain(records));
        expect(reader.summary).to.deep.include({ damage: [], tailBytes: 0, records: records.length });
      }),
    );
  });

  it('has the same bytes where it is written by words, wherever that is', () => {
    const memory = (bytes: number): RecordMemory => {
      const buffer = new ArrayBuffer(bytes);
      return { bytes: Buffer.from(buffer), words: new Uint32Array(buffer) };
    };
    const sound = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 1000 }),
      fc.constant(new Uint8Array(160).fill(255)),
    );
    fc.assert(
      fc.property(anyLeg, anyTime, sound, fc.nat(9), (leg, timeUs, rtp, offset) => {
        const target = memory(1200);
        const wanted = Buffer.alloc(encoder().rtpBytes(leg, rtp.length));
        encoder().encodeRtp(wanted, 0, leg, timeUs, rtp);
        const written = encoder().encodeInto(target, offset, leg, timeUs, rtp);
        expect(written).to.equal(wanted.length);
        expect(target.bytes.subarray(offset, offset + written).equals(wanted)).to.equal(true);
        expect(target.bytes.subarray(0, offset).every((byte) => byte === 0)).to.equal(true);
        expect(target.bytes.subarray((offset + written + 3) & ~3).every((byte) => byte === 0)).to.equal(true);
      }),
      { numRuns: 500 },
    );
  });

  it('stops at a tail that a crash cut off, with every whole record before it', () => {
    fc.assert(
      fc.property(anySpool, fc.double({ min: 0, max: 1, noNaN: true }), (records, where) => {
        const ends = records.map((_, n) => encode(records.slice(0, n + 1)).length);
        const file = encode(records);
        const length = Math.floor(where * file.length);
        const { records: read, summary } = readSpool(file.subarray(0, length));
        const whole = ends.filter((end) => end <= length).length;
        expect(plain(read)).to.deep.equal(plain(records.slice(0, whole)));
        const goodUpTo = whole > 0 ? (ends[whole - 1] ?? 0) : length < FILE_HEADER_BYTES ? 0 : FILE_HEADER_BYTES;
        expect(summary).to.deep.include({ damage: [], tailBytes: length - goodUpTo });
      }),
    );
  });

  it('takes a tail of zeros (a power cut on a delayed allocation) for a tail', () => {
    const records: SpoolRecord[] = [{ kind: 'rtp', leg: 'inside', timeUs: 5e6, rtp: Buffer.alloc(172, 7) }];
    const { records: read, summary } = readSpool(Buffer.concat([encode(records), Buffer.alloc(4096)]));
    expect(plain(read)).to.deep.equal(plain(records));
    expect(summary).to.deep.include({ damage: [], tailBytes: 4096 });
  });

  it('loses only the record that was damaged, and says where', () => {
    fc.assert(
      fc.property(anySpool, fc.nat(), fc.integer({ min: 1, max: 255 }), (records, seed, flip) => {
        const last: SpoolRecord = { kind: 'mark', timeUs: 9e15 / 10, mark: { type: 'end' } };
        const file = encode([...records, last]);
        const bodyBytes = encode(records).length - FILE_HEADER_BYTES;
        const at = FILE_HEADER_BYTES + (seed % bodyBytes);
        file[at] = (file[at] ?? 0) ^ flip;
        const hit = records.findIndex((_, n) => encode(records.slice(0, n + 1)).length > at);
        const { records: read, summary } = readSpool(file);
        expect(plain(read)).to.deep.equal(plain([...records.filter((_, n) => n !== hit), last]));
        expect(summary.damage).to.deep.equal([
          {
            offset: encode(records.slice(0, hit)).length,
            bytes: encode(records.slice(0, hit + 1)).length - encode(records.slice(0, hit)).length,
          },
        ]);
      }),
    );
  });

  it('reads on where the file header is damaged', () => {
    const records: SpoolRecord[] = [{ kind: 'mark', timeUs: 1e6, mark: { type: 'begin' } }];
    const file = encode(records);
    file.fill(0xee, 0, FILE_HEADER_BYTES);
    const { records: read, summary } = readSpool(file);
    expect(plain(read)).to.deep.equal(plain(records));
    expect(summary.damage).to.deep.equal([{ offset: 0, bytes: FILE_HEADER_BYTES }]);
  });

  it('never throws on noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (noise) => {
        const { summary } = readSpool(noise);
        expect(summary.bytes).to.equal(noise.length);
      }),
    );
  });

  it('follows a leg to a new source', () => {
    const using = new PcapEncoder();
    const rtp = Buffer.alloc(172, 1);
    const before = using.rtpBytes('outside', rtp.length);
    using.setFlow('outside', v6);
    expect(using.rtpBytes('outside', rtp.length)).to.equal(before + 20);
    const records: SpoolRecord[] = [{ kind: 'rtp', leg: 'outside', timeUs: 1e6, rtp }];
    expect(plain(readSpool(encode(records, using)).records)).to.deep.equal(plain(records));
  });

  it('refuses a flow between IP versions, a name, a packet too long and a buffer too small', () => {
    expect(() => new PcapEncoder({ outside: { source: v4.source, destination: v6.source } })).to.throw('IP version');
    expect(
      () => new PcapEncoder({ outside: { source: { address: 'host', port: 1 }, destination: v4.source } }),
    ).to.throw('not an IP address');
    expect(() => encoder().encodeRtp(Buffer.alloc(70_000), 0, 'inside', 0, Buffer.alloc(65_500))).to.throw('fit');
    expect(() => encoder().encodeRtp(Buffer.alloc(100), 0, 'inside', 0, Buffer.alloc(172))).to.throw(RangeError);
  });
});

describe('a spool in Wireshark', () => {
  const folder = mkdtempSync(join(tmpdir(), 'halina-pcap-'));
  after(() => rmSync(folder, { recursive: true }));

  it('is read by tshark as RTP with sequence numbers and good checksums, marks as JSON', function () {
    if (spawnSync('tshark', ['-v']).error) return this.skip();
    const rtp = (sequence: number, type: number): Buffer => {
      const packet = Buffer.alloc(172, 0xd5);
      packet[0] = 0x80;
      packet[1] = type;
      packet.writeUInt16BE(sequence, 2);
      return packet;
    };
    const file = join(folder, 'call.pcap');
    writeFileSync(
      file,
      encode([
        { kind: 'mark', timeUs: 1_767_600_000_000_000, mark: { type: 'call', entry } },
        { kind: 'rtp', leg: 'outside', timeUs: 1_767_600_000_020_001, rtp: rtp(7, 8) },
        { kind: 'rtp', leg: 'inside', timeUs: 1_767_600_000_020_002, rtp: rtp(9, 0) },
      ]),
    );
    const fields = ['frame.time_epoch', 'ip.src', 'ipv6.src', 'ip.ttl', 'ipv6.hlim', 'rtp.seq', 'rtp.p_type'];
    const checks = ['ip.checksum.status', 'udp.checksum.status', 'json.key'];
    const out = execFileSync(
      'tshark',
      ['-r', file, '-T', 'fields', '-E', 'separator=|', '-E', 'occurrence=f']
        .concat('-d', 'udp.port==20000,rtp', '-d', 'udp.port==20010,rtp', '-d', 'udp.port==47001,json')
        .concat('-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE')
        .concat([...fields, ...checks].flatMap((name) => ['-e', name])),
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    expect(out.trim().split('\n')).to.deep.equal([
      '1767600000.000000000|127.0.0.1||68||||1|1|type',
      '1767600000.020001000|203.0.113.7||65||7|8|1|1|',
      '1767600000.020002000||2001:db8::17||66|9|0||1|',
    ]);
  });
});
