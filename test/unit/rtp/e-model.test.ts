import { expect } from 'chai';
import { meanOpinion } from '../../../src/rtp/e-model.js';
import { composeRtcp, parseRtcp } from '../../../src/rtp/rtcp.js';

describe('the mean opinion score', () => {
  // R and MOS of G.107 annex B at the default R of 93.2 and at round figures of it.
  for (const [lostPercent, delayMs, expected] of [
    [0, 0, 4.41],
    [0, 100, 4.36],
    [0, 200, 4.24],
    [0, 400, 3.05],
    [1, 100, 4.26],
    [5, 100, 3.78],
    [20, 100, 2.51],
    [100, 3_000, 1],
  ] as const)
    it(`is ${expected} at ${lostPercent} % of loss and ${delayMs} ms`, () =>
      expect(meanOpinion({ lostPercent, delayMs })).to.be.closeTo(expected, 0.06));

  it('never rises with loss or delay', () => {
    for (let n = 0; n < 100; n++) {
      expect(meanOpinion({ lostPercent: n + 1, delayMs: 50 })).to.be.at.most(
        meanOpinion({ lostPercent: n, delayMs: 50 }),
      );
      expect(meanOpinion({ lostPercent: 1, delayMs: 10 * n + 10 })).to.be.at.most(
        meanOpinion({ lostPercent: 1, delayMs: 10 * n }),
      );
    }
  });
});

/** An extended report with a block of statistics before the one about the call (RFC 3611 § 4.7). */
function extended(changes: Record<number, number> = {}): Uint8Array {
  const report = composeRtcp({ ssrc: 5, cname: 'a' });
  const xr = Buffer.alloc(8 + 8 + 36);
  xr.writeUInt16BE(0x80cf, 0);
  xr.writeUInt16BE(xr.length / 4 - 1, 2);
  xr.writeUInt32BE(5, 4);
  xr.writeUInt8(4, 8); // receiver reference time, here too short to be one: it is skipped by its length
  xr.writeUInt16BE(1, 10);
  xr.writeUInt8(7, 16);
  xr.writeUInt16BE(8, 18);
  xr.writeUInt32BE(0xabcd, 20);
  xr.writeUInt8(64, 24); // a quarter lost
  xr.writeUInt8(32, 25);
  xr.writeUInt8(41, 42);
  xr.writeUInt8(39, 43);
  for (const [at, value] of Object.entries(changes)) xr.writeUInt8(value, Number(at));
  return Buffer.concat([report, xr]);
}

describe('an extended report', () => {
  it('says how the peer heard us', () =>
    expect(parseRtcp(extended())?.voip).to.deep.equal({
      ssrc: 0xabcd,
      lostPercent: 25,
      discardedPercent: 12.5,
      mos: 3.9,
    }));

  it('may know how it sounded but not how the talk was, or neither', () => {
    expect(parseRtcp(extended({ 43: 127 }))?.voip?.mos).to.equal(4.1);
    expect(parseRtcp(extended({ 42: 127, 43: 127 }))?.voip?.mos).to.equal(undefined);
  });

  it('with lengths that lie says nothing', () => {
    expect(parseRtcp(extended({ 19: 200 }))?.voip).to.equal(undefined);
    expect(parseRtcp(extended({ 19: 3 }))?.voip).to.equal(undefined);
  });
});
