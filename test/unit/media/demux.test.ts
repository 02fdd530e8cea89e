import { expect } from 'chai';
import { datagramOf } from '../../../src/media/session/plane/demux.js';

/** RFC 7983 § 7 by the first byte, RFC 5761 § 4 by the second of what could be RTP. */
const expected = (first: number): string => {
  if (first <= 3) return 'stun';
  if (first >= 20 && first <= 63) return 'dtls';
  return first >= 128 && first <= 191 ? 'rtp' : 'unknown';
};

describe('datagrams on one port', () => {
  it('are told apart by their first byte', () => {
    for (let first = 0; first < 256; first++)
      expect(datagramOf(Uint8Array.of(first, 0)), String(first)).to.equal(expected(first));
    expect(datagramOf(new Uint8Array())).to.equal('unknown');
  });

  it('reports are told from sound by their type', () => {
    for (let second = 0; second < 256; second++)
      expect(datagramOf(Uint8Array.of(0x80, second)), String(second)).to.equal(
        second >= 192 && second <= 223 ? 'rtcp' : 'rtp',
      );
  });
});
