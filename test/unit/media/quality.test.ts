/** What is noticed and measured of the sound of a call, on a virtual clock. */
import { expect } from 'chai';
import { composeRtcp, NTP_OFFSET, type ReportBlock } from '../../../src/rtp/rtcp.js';
import { read32 } from '../../../src/rtp/packet.js';
import { toALaw } from '../../../src/codecs/g711.js';
import { type PlaneFixture, planeFixture, type PlanePeer } from '../../support/media/plane.js';

/** A-law of a sine of this amplitude, cut off at full scale. */
const tone = (amplitude: number): Buffer =>
  Buffer.from(
    Uint8Array.from({ length: 160 }, (_, i) =>
      toALaw(Math.max(-32_768, Math.min(32_767, Math.round(amplitude * Math.sin(i / 3))))),
    ),
  );
const SPEECH = tone(6_000);
const SILENCE = Buffer.alloc(160, 0xd5);

let f: PlaneFixture;
let caller: PlanePeer;
let handset: PlanePeer;

function bridged(): void {
  f = planeFixture();
  ({ caller, handset } = f);
  caller.agree();
  handset.agree();
  f.plane.bridge(true);
}

/** So many seconds in which the sides say this; undefined: no packets. */
function talk(seconds: number, outside: Buffer | undefined, inside: Buffer | undefined): void {
  for (let n = 0; n < seconds * 50; n++) {
    f.clock.advance(20);
    if (outside) caller.sends(outside);
    if (inside) handset.sends(inside);
    if (n % 50 === 49) f.plane.sweep();
  }
}
const troubles = (): string[] =>
  f.news.flatMap((one) => (one.type === 'trouble' ? `${one.begins ? '+' : '-'} ${one.what} ${one.leg}` : []));

describe('trouble with the sound of a call', () => {
  beforeEach(bridged);

  it('is not there where both talk', () => {
    talk(30, SPEECH, SPEECH);
    expect(troubles()).to.deep.equal([]);
    expect(f.plane.stats().outside.quality.troubles).to.equal(undefined);
  });

  it('is one-way audio where nothing comes from one side for five seconds, until something does', () => {
    talk(3, SPEECH, SPEECH);
    talk(4, SPEECH, undefined);
    expect(troubles()).to.deep.equal([]);
    talk(3, SPEECH, undefined);
    expect(troubles()).to.deep.equal(['+ one-way inside']);
    talk(2, SPEECH, SPEECH);
    expect(troubles()).to.deep.equal(['+ one-way inside', '- one-way inside']);
    const [trouble, ...more] = f.plane.stats().inside.quality.troubles ?? [];
    expect(more).to.deep.equal([]);
    expect(trouble?.what).to.equal('one-way');
    expect((trouble?.until ?? 0) - (trouble?.at ?? 0)).to.equal(3_000);
  });

  it('is one-way audio where one side has sent nothing but silence for ten seconds', () => {
    talk(9, SPEECH, SILENCE);
    expect(troubles()).to.deep.equal([]);
    talk(2, SPEECH, SILENCE);
    expect(troubles()).to.deep.equal(['+ one-way inside']);
  });

  it('is not there where somebody listens who has said something', () => {
    talk(3, SPEECH, SPEECH);
    talk(60, SPEECH, SILENCE);
    expect(troubles()).to.deep.equal([]);
  });

  it('is no audio where nothing comes from either', () => {
    talk(6, undefined, undefined);
    expect(troubles().sort()).to.deep.equal(['+ no-audio inside', '+ no-audio outside']);
    talk(2, SPEECH, undefined);
    expect(troubles().slice(2).sort()).to.deep.equal(['+ one-way inside', '- no-audio inside', '- no-audio outside']);
  });

  it('is not there while a side is on hold', () => {
    handset.agree(handset.sdp('8 0 101', ['a=sendonly']));
    caller.agree(caller.sdp('8 0 101', ['a=recvonly']));
    talk(20, undefined, undefined);
    expect(troubles().filter((one) => one.endsWith('outside'))).to.deep.equal([]);
  });

  it('is clipping where a side is cut off at full scale', () => {
    talk(10, tone(80_000), SPEECH);
    expect(troubles()).to.deep.equal(['+ clipping outside']);
    talk(10, SPEECH, SPEECH);
    expect(troubles()).to.deep.equal(['+ clipping outside', '- clipping outside']);
    expect(f.plane.stats().outside.quality.peakDb).to.be.closeTo(0, 0.3);
    expect(f.plane.stats().inside.quality.peakDb).to.be.closeTo(20 * Math.log10(6_000 / 32_768), 0.4);
  });
});

describe('the quality of a leg', () => {
  beforeEach(bridged);

  it('is good without loss, and its worst ten seconds are remembered', () => {
    talk(20, SPEECH, SPEECH);
    const good = f.plane.stats().outside.quality;
    expect(good.mos).to.be.above(4.3);
    for (let n = 0; n < 10; n++) {
      talk(1, SPEECH, SPEECH);
      caller.sequence += 10; // lost on its way to us
      caller.timestamp += 1600;
    }
    talk(40, SPEECH, SPEECH);
    const { mos = 0, worstMos = 0 } = f.plane.stats().outside.quality;
    expect(worstMos).to.be.below(3.6);
    expect(mos).to.be.within(worstMos + 0.3, good.mos ?? 0);
    expect(f.plane.stats().inside.quality.worstMos).to.be.above(4.3);
  });

  it('has the round trip and what the peer says of our sound', () => {
    talk(20, SPEECH, SPEECH);
    const report = caller.rtcp.sent.at(-1)?.bytes ?? expect.fail('no report was sent');
    const ssrc = read32(report, 4);
    const lastReport = ((read32(report, 8) << 16) | (read32(report, 12) >>> 16)) >>> 0;
    const sentAt = read32(report, 8) - NTP_OFFSET + read32(report, 12) / 2 ** 32;
    const kept = 0.5;
    f.clock.advance(Math.round((sentAt + kept) * 1000 + 80 - f.clock.now()));
    const block: ReportBlock = {
      ssrc,
      fractionLost: 25,
      packetsLost: 100,
      extendedHighest: 1000,
      jitter: 80,
      lastReport,
      delaySinceLastReport: kept * 65_536,
    };
    f.plane.rtcp('outside', Buffer.from(composeRtcp({ ssrc: caller.ssrc, cname: 'peer', block })), caller.address);
    const { roundTripMs, far } = f.plane.stats().outside.quality;
    expect(roundTripMs).to.be.closeTo(80, 2);
    expect(far?.jitterMs).to.equal(10);
    expect(far?.lostPercent).to.be.closeTo(10, 0.3);
    // What names another report, or another stream, says nothing.
    f.plane.rtcp('outside', Buffer.from(composeRtcp({ ssrc: caller.ssrc, cname: 'peer', block: { ...block, ssrc: 1, jitter: 8 } })), caller.address); // prettier-ignore
    f.plane.rtcp('outside', Buffer.from(composeRtcp({ ssrc: caller.ssrc, cname: 'peer', block: { ...block, lastReport: 77 } })), caller.address); // prettier-ignore
    expect(f.plane.stats().outside.quality.roundTripMs).to.equal(roundTripMs);
    expect(f.plane.stats().outside.quality.far?.jitterMs).to.equal(10);
  });
});
