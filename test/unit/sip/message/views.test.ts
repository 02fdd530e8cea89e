import { expect } from 'chai';
import fc from 'fast-check';
import { quality } from '../../../../src/sip/message/grammar.js';
import type { SipMessage } from '../../../../src/sip/message/message.js';
import { viaRoute } from '../../../../src/sip/message/headers.js';
import { authenticationParameter } from '../../../../src/sip/message/views/auth.js';
import {
  HEADER_NAMES,
  headerCodec,
  readHeader,
  readHeaders,
  writeHeader,
  type HeaderName,
} from '../../../../src/sip/message/views/table.js';

/** Header, a value as it may come, what it means; `undefined` where it is malformed. Most values are the RFC's own examples. */
type Row<N extends HeaderName = HeaderName> = readonly [name: N, text: string, view: unknown];

const NO_PARAMETERS = { parameters: [] };
const READ: readonly Row[] = [
  ['accept', 'application/sdp;level=1', { value: { type: 'application', subtype: 'sdp' }, parameters: [['level', '1']] }],
  ['accept', '*/*', { value: { type: '*', subtype: '*' }, ...NO_PARAMETERS }],
  ['accept', '*/sdp', undefined],
  ['accept', 'sdp', undefined],
  ['accept-encoding', 'gzip;q=0.5', { value: 'gzip', parameters: [['q', '0.5']] }],
  ['accept-encoding', '*', { value: '*', ...NO_PARAMETERS }],
  ['accept-language', 'en-gb;q=0.8', { value: 'en-gb', parameters: [['q', '0.8']] }],
  ['alert-info', '<http://www.example.com/sounds/moo.wav>', { value: 'http://www.example.com/sounds/moo.wav', ...NO_PARAMETERS }],
  ['alert-info', 'moo.wav', undefined],
  ['allow', 'INVITE', 'INVITE'],
  ['allow', 'IN VITE', undefined],
  ['authentication-info', 'nextnonce="47364c23432d2e131a5fb210812c"', [['nextnonce', '"47364c23432d2e131a5fb210812c"']]],
  ['call-id', 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6@biloxi.com', 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6@biloxi.com'],
  ['call-id', 'two words', undefined],
  ['call-info', '<http://wwww.example.com/alice/photo.jpg> ;purpose=icon', { value: 'http://wwww.example.com/alice/photo.jpg', parameters: [['purpose', 'icon']] }],
  ['contact', '*', '*'],
  ['contact', '"Mr. Watson" <sip:watson@worcester.bell-telephone.com> ;q=0.7; expires=3600', { displayName: 'Mr. Watson', uri: 'sip:watson@worcester.bell-telephone.com', parameters: [['q', '0.7'], ['expires', '3600']] }],
  ['contact', '"" <> ;,', undefined],
  ['contact', 'not an address', undefined],
  ['content-disposition', 'session;handling=optional', { value: 'session', parameters: [['handling', 'optional']] }],
  ['content-length', '349', 349],
  ['content-length', '-1', undefined],
  ['content-length', '1e3', undefined],
  ['content-type', 'text/html; charset=ISO-8859-4', { value: { type: 'text', subtype: 'html' }, parameters: [['charset', 'ISO-8859-4']] }],
  ['content-type', 'Multipart/Mixed;boundary="a;b"', { value: { type: 'multipart', subtype: 'mixed' }, parameters: [['boundary', '"a;b"']] }],
  ['cseq', '4711 INVITE', { number: 4711, method: 'INVITE' }],
  ['cseq', '0009   INVITE', { number: 9, method: 'INVITE' }],
  ['cseq', '2147483647 BYE', { number: 2 ** 31 - 1, method: 'BYE' }],
  ['cseq', '2147483648 BYE', undefined],
  ['cseq', '1', undefined],
  ['cseq', '1 INVITE x', undefined],
  ['cseq', '-1 INVITE', undefined],
  ['date', 'Sat, 13 Nov 2010 23:29:00 GMT', Date.UTC(2010, 10, 13, 23, 29)],
  ['date', 'Sat, 13 Nov 2010 23:29:00 EST', undefined],
  ['date', 'Sat, 31 Feb 2010 23:29:00 GMT', undefined],
  ['date', 'Sat, 13 Nov 2010 25:29:00 GMT', undefined],
  ['event', 'refer;id=93809824', { value: 'refer', parameters: [['id', '93809824']] }],
  ['expires', '5', 5],
  ['expires', '4294967296', undefined],
  ['from', '"A. G. Bell" <sip:agb@bell-telephone.com> ;tag=a48s', { displayName: 'A. G. Bell', uri: 'sip:agb@bell-telephone.com', parameters: [['tag', 'a48s']] }],
  ['from', 'sip:+12125551212@server.phone2net.com;tag=887s', { displayName: undefined, uri: 'sip:+12125551212@server.phone2net.com', parameters: [['tag', '887s']] }],
  ['from', 'Jan Kowalski, Wójt <sip:jan@gmina.pl>', { displayName: 'Jan Kowalski, Wójt', uri: 'sip:jan@gmina.pl', ...NO_PARAMETERS }],
  ['from', '"Jan" Kowalski <sip:jan@gmina.pl>', undefined],
  ['from', '<sip:jan@gmina.pl> tag=1', undefined],
  ['contact', '<sip:201@192.0.2.7>;expires=60;', { displayName: undefined, uri: 'sip:201@192.0.2.7', parameters: [['expires', '60']] }],
  ['contact', '<sip:201@192.0.2.7>;;expires=60', undefined],
  ['contact', '<sip:201@192.0.2.7>;;', undefined],
  ['from', '<sip:jan@gmina.pl', undefined],
  ['in-reply-to', '70710@saturn.bell-tel.com', '70710@saturn.bell-tel.com'],
  ['max-forwards', '0068', 68],
  ['max-forwards', '256', undefined],
  ['min-expires', '60', 60],
  ['min-se', '90;lr', 90],
  ['p-asserted-identity', '"Cullen Jennings" <sip:fluffy@cisco.com>', { displayName: 'Cullen Jennings', uri: 'sip:fluffy@cisco.com', ...NO_PARAMETERS }],
  ['p-asserted-identity', 'tel:+14085264000', { displayName: undefined, uri: 'tel:+14085264000', ...NO_PARAMETERS }],
  ['priority', 'emergency', 'emergency'],
  ['proxy-authenticate', 'Digest realm="atlanta.com", domain="sip:ss1.carrier.com", qop="auth", stale=FALSE', { scheme: 'Digest', token: undefined, parameters: [['realm', '"atlanta.com"'], ['domain', '"sip:ss1.carrier.com"'], ['qop', '"auth"'], ['stale', 'FALSE']] }],
  ['www-authenticate', 'Bearer abc.def==', { scheme: 'Bearer', token: 'abc.def==', parameters: [] }],
  ['www-authenticate', 'Digest realm', { scheme: 'Digest', token: 'realm', parameters: [] }],
  ['www-authenticate', 'Digest realm=, nonce="x"', undefined],
  ['www-authenticate', 'Digest realm="open', undefined],
  ['rack', '776656 1 INVITE', { rseq: 776656, cseq: 1, method: 'INVITE' }],
  ['rack', '776656 INVITE', undefined],
  ['reason', 'Q.850;cause=16;text="Terminated, by \\"x\\""', { value: 'Q.850', parameters: [['cause', '16'], ['text', '"Terminated, by \\"x\\""']] }],
  ['refer-to', '<sip:dave@denver.example.org?Replaces=12345%40192.168.118.3%3Bto-tag%3D12345>', { displayName: undefined, uri: 'sip:dave@denver.example.org?Replaces=12345%40192.168.118.3%3Bto-tag%3D12345', ...NO_PARAMETERS }],
  ['replaces', '98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff', { callId: '98732@sip.example.com', fromTag: 'r33th4x0r', toTag: 'ff87ff', earlyOnly: false }],
  ['replaces', '1@a;to-tag=1;from-tag=2;early-only', { callId: '1@a', fromTag: '2', toTag: '1', earlyOnly: true }],
  ['replaces', '1@a;to-tag=1', undefined],
  ['retry-after', '18000;duration=3600', { seconds: 18000, comment: undefined, parameters: [['duration', '3600']] }],
  ['retry-after', '120 (I am in a (long) meeting)', { seconds: 120, comment: 'I am in a (long) meeting', parameters: [] }],
  ['retry-after', '120 (open', undefined],
  ['retry-after', '949302838503028349304023988', undefined],
  ['rseq', '988789', 988789],
  ['rseq', '0', undefined],
  ['server', 'HomeServer v2', [{ product: 'HomeServer', version: undefined }, { product: 'v2', version: undefined }]],
  ['user-agent', 'Softphone/Beta1.5 (Linux (ARM))', [{ product: 'Softphone', version: 'Beta1.5' }, { comment: 'Linux (ARM)' }]],
  ['user-agent', 'Asterisk PBX 18.9(20)', [{ product: 'Asterisk', version: undefined }, { product: 'PBX', version: undefined }, { product: '18.9', version: undefined }, { comment: '20' }]],
  ['user-agent', '(((((((((((nested too deep)))))))))))', undefined],
  ['user-agent', 'x (open', undefined],
  ['session-expires', '4000;refresher=UAC', { seconds: 4000, refresher: 'uac' }],
  ['session-expires', '1800', { seconds: 1800, refresher: undefined }],
  ['session-expires', 'soon', undefined],
  ['subscription-state', 'terminated;reason=noresource', { value: 'terminated', parameters: [['reason', 'noresource']] }],
  ['supported', '100rel', '100rel'],
  ['timestamp', '54', { seconds: 54, delay: undefined }],
  ['timestamp', '54.25 .5', { seconds: 54.25, delay: 0.5 }],
  ['timestamp', 'noon', undefined],
  ['via', 'SIP/2.0/UDP erlang.bell-telephone.com:5060;branch=z9hG4bK87asdks7', { transport: 'UDP', host: 'erlang.bell-telephone.com', port: 5060, parameters: [['branch', 'z9hG4bK87asdks7']] }],
  ['via', 'sip / 2.0 / udp [2001:db8::9:1] : 5061 ; rport', { transport: 'UDP', host: '2001:db8::9:1', port: 5061, parameters: [['rport', undefined]] }],
  ['via', 'SIP/2.0/UDP 2001:db8::9:1', undefined],
  ['via', 'SIP/2.0/UDP [2001:db8]', undefined],
  ['via', 'SIP/2.0/UDP host:99999', undefined],
  ['via', 'SIP/2.0/UDP 192.0.2.1 5060', undefined],
  ['via', 'SIP/2.0/UDP h;;', undefined],
  ['via', 'SIP/2.0 h', undefined],
  ['warning', '307 isi.edu "Session parameter \'foo\' not understood"', { code: 307, agent: 'isi.edu', text: "Session parameter 'foo' not understood" }],
  ['warning', '1812 overture "In Progress"', undefined],
  ['warning', '370 devnull no-quotes', undefined],
]; // prettier-ignore

