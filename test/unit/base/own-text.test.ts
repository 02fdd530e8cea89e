import { expect } from 'chai';
import { ownText, sharedText } from '../../../src/base/own-text.js';

describe('a text of its own', () => {
  it('is the same text', () => {
    const message = `Contact: <sip:201@192.0.2.1:5060>;żółw\r\n${'x'.repeat(500)}`;
    expect(ownText(message.slice(10, 33))).to.equal('sip:201@192.0.2.1:5060>');
    expect(ownText(message.slice(33, 38))).to.equal(';żółw');
  });

  it('that many share is told from others, however many there were', () => {
    const texts = Array.from({ length: 2_500 }, (_, n) => `sip:handset-${n}@192.0.2.1`);
    expect(texts.map(sharedText)).to.deep.equal(texts);
    const long = `sip:${'a'.repeat(200)}@192.0.2.1`;
    expect([sharedText(long), sharedText(''), sharedText('201')]).to.deep.equal([long, '', '201']);
  });
});
