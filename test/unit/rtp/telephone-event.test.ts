import { expect } from 'chai';
import { isKey, readTelephoneEvent, writeTelephoneEvent } from '../../../src/rtp/telephone-event.js';

describe('a telephone-event', () => {
  it('is read as RFC 4733 § 2.3 draws it', () => {
    const bytes = Uint8Array.from([0xff, 11, 0x8a, 0x03, 0x20]);
    expect(readTelephoneEvent(bytes, 1, 5)).to.deep.equal({ key: '#', end: true, volume: 10, duration: 800 });
    expect(readTelephoneEvent(bytes, 1, 4)).to.equal(undefined);
  });

  it('is written for every key so that it reads back', () => {
    for (const key of '0123456789*#ABCD') {
      const bytes = new Uint8Array(6);
      writeTelephoneEvent(bytes, 2, key, false, 63, 0xfffe);
      expect(readTelephoneEvent(bytes, 2, 6)).to.deep.equal({ key, end: false, volume: 63, duration: 0xfffe });
      expect(isKey(key)).to.equal(true);
    }
  });

  it('may be something else than a key, such as a flash', () => {
    expect(readTelephoneEvent(Uint8Array.from([16, 0, 0, 0]), 0, 4)?.key).to.equal(undefined);
    expect(['', '10', 'x'].some(isKey)).to.equal(false);
  });
});