function empty(): SipMessage {
  return { kind: 'response', status: 200, reason: 'OK', fields: [], body: Buffer.alloc(0) };
}

describe('typed views of headers', () => {
  for (const [name, text, view] of READ)
    it(`${view === undefined ? 'refuse' : 'read'} ${name}: ${text.slice(0, 60)}`, () => {
      expect(headerCodec(name).parse(text)).to.deep.equal(view);
    });

  it('say the same after they were written and read again', () => {
    for (const [name, text, view] of READ) {
      if (view === undefined) continue;
      const codec = headerCodec(name);
      expect(codec.parse(codec.format(view as never)), `${name} ${text}`).to.deep.equal(view);
    }
  });

  it('are there for every header of RFC 3261 § 20', () => {
    const all =
      'Accept Accept-Encoding Accept-Language Alert-Info Allow Authentication-Info Authorization Call-ID Call-Info Contact Content-Disposition Content-Encoding Content-Language Content-Length Content-Type CSeq Date Error-Info Expires From In-Reply-To Max-Forwards Min-Expires MIME-Version Organization Priority Proxy-Authenticate Proxy-Authorization Proxy-Require Record-Route Reply-To Require Retry-After Route Server Subject Supported Timestamp To Unsupported User-Agent Via Warning WWW-Authenticate';
    expect(HEADER_NAMES).to.include.members(all.toLowerCase().split(' '));
  });

  it('come all or, where one is malformed, not at all', () => {
    const message = empty();
    expect(readHeader(message, 'contact')).to.equal(undefined);
    expect(readHeaders(message, 'contact')).to.deep.equal([]);
    const [a, b] = ['sip:a@x', 'sip:b@x'].map((uri) => ({ displayName: undefined, uri, parameters: [] }));
    if (!a || !b) return expect.fail();
    writeHeader(message, 'contact', a, b);
    expect(readHeaders(message, 'contact')).to.deep.equal([a, b]);
    writeHeader(message, 'contact', a, '*');
    expect(message.fields.map((field) => field.value)).to.deep.equal(['<sip:a@x>', '*']);
    message.fields.push({ name: 'm', value: '<broken' });
    expect(readHeaders(message, 'contact')).to.equal(undefined);
  });

  it('of authentication hide quotes and escapes', () => {
    const view = headerCodec('authorization').parse('Digest username="a\\"b", nc=00000001') ?? expect.fail();
    expect(authenticationParameter(view, 'username')).to.equal('a"b');
    expect(authenticationParameter(view, 'nc')).to.equal('00000001');
    expect(authenticationParameter(view, 'realm')).to.equal(undefined);
  });

  it('rank by q', () => {
    expect([[], [['q', '0.5']], [['Q', '1.000']], [['q', '0']]].map((p) => quality(p as never))).to.deep.equal([
      1000, 500, 1000, 0,
    ]);
    for (const bad of ['1.1', '0.5555', 'x', '']) expect(quality([['q', bad]]), bad).to.equal(undefined);
  });

  it('of Via say the way back, and leave out what cannot be meant', () => {
    const route = (text: string) => viaRoute(headerCodec('via').parse(text) ?? expect.fail(text));
    expect(route('SIP/2.0/UDP h;branch=b;rport;maddr=224.2.0.1;ttl=16;received=192.0.2.1')).to.deep.equal({
      branch: 'b',
      rport: 'requested',
      maddr: '224.2.0.1',
      ttl: 16,
      received: '192.0.2.1',
    });
    expect(route('SIP/2.0/UDP h;rport=5061;received=[2001:db8::1]')).to.include({
      rport: 5061,
      received: '2001:db8::1',
    });
    expect(route('SIP/2.0/UDP h;received=2001:db8::1')).to.include({ received: '2001:db8::1' });
    expect(route('SIP/2.0/UDP h;rport=70000;ttl=256;maddr=a,b')).to.include({ rport: undefined, ttl: undefined });
    expect(route('SIP/2.0/UDP h')).to.deep.equal({
      branch: undefined,
      rport: undefined,
      maddr: undefined,
      ttl: undefined,
      received: undefined,
    });
  });

  it('never throw, whatever they are given', () => {
    const piece = fc.oneof(
      fc
        .array(fc.integer({ min: 0, max: 0x10_ffff }), { maxLength: 10 })
        .map((points) => String.fromCodePoint(...points)),
      fc.constantFrom(...READ.map(([, text]) => text), '"', '<', '>', '(', ';', ',', '=', '\\', '%'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...HEADER_NAMES), fc.array(piece, { maxLength: 6 }), (name, pieces) => {
        const view = headerCodec(name).parse(pieces.join(''));
        if (view !== undefined) headerCodec(name).format(view);
      }),
      { numRuns: 3000 },
    );
  });
});
