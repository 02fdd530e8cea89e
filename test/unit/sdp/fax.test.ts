import { expect } from 'chai';
import { LocalDescription, type LocalDescriptionOptions } from '../../../src/sdp/index.js';

const sdp = (...media: string[]): string =>
  ['v=0', 'o=- 7 1 IN IP4 198.51.100.5', 's=-', 'c=IN IP4 198.51.100.5', 't=0 0', ...media, ''].join('\r\n');
const AUDIO = 'm=audio 4000 RTP/AVP 8';
const NO_AUDIO = 'm=audio 0 RTP/AVP 8';
const FAX = ['m=image 4500 udptl t38', 'a=T38FaxVersion:0', 'a=T38MaxBitRate:14400'];

const local = (options: Partial<LocalDescriptionOptions> = {}): LocalDescription =>
  new LocalDescription({ advertised: '203.0.113.1', local: '203.0.113.1', port: 20_000, sessionId: '5', ...options });
const mediaLines = (text: string): string[] => text.split('\r\n').filter((line) => line.startsWith('m='));
const terms = [{ name: 'T38FaxVersion', value: '0' }];

describe('fax in a session description', () => {
  it('is read with its address and the terms that T.38 knows, in whatever case', () => {
    const offer = sdp(
      'm=image 4500 UDPTL T38',
      'c=IN IP4 198.51.100.9',
      'a=t38faxversion:0',
      'a=T38FaxTranscodingMMR',
      'a=T38FaxRateManagement:transferredTCF',
      'a=T38VendorInfo:0 0 37',
      'a=candidate:10.0.0.1',
      'a=T38FaxUdpEC:sip:201@10.0.0.1',
    );
    expect(local().readFax(offer)).to.deep.equal({
      index: 0,
      udptl: { address: '198.51.100.9', port: 4500 },
      terms: [
        { name: 'T38FaxVersion', value: '0' },
        { name: 'T38FaxTranscodingMMR' },
        { name: 'T38FaxRateManagement', value: 'transferredTCF' },
      ],
    });
  });

  it('is not there where the line is refused, or is another image', () => {
    expect(local().readFax(sdp(AUDIO))).to.equal(undefined);
    expect(local().readFax(sdp(AUDIO, 'm=image 0 udptl t38'))).to.equal(undefined);
    expect(local().readFax(sdp('m=image 4500 TCP t38'))).to.equal(undefined);
    expect(local().readFax(sdp('m=image 4500 udptl jpeg'))).to.equal(undefined);
  });

  it('to one of our own ports, or to nobody that can be sent to, is refused', () => {
    const own = local({ isOwn: ({ port }) => port === 4500 });
    expect(() => own.readFax(sdp(...FAX))).to.throw('port of our own');
    expect(() => local().readFax(sdp(...FAX).replaceAll('198.51.100.5', '239.1.1.1'))).to.throw('single host');
  });

  it('is refused where sound must be encrypted, and taken where it only may be', () => {
    const ours = local();
    ours.secure('require');
    expect(() => ours.readFax(sdp(...FAX))).to.throw('in clear');
    expect(() => ours.offerFax(terms)).to.throw('in clear');
    ours.secure('allow');
    expect(ours.readFax(sdp(...FAX))?.index).to.equal(0);
  });

  it('takes the place of the sound where it was asked for so, and gives it back', () => {
    const ours = local();
    ours.answer(sdp(AUDIO), undefined);
    expect(mediaLines(ours.answerFax(sdp(...FAX), terms))).to.deep.equal(['m=image 20000 udptl t38']);
    expect(mediaLines(ours.answer(sdp(AUDIO), undefined).sdp)).to.deep.equal(['m=audio 20000 RTP/AVP 8']);
  });

  it('beside a refused sound, or in place of an open one, is taken at its own line', () => {
    for (const audio of [NO_AUDIO, AUDIO]) {
      const ours = local();
      ours.answer(sdp(AUDIO), undefined);
      const answer = mediaLines(ours.answerFax(sdp(audio, ...FAX), terms));
      expect(answer).to.deep.equal([NO_AUDIO, 'm=image 20000 udptl t38']);
      expect(mediaLines(ours.offer(undefined))).to.deep.equal(['m=audio 20000 RTP/AVP 8 0 101', 'm=image 0 udptl t38']);
    }
  });

  it('is offered in place of the sound, with the version of o= one higher', () => {
    const ours = local();
    const first = ours.offer(undefined);
    const fax = ours.offerFax(terms);
    expect(mediaLines(fax)).to.deep.equal(['m=image 20000 udptl t38']);
    expect(fax).to.include('a=T38FaxVersion:0\r\n');
    const version = (text: string): number => Number(/^o=\S+ \S+ (\d+)/m.exec(text)?.[1]);
    expect(version(fax)).to.equal(version(first) + 1);
    expect(mediaLines(ours.offer(undefined))).to.deep.equal(['m=audio 20000 RTP/AVP 8 0 101']);
  });
});
