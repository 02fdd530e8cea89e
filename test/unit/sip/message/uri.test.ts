import { expect } from 'chai';
import fc from 'fast-check';
import {
  escapeUser,
  formatUri,
  parseTelUri,
  parseUri,
  requestUri,
  sameUri,
  schemeOf,
  telDigits,
  unescapeUri,
  uriHeaders,
  uriParameter,
  type SipUri,
} from '../../../../src/sip/message/uri.js';

const uri = (text: string): SipUri => parseUri(text) ?? expect.fail(`not a URI: ${text}`);

describe('a Request-URI', () => {
  for (const [text, made] of [
    ['sip:a@b?Subject=x', 'sip:a@b'],
    [
      'sip:a%3f:pw@[2001:db8::1]:5070;METHOD=BYE;lr;maddr=192.0.2.1?Replaces=x&body=y',
      'sip:a%3f:pw@[2001:db8::1]:5070;lr;maddr=192.0.2.1',
    ],
    ['SIP:a?b@B;transport=TCP', 'SIP:a?b@B;transport=TCP'],
    ['tel:+48-22?x', 'tel:+48-22?x'],
  ] as const)
    // prettier-ignore
    it(`of ${text} is ${made}`, () => {
      expect(requestUri(text)).to.equal(made);
    });
});

describe('SIP URIs', () => {
  const good: readonly [text: string, parts: Partial<SipUri>][] = [
    ['sip:alice@atlanta.com', { scheme: 'sip', user: 'alice', host: 'atlanta.com', port: undefined }],
    ['sip:alice:secretword@atlanta.com;transport=tcp', { user: 'alice', password: 'secretword', parameters: [['transport', 'tcp']] }],
    ['sips:alice@atlanta.com?subject=project%20x&priority=urgent', { scheme: 'sips', headers: 'subject=project%20x&priority=urgent' }],
    ['sip:+1-212-555-1212:1234@gateway.com;user=phone', { user: '+1-212-555-1212', password: '1234' }],
    ['sip:alice;day=tuesday@atlanta.com', { user: 'alice;day=tuesday', parameters: [] }],
    ['sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com', { user: undefined, parameters: [['method', 'REGISTER']] }],
    ['sip:1_unusual?/;;*:pass@example.com', { user: '1_unusual?/;;*', password: 'pass', headers: undefined }],
    ['sip:[2001:db8::10]', { host: '2001:db8::10', port: undefined }],
    ['sip:[2001:db8::10]:5070', { host: '2001:db8::10', port: 5070 }],
    ['sip:user@[::ffff:192.0.2.10]:19823', { host: '::ffff:192.0.2.10', port: 19823 }],
    ['sip:10.0.0.1:5060;lr', { host: '10.0.0.1', port: 5060, parameters: [['lr', undefined]] }],
    ['sip:a@b;maddr=[2001:db8::1]', { parameters: [['maddr', '[2001:db8::1]']] }],
    ['SIP:a@B', { scheme: 'sip', host: 'B' }],
  ]; // prettier-ignore
  for (const [text, parts] of good)
    it(`are read and written: ${text}`, () => {
      expect(uri(text)).to.deep.include(parts);
      expect(formatUri(uri(text))).to.equal(text.replace(/^SIP:/, 'sip:'));
    });

  for (const text of [
    '',
    'sip:',
    'sip',
    'alice@atlanta.com',
    'http://x',
    'sip:@host',
    'sip::secret@host',
    'sip:a@',
    'sip:a@b@c',
    'sip:a b@c',
    'sip:a@b:99999',
    'sip:a@b:x',
    'sip:a@b;',
    'sip:a@b;=x',
    'sip:a@[2001:db8',
    'sip:a@2001:db8::1',
    'sip:a@[2001:db8:::192.0.2.1]',
    'sip:a@[host]',
    'sip:a@b>',
    'sip:a@"b"',
    'sip:a@b\0',
    'sip:a@b/c',
  ])
    // prettier-ignore
    it(`are not: ${JSON.stringify(text)}`, () => {
      expect(parseUri(text)).to.equal(undefined);
    });

  it('say their parameters and headers', () => {
    const one = uri('sip:a@b;Transport=tcp;lr?Subject=project%20x&Empty=&Replaces=1%40a%3Bto-tag%3D2');
    expect([uriParameter(one, 'transport'), uriParameter(one, 'lr'), uriParameter(one, 'ttl')]).to.deep.equal([
      'tcp',
      '',
      undefined,
    ]);
    expect(uriHeaders(one)).to.deep.equal([
      ['Subject', 'project x'],
      ['Empty', ''],
      ['Replaces', '1@a;to-tag=2'],
    ]);
    expect(uriHeaders(uri('sip:a@b'))).to.deep.equal([]);
    expect(['SIPS:x', 'tel:+48', 'a+b.c-d:x', 'no scheme', '1a:x'].map(schemeOf)).to.deep.equal([
      'sips',
      'tel',
      'a+b.c-d',
      undefined,
      undefined,
    ]);
  });

  it('hold any user once it is escaped', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0x10_ffff }), { minLength: 1 }), (points) => {
        const user = String.fromCodePoint(...points).replaceAll(/\p{Surrogate}/gu, '?');
        const read = uri(`sip:${escapeUser(user)}@host;x=y`);
        expect(unescapeUri(read.user ?? '')).to.equal(user);
        expect(read.parameters).to.deep.equal([['x', 'y']]);
      }),
    );
    expect(unescapeUri('100%')).to.equal('100%');
  });
});

