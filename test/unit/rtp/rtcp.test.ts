import { expect } from 'chai';
import fc from 'fast-check';
import { composeRtcp, parseRtcp, type ReportBlock } from '../../../src/rtp/rtcp.js';

const block: ReportBlock = {
  ssrc: 0xaabbccdd,
  fractionLost: 12,
  packetsLost: -3,
  extendedHighest: 0x00010002,
  jitter: 77,
  lastReport: 0x11223344,
  delaySinceLastReport: 65_536,
};

describe('RTCP', () => {
  it('writes a sender report, a source description and a BYE, byte for byte', () => {
    const bytes = composeRtcp({
      ssrc: 0x01020304,
      cname: 'a@b',
      sender: { unixMs: 500, timestamp: 0x05060708, packets: 9, octets: 10 },
      bye: true,
    });
    const words = [
      '80c80006 01020304 83aa7e80 80000000 05060708 00000009 0000000a', // SR
      '81ca0003 01020304 01036140 62000000', // SDES
      '81cb0001 01020304', // BYE
    ];
    expect(Buffer.from(bytes).toString('hex')).to.equal(words.join('').replaceAll(' ', ''));
  });

  it('reads back a report about what was received', () => {
    const news = parseRtcp(composeRtcp({ ssrc: 7, cname: 'x@y', block }));
    expect(news).to.deep.equal({
      ssrc: 7,
      senderReport: undefined,
      blocks: [block],
      cname: 'x@y',
      bye: false,
      voip: undefined,
    });
  });

  it('gives the middle of the sender report’s time, which a reply has to name', () => {
    const sender = { unixMs: 1_000_250, timestamp: 1, packets: 1, octets: 1 };
    const news = parseRtcp(composeRtcp({ ssrc: 7, cname: 'x', sender, block, bye: true }));
    expect(news?.senderReport).to.equal((((2_208_988_800 + 1_000) & 0xffff) * 65_536 + 0x4000) >>> 0);
    expect(news?.bye).to.equal(true);
  });

  it('pads a source description to whole words, for names of any length', () => {
    for (let length = 0; length < 9; length++) {
      const cname = 'n'.repeat(length);
      const bytes = composeRtcp({ ssrc: 7, cname });
      expect(bytes.length % 4).to.equal(0);
      expect(parseRtcp(bytes)?.cname).to.equal(cname);
    }
  });

  const good = Buffer.from(composeRtcp({ ssrc: 7, cname: 'x@y', block }));
  const damaged: Record<string, Buffer> = {
    nothing: Buffer.alloc(0),
    'a report cut short': good.subarray(0, 20),
    'another version': Buffer.concat([Buffer.from([0x41]), good.subarray(1)]),
    'a source description first': good.subarray(32),
    'a length past the end': Buffer.concat([good.subarray(0, 2), Buffer.from([0, 200]), good.subarray(4)]),
  };
  for (const [what, bytes] of Object.entries(damaged))
    it(`refuses ${what}`, () => {
      expect(parseRtcp(bytes)).to.equal(undefined);
    });

  it('reads anything without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const type = [0x81, 200 + ((bytes[1] ?? 0) % 8), 0, (bytes[3] ?? 0) % 16];
        parseRtcp(Uint8Array.from([...type, ...bytes.subarray(4)]));
      }),
    );
  });
});
