import { expect } from 'chai';
import fc from 'fast-check';
import { header, headerValues, setHeader, splitChallenges } from '../../../src/sip/message/fields.js';
import { formatNameAddress, parseNameAddress, parseVia } from '../../../src/sip/message/headers.js';
import { parseMessage } from '../../../src/sip/message/parse.js';
import { serialize } from '../../../src/sip/message/serialize.js';
import { StreamParser } from '../../../src/sip/message/stream.js';
import { formatUri, parseUri, sameUri } from '../../../src/sip/message/uri.js';
import type { SipMessage } from '../../../src/sip/message/message.js';

const lines = (...text: readonly string[]): Buffer => Buffer.from(text.join('\r\n'), 'utf8');

/** After RFC 4475 § 3.1.1.1: folding, odd spacing, compact forms, escapes, all of it valid. */
const tortuous = lines(
  'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0',
  'TO :',
  ' sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
  'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
  '  ;',
  '  tag = 98asjd8',
  'MaX-fOrWaRdS: 0068',
  'Call-ID: wsinv.ndaksdj@192.0.2.1',
  'cseq: 0009',
  '  INVITE',
  'Via  : SIP  /   2.0',
  ' /UDP',
  '    192.0.2.2;branch=390skdjuw',
  's :',
  'NewFangledHeader:   newfangled value',
  ' continued newfangled value',
  'v:  SIP  / 2.0  / TCP     spindle.example.com   ;',
  '  branch  =   z9hG4bK9ikj8  ,',
  ' SIP  /    2.0   / UDP  192.168.255.111   ; branch=',
  ' z9hG4bK30239',
  'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam = newvalue ; secondparam ; q = 0.33',
  'Content-Length: 3',
  '',
  'v=0',
);

function parsed(bytes: Buffer): SipMessage {
  const message = parseMessage(bytes);
  if (message.kind === 'failure') throw new Error(message.reason);
  return message;
}

