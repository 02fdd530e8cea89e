import { expect } from 'chai';
import fc from 'fast-check';
import {
  emptyPacket,
  HEADER_BYTES,
  MAX_PACKET_BYTES,
  readRtp,
  sequenceDistance,
  timestampDistance,
  writeRtpHeader,
} from '../../../src/rtp/packet.js';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const read = (bytes: Uint8Array) => {
  const packet = emptyPacket();
  return readRtp(bytes, packet) ? packet : undefined;
};

describe('the RTP header', () => {
  it('is read, without anything special in it', () => {
    expect(read(hex('80 88 1234 89abcdef fedcba98 d5d5d5'))).to.deep.equal({
      marker: true,
      payloadType: 8,
      sequence: 0x1234,
      timestamp: 0x89abcdef,
      ssrc: 0xfedcba98,
      payloadStart: 12,
      payloadEnd: 15,
    });
  });

  it('is read with contributing sources, an extension and padding', () => {
    const packet = read(hex('b2 00 0001 00000002 00000003 0000000a 0000000b bede0001 11223344 d5d5 000003'));
    expect(packet).to.include({ payloadStart: 28, payloadEnd: 30, marker: false, payloadType: 0 });
  });

  const refused: Record<string, Uint8Array> = {
    'nothing at all': new Uint8Array(0),
    'a header cut short': hex('80 08 0001 00000002 000000'),
    'version 1': hex('40 08 0001 00000002 00000003'),
    'contributing sources that are not there': hex('8f 08 0001 00000002 00000003 d5d5'),
    'an extension without its length': hex('90 08 0001 00000002 00000003 be'),
    'an extension longer than the packet': hex('90 08 0001 00000002 00000003 bede0002 11223344'),
    'padding of nothing': hex('a0 08 0001 00000002 00000003 d5d500'),
    'padding over the header': hex('a0 08 0001 00000002 00000003 d5d504'),
    'more than a frame of Ethernet holds': new Uint8Array(MAX_PACKET_BYTES + 1).fill(0x80),
  };
  for (const [what, bytes] of Object.entries(refused))
    it(`is refused with ${what}`, () => {
      expect(read(bytes)).to.equal(undefined);
    });

  it('reads back whatever was written, anywhere in a buffer', () => {
    const u = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
    fc.assert(
      fc.property(
        fc.boolean(),
        u(7),
        u(16),
        u(32),
        u(32),
        u(5),
        (marker, payloadType, sequence, timestamp, ssrc, at) => {
          const bytes = new Uint8Array(at + HEADER_BYTES + 4).fill(0xff);
          writeRtpHeader(bytes, at, marker, payloadType, sequence, timestamp, ssrc);
          expect(read(bytes.subarray(at))).to.deep.equal({
            marker,
            payloadType,
            sequence,
            timestamp,
            ssrc,
            payloadStart: 12,
            payloadEnd: 16,
          });
        },
      ),
    );
  });

  it('never finds a payload outside the packet, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 64 }), (bytes) => {
        if (bytes.length > 0) bytes[0] = 0x80 | ((bytes[0] ?? 0) & 0x3f);
        const packet = read(bytes);
        if (!packet) return;
        expect(packet.payloadStart).to.be.within(HEADER_BYTES, bytes.length);
        expect(packet.payloadEnd).to.be.within(packet.payloadStart, bytes.length);
      }),
    );
  });

  it('measures distances around the ends of the numbers', () => {
    expect(sequenceDistance(2, 0xfffe)).to.equal(4);
    expect(sequenceDistance(0xfffe, 2)).to.equal(-4);
    expect(timestampDistance(80, 0xffffffb0)).to.equal(160);
    expect(timestampDistance(0xffffffb0, 80)).to.equal(-160);
  });
});