describe('the comparison of SIP URIs (RFC 3261 § 19.1.4)', () => {
  const equal: readonly (readonly [string, string])[] = [
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
    ['sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com', 'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com'],
    ['sip:alice@atlanta.com?subject=project%20x&priority=urgent', 'sip:alice@atlanta.com?priority=urgent&subject=project%20x'],
    ['sip:a@[2001:db8::1]', 'sip:a@[2001:DB8:0:0::1]'],
    ['sip:a%3bb@c', 'sip:a%3Bb@c'],
  ]; // prettier-ignore
  const different: readonly (readonly [string, string])[] = [
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:a@b', 'sips:a@b'],
    ['sip:a@b', 'sip:b'],
    ['sip:a:x@b', 'sip:a:y@b'],
    ['sip:a@b', 'sip:a@b;maddr=c'],
    ['sip:a@b', 'sip:a@b;user=ip'],
    ['sip:a%3Bb@c', 'sip:a;b@c'],
    ['sip:%00@c', 'sip:%00%00@c'],
  ]; // prettier-ignore
  for (const [a, b] of equal)
    it(`finds ${a} and ${b} the same`, () =>
      expect([sameUri(uri(a), uri(b)), sameUri(uri(b), uri(a))]).to.deep.equal([true, true]));
  for (const [a, b] of different)
    it(`tells ${a} from ${b}`, () =>
      expect([sameUri(uri(a), uri(b)), sameUri(uri(b), uri(a))]).to.deep.equal([false, false]));
});

describe('tel URIs (RFC 3966)', () => {
  it('are read, global and local', () => {
    const global = parseTelUri('TEL:+48-22-123.45(67);ext=12') ?? expect.fail();
    expect(global).to.deep.equal({ scheme: 'tel', number: '+48-22-123.45(67)', parameters: [['ext', '12']] });
    expect(telDigits(global)).to.equal('+48221234567');
    expect(formatUri(global)).to.equal('tel:+48-22-123.45(67);ext=12');
    const local = parseTelUri('tel:*7#;phone-context=office.example') ?? expect.fail();
    expect(uriParameter(local, 'phone-context')).to.equal('office.example');
  });

  for (const text of ['tel:', 'tel:+', 'tel:-', 'tel:+48x', 'tel:4+8', 'tel:zero', 'sip:1', 'tel:1;=2'])
    it(`are not: ${text}`, () => expect(parseTelUri(text)).to.equal(undefined));
});
