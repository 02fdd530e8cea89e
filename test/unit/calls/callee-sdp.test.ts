import { expect } from 'chai';
import { silentLog } from '../../../src/base/log.js';
import { CalleeSdp } from '../../../src/calls/outbound/callee-sdp.js';
import type { LegPeer } from '../../../src/media/engine.js';
import { SdpError } from '../../../src/sdp/index.js';
import { PROVIDER } from '../../support/calls/scripted-sip.js';

/** A peer that takes whatever is not bad, and keeps what it took. */
function scene() {
  const taken: string[] = [];
  const take = (sdp: string): string => {
    if (sdp === 'bad' || sdp === '') throw new SdpError(488, 'no codec in common');
    taken.push(sdp);
    return `answer to ${sdp}`;
  };
  const peer = { acceptAnswer: take, acceptOffer: take } as unknown as LegPeer;
  const answer = (remoteSdp: string): void => sdp.answered({ remoteSdp, source: PROVIDER }, peer);
  const sdp = new CalleeSdp(peer, silentLog);
  return { sdp, taken, answer };
}

describe('what a callee says of its media', () => {
  it('with each provisional response is taken anew, and with the answer once more', () => {
    const { sdp, taken, answer } = scene();
    expect(sdp.early('one', '192.0.2.10')).to.equal(true);
    expect(sdp.early('two', '192.0.2.10')).to.equal(true);
    answer('three');
    expect(taken).to.deep.equal(['one', 'two', 'three']);
  });

  it('is nothing where a provisional response has none, or none of use', () => {
    const { sdp, taken } = scene();
    expect(sdp.early('', '192.0.2.10')).to.equal(false);
    expect(sdp.early('bad', '192.0.2.10')).to.equal(false);
    expect(taken).to.deep.equal([]);
  });

  it('may be missing in the answer where it is known already', () => {
    for (const before of ['early', 'update'] as const) {
      const { sdp, answer } = scene();
      sdp[before]('one', '192.0.2.10');
      expect(() => answer(''), before).to.not.throw();
    }
  });

  it('may not be missing, or of no use, where it is not', () => {
    for (const remoteSdp of ['', 'bad']) {
      const { sdp, answer } = scene();
      sdp.early('bad', '192.0.2.10');
      expect(() => answer(remoteSdp), remoteSdp).to.throw(SdpError);
    }
  });

  it('in an answer of no use is a fault although it was known before', () => {
    const { sdp, answer } = scene();
    sdp.early('one', '192.0.2.10');
    expect(() => answer('bad')).to.throw(SdpError);
  });

  it('in an offer before the answer is answered', () => {
    const { sdp } = scene();
    expect(sdp.update('one', '192.0.2.10')).to.equal('answer to one');
    expect(() => sdp.update('bad', '192.0.2.10')).to.throw(SdpError);
  });
});
