import { expect } from 'chai';
import { encodeFrame, FrameParser } from '../../../../src/sip/drachtio/framing.js';

const text = (frames: readonly Buffer[] | undefined): string[] | undefined => frames?.map((frame) => frame.toString());

describe('frames of the drachtio protocol', () => {
  it('count bytes, not characters, and hold the message as it is', () => {
    expect(encodeFrame('a|zażółć', undefined).toString()).to.equal('12#a|zażółć');
    expect(encodeFrame('a|é\r\n', Buffer.from([0x80, 0x41])).toString('latin1')).to.equal('8#a|\xc3\xa9\r\n\x80A');
  });

  it('are found however the bytes are cut', () => {
    const bytes = Buffer.concat([
      encodeFrame('first|ą', undefined),
      encodeFrame('', undefined),
      encodeFrame('x'.repeat(300), undefined),
    ]);
    for (let cut = 1; cut < bytes.length; cut++) {
      const parser = new FrameParser();
      const found = [bytes.subarray(0, cut), bytes.subarray(cut)].flatMap(
        (chunk) => text(parser.push(chunk)) ?? ['broken'],
      );
      expect(found).to.deep.equal(['first|ą', '', 'x'.repeat(300)]);
    }
  });

  it('are none where there is no length of at most five digits before the #', () => {
    for (const bytes of ['#a', 'a#b', '1a#b', '123456#', '123456', 'GET / HTTP/1.1', '1#a#'])
      expect(new FrameParser().push(Buffer.from(bytes)), bytes).to.equal(undefined);
    expect(text(new FrameParser().push(Buffer.from('12345')))).to.deep.equal([]);
  });
});
