/** SRTP over time: rollover with loss and reordering, replay, forgery, key identifiers. */
import { expect } from 'chai';
import fc from 'fast-check';
import { PacketIndex } from '../../../src/srtp/packet-index.js';
import {
  type MasterKey,
  SrtpReceiver,
  SrtpSender,
  suiteNames,
  suites,
  TRAILER_BYTES,
} from '../../../src/srtp/index.js';

const masterOf = (suite: MasterKey['suite']): MasterKey => ({
  suite,
  key: new Uint8Array(suites[suite].keyBytes).map((_, i) => i + 1),
  salt: new Uint8Array(suites[suite].saltBytes).map((_, i) => 0x80 - i),
});

function packet(sequence: number, ssrc = 7, payload = 20): { bytes: Uint8Array; end: number } {
  const end = 12 + payload;
  const bytes = new Uint8Array(end + TRAILER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x8008);
  view.setUint16(2, sequence & 0xffff);
  view.setUint32(4, sequence * 160);
  view.setUint32(8, ssrc);
  for (let i = 12; i < end; i++) bytes[i] = sequence + i;
  return { bytes, end };
}

/** The packet as it goes over the wire. */
function wire(sender: SrtpSender, sequence: number, ssrc?: number): Uint8Array {
  const { bytes, end } = packet(sequence, ssrc);
  return bytes.slice(0, sender.protect(bytes, end));
}

const open = (receiver: SrtpReceiver, bytes: Uint8Array): number => {
  const copy = bytes.slice();
  return receiver.unprotect(copy, copy.length);
};

describe('the index of packets', () => {
  it('goes on over every wrap, whatever is lost and in whatever order packets come', () => {
    const steps = fc.array(
      fc.record({ on: fc.integer({ min: 1, max: 20_000 }), late: fc.integer({ min: 0, max: 150 }) }),
      {
        minLength: 50,
        maxLength: 400,
      },
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0x7fff }), steps, (first, list) => {
        const index = new PacketIndex();
        index.note(first);
        const seen = new Set([first]);
        let at = first;
        for (const { on, late } of list) {
          at += on;
          for (const now of [at, at - late]) {
            if (now < 0) continue;
            expect(index.estimate(now & 0xffff)).to.equal(now);
            expect(index.isNew(now)).to.equal(!seen.has(now));
            index.note(now);
            seen.add(now);
          }
        }
        expect(index.highest).to.equal(at);
      }),
      { numRuns: 25 },
    );
  });

  it('takes nothing that is older than it can remember', () => {
    const index = new PacketIndex();
    for (const each of [1, 2, 300]) index.note(each);
    expect(index.isNew(299)).to.equal(true);
    expect(index.isNew(300 - 223)).to.equal(true);
    expect(index.isNew(300 - 224)).to.equal(false);
    expect(index.isNew(2)).to.equal(false);
  });
});

for (const suite of suiteNames)
  describe(`SRTP by ${suite}`, () => {
    it('carries a call of hours: 2,000,000 sequence numbers, some lost and some late', () => {
      const sender = new SrtpSender(masterOf(suite));
      const receiver = new SrtpReceiver(masterOf(suite));
      for (let sequence = 30_000; sequence < 2_000_000; sequence += 9_973) {
        const burst = [0, 1, 3, 2, 6, 5].map((ahead) => ({
          sequence: sequence + ahead,
          bytes: wire(sender, sequence + ahead),
        }));
        for (const { sequence, bytes } of burst) {
          const end = receiver.unprotect(bytes, bytes.length);
          expect(end).to.equal(32);
          expect(bytes.slice(0, end)).to.deep.equal(packet(sequence).bytes.slice(0, end));
        }
      }
    });

    it('takes a packet once', () => {
      const sender = new SrtpSender(masterOf(suite));
      const receiver = new SrtpReceiver(masterOf(suite));
      const [a, b] = [wire(sender, 10), wire(sender, 11)];
      expect([b, a, a, b].map((bytes) => open(receiver, bytes))).to.deep.equal([32, 32, -1, -1]);
    });

    it('refuses whatever was changed in one bit, and goes on', () => {
      const sender = new SrtpSender(masterOf(suite));
      const receiver = new SrtpReceiver(masterOf(suite));
      const bytes = wire(sender, 10);
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const forged = bytes.slice();
        forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(open(receiver, forged)).to.equal(-1);
      }
      for (let length = 0; length < bytes.length; length++) expect(open(receiver, bytes.slice(0, length))).to.equal(-1);
      expect(open(receiver, bytes)).to.equal(32);
    });

    it('keeps sources apart, and no more than 64 of them', () => {
      const sender = new SrtpSender(masterOf(suite));
      const receiver = new SrtpReceiver(masterOf(suite));
      for (let ssrc = 1; ssrc <= 64; ssrc++) expect(open(receiver, wire(sender, 10, ssrc))).to.equal(32);
      expect(open(receiver, wire(sender, 10, 65))).to.equal(-1);
      expect(open(receiver, wire(sender, 11, 64))).to.equal(32);
    });

    it('never sends two packets under one index', () => {
      const sender = new SrtpSender(masterOf(suite));
      for (const [sequence, sent] of [
        [10, true],
        [12, true],
        [11, true],
        [12, false],
        [11, false],
      ] as const) {
        const { bytes, end } = packet(sequence);
        expect(sender.protect(bytes, end) >= 0).to.equal(sent);
      }
    });

    it('protects RTCP, takes it once and unchanged', () => {
      const sender = new SrtpSender(masterOf(suite));
      const receiver = new SrtpReceiver(masterOf(suite));
      const plain = Uint8Array.from({ length: 28 }, (_, i) => i);
      const make = (): Uint8Array => {
        const bytes = new Uint8Array(28 + TRAILER_BYTES);
        bytes.set(plain);
        return bytes.slice(0, sender.protectRtcp(bytes, 28));
      };
      const first = make();
      expect(first.slice(8, 28)).not.to.deep.equal(plain.slice(8));
      const copy = first.slice();
      expect(receiver.unprotectRtcp(copy, copy.length)).to.equal(28);
      expect(copy.slice(0, 28)).to.deep.equal(plain);
      expect(receiver.unprotectRtcp(first.slice(), first.length)).to.equal(-1);
      const second = make();
      for (const at of [0, 9, 27, 29, second.length - 1]) {
        const forged = second.slice();
        forged[at] = (forged[at] ?? 0) ^ 1;
        expect(receiver.unprotectRtcp(forged, forged.length)).to.equal(-1);
      }
      expect(receiver.unprotectRtcp(second, second.length)).to.equal(28);
    });

    it('takes packets with a key identifier out of them', () => {
      const sender = new SrtpSender(masterOf(suite));
      const receiver = new SrtpReceiver({ ...masterOf(suite), mkiBytes: 4 });
      const bytes = wire(sender, 10);
      const tag = suites[suite].mode === 'gcm' ? 0 : suites[suite].tagBytes;
      const at = bytes.length - tag;
      const marked = Uint8Array.of(...bytes.slice(0, at), 0, 0, 0, 1, ...bytes.slice(at));
      expect(receiver.unprotect(marked, marked.length)).to.equal(32);
    });
  });
