import { expect } from 'chai';
import {
  ADDRESS_WORDS,
  addressText,
  KeptAddress,
  socketAddress,
} from '../../../src/media/session/plane/socket-address.js';

const wordsOf = (address: string, port: number): Uint32Array => {
  const words = socketAddress(address, port);
  if (!words) throw new Error(`no address: ${address}`);
  return words;
};
const bytesOf = (words: Uint32Array): Buffer => Buffer.from(words.buffer, words.byteOffset, words.byteLength);

describe('an address that is kept for the next packet', () => {
  const ends = [
    ['192.0.2.200', 40_000],
    ['192.0.2.201', 40_000],
    ['192.0.2.200', 40_001],
    ['2001:db8::200', 40_000],
    ['2001:db8::201', 40_000],
    ['2001:db8:1::200', 40_000],
    ['2001:db8::200', 40_001],
  ] as const;

  it('is known again, and told from every other, whichever was kept before', () => {
    const kept = new KeptAddress();
    for (const [address, port] of [...ends, ...ends.toReversed()]) {
      kept.keep(wordsOf(address, port));
      const known = ends.filter((end) => kept.is(wordsOf(end[0], end[1])));
      expect(known).to.deep.equal([[address, port]]);
    }
  });

  it('is put where a packet is sent from, with nothing of the one before', () => {
    const kept = new KeptAddress();
    const to = new Uint32Array(ADDRESS_WORDS);
    expect(kept.put(to)).to.equal(0);
    for (const [address, port] of [...ends, ...ends.toReversed()]) {
      kept.keep(wordsOf(address, port));
      to.fill(0xffff_ffff);
      const bytes = kept.put(to);
      const wanted = bytesOf(wordsOf(address, port)).subarray(0, bytes);
      expect(bytesOf(to).subarray(0, bytes).toString('hex')).to.equal(wanted.toString('hex'));
      expect(addressText(wanted)).to.equal(address);
      expect(wanted.readUInt16BE(2)).to.equal(port);
      expect(bytes).to.equal(address.includes(':') ? 28 : 16); // sockaddr_in6, sockaddr_in
    }
    kept.forget();
    expect(kept.put(to)).to.equal(0);
  });
});