describe('a SIP message', () => {
  it('is read however it is folded and spaced (RFC 4475 § 3.1.1.1)', () => {
    const message = parsed(tortuous);
    expect(header(message, 'cseq')).to.equal('0009 INVITE');
    const vias = headerValues(message, 'Via').map((value) => parseVia(value));
    expect(vias.map((via) => via?.host)).to.deep.equal(['192.0.2.2', 'spindle.example.com', '192.168.255.111']);
    expect(parseNameAddress(header(message, 'from') ?? '')?.displayName).to.equal('J Rosenberg \\"');
    expect(parseNameAddress(header(message, 'm') ?? '')?.parameters).to.deep.include(['q', '0.33']);
    expect(header(message, 'subject')).to.equal('');
    expect(message.body.toString()).to.equal('v=0');
  });

  it('goes out byte for byte as it came, unknown headers and foreign bytes included', () => {
    const body = Buffer.from('zażółć 🎉');
    const head = Buffer.concat([
      lines('MESSAGE sip:a@b SIP/2.0', 'Via: SIP/2.0/UDP h;branch=z9hG4bK1', 'X-Zażółć:  gęślą 🎉 '),
      Buffer.from([13, 10, 88, 58, 32, 0xff, 0xfe, 13, 10]),
      lines(`Content-Length: ${body.length}`, '', ''),
    ]);
    const message = parsed(Buffer.concat([head, body]));
    expect(header(message, 'x-zażółć')).to.equal('gęślą 🎉');
    expect(serialize(message).equals(Buffer.concat([head, body]))).to.equal(true);
  });

  it('survives any split of a stream', () => {
    const message = serialize(parsed(tortuous));
    const stream = Buffer.concat([message, Buffer.from('\r\n\r\n'), message, message]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: stream.length }), { maxLength: 40 }), (cuts) => {
        const parser = new StreamParser();
        const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const items = edges.slice(1).flatMap((edge, n) => parser.push(stream.subarray(edges[n], edge)));
        const messages = items.filter((item) => item.kind === 'request');
        expect(messages.map((item) => serialize(item).equals(message))).to.deep.equal([true, true, true]);
      }),
    );
  });

  const bad: readonly [name: string, text: Buffer, status: number, answerable: boolean][] = [
    ['garbage', Buffer.from([1, 2, 3, 255]), 400, false],
    ['a version of SIP that is not ours', lines('OPTIONS sip:a SIP/7.0', 'Via: x', '', ''), 505, false],
    ['a body shorter than it says', lines('OPTIONS sip:a@b SIP/2.0', 'v: SIP/2.0/UDP h', 'f: <sip:a>', 't: <sip:b>', 'i: 1', 'CSeq: 1 OPTIONS', 'l: 9', '', 'x'), 400, true],
    ['a negative Content-Length', lines('OPTIONS sip:a@b SIP/2.0', 'v: SIP/2.0/UDP h', 'f: <sip:a>', 't: <sip:b>', 'i: 1', 'CSeq: 1 OPTIONS', 'l: -9', '', ''), 400, true],
    ['three hundred headers', lines('OPTIONS sip:a@b SIP/2.0', ...Array<string>(300).fill('X: y'), '', ''), 513, false],
    ['a header of ten thousand characters', lines('OPTIONS sip:a@b SIP/2.0', `X: ${'y'.repeat(10_000)}`, '', ''), 513, false],
  ]; // prettier-ignore
  for (const [name, text, status, answerable] of bad) {
    it(`refuses ${name}`, () => {
      const result = parseMessage(text);
      expect(result).to.include({ kind: 'failure', status });
      expect(result.kind === 'failure' && result.partial !== undefined).to.equal(answerable);
    });
  }

  it('never throws, whatever comes', () => {
    const base = tortuous;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { maxLength: 30 }), (changes) => {
        const bytes = Buffer.from(base);
        for (const [at, value] of changes) bytes[at] = value;
        const result = parseMessage(bytes);
        if (result.kind !== 'failure') serialize(result);
      }),
      { numRuns: 500 },
    );
  });

  it('takes joined challenges apart again, commas in quotes kept', () => {
    const joined = 'Digest realm="a, b", nonce="1", algorithm=SHA-256, Digest realm="c", nonce="2"';
    expect(splitChallenges(joined)).to.deep.equal([
      'Digest realm="a, b", nonce="1", algorithm=SHA-256',
      'Digest realm="c", nonce="2"',
    ]);
  });

  it('replaces headers in their place', () => {
    const message = parsed(lines('OPTIONS sip:a SIP/2.0', 'a: 1', 'm: <sip:x>', 'b: 2', 'Contact: <sip:y>', '', ''));
    setHeader(message, 'contact', '<sip:z>');
    expect(message.fields.map((field) => field.name)).to.deep.equal(['a', 'Contact', 'b']);
  });
});

describe('URIs and addresses', () => {
  it('are read and written the same', () => {
    for (const text of [
      'sip:+48221234567@[2001:db8::9]:5061;transport=tcp;lr?Subject=x',
      'sips:alice:secret@atlanta.com;maddr=239.255.255.1;ttl=15',
      'sip:a%40b@gateway.com;user=phone',
      'sip:10.0.0.1',
    ])
      expect(formatUri(parseUri(text) ?? expect.fail(text))).to.equal(text);
    expect(parseUri('nonsense')).to.equal(undefined);
    expect(parseUri('sip:')).to.equal(undefined);
    expect(parseUri('sip:a@b:99999')).to.equal(undefined);
  });

  it('are compared by RFC 3261 § 19.1.4', () => {
    const same = (a: string, b: string): boolean =>
      sameUri(parseUri(a) ?? expect.fail(a), parseUri(b) ?? expect.fail(b));
    expect(same('sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp')).to.equal(true);
    expect(same('sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5')).to.equal(true);
    expect(same('SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP')).to.equal(false);
    expect(same('sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060')).to.equal(false);
    expect(same('sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp')).to.equal(false);
  });

  it('with a quoted name keep their commas, quotes and brackets', () => {
    const address = parseNameAddress('"Kowalska, <Ala> \\"A\\"" <sip:a@b;x=y>;tag=1');
    expect(address).to.deep.include({ displayName: 'Kowalska, <Ala> "A"', uri: 'sip:a@b;x=y' });
    expect(formatNameAddress(address ?? expect.fail())).to.equal('"Kowalska, <Ala> \\"A\\"" <sip:a@b;x=y>;tag=1');
  });
});
