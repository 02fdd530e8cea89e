import { expect } from 'chai';
import {
  appendHeader,
  canonicalName,
  displayName,
  firstValue,
  hasHeader,
  header,
  headerValues,
  prependHeader,
  removeHeader,
  replaceFirst,
  setHeader,
  splitChallenges,
} from '../../../../src/sip/message/fields.js';
import { branchOf, contactUri, cseqOf, tagOf } from '../../../../src/sip/message/headers.js';
import type { SipMessage } from '../../../../src/sip/message/message.js';
import { serialize } from '../../../../src/sip/message/serialize.js';
import { parseMessage } from '../../../../src/sip/message/parse.js';

function message(...lines: readonly string[]): SipMessage {
  const text = ['OPTIONS sip:a SIP/2.0', ...lines, 'Content-Length: 0', '', ''].join('\r\n');
  const parsed = parseMessage(Buffer.from(text));
  return parsed.kind === 'failure' ? expect.fail(parsed.reason) : parsed;
}

const lines = (of: SipMessage): string[] => serialize(of).toString().split('\r\n').slice(1, -3);

describe('header fields', () => {
  it('are found by any form of their name', () => {
    const one = message('m: <sip:a>', 'CALL-id: x', 'k: 100rel', 'X-Own: y');
    expect([header(one, 'Contact'), header(one, 'i'), header(one, 'supported'), header(one, 'x-own')]).to.deep.equal([
      '<sip:a>',
      'x',
      '100rel',
      'y',
    ]);
    expect(hasHeader(one, 'via')).to.equal(false);
    expect(canonicalName('V')).to.equal('via');
    expect(['i', 'CSEQ', 'www-authenticate', 'user-agent', 'rack'].map(displayName)).to.deep.equal([
      'Call-ID',
      'CSeq',
      'WWW-Authenticate',
      'User-Agent',
      'RAck',
    ]);
  });

  it('are taken apart at commas where the header is a list, quotes and brackets kept', () => {
    const one = message('Route: <sip:a,b;lr>, "C, D" <sip:c>', 'Route: <sip:e>', 'Supported:', 'Allow: INVITE,,ACK');
    expect(headerValues(one, 'route')).to.deep.equal(['<sip:a,b;lr>', '"C, D" <sip:c>', '<sip:e>']);
    expect(headerValues(one, 'supported')).to.deep.equal([]);
    expect(headerValues(one, 'allow')).to.deep.equal(['INVITE', 'ACK']);
    expect(firstValue(one, 'route')).to.equal('<sip:a,b;lr>');
    expect(firstValue(one, 'supported')).to.equal(undefined);
  });

  it('are one value where a comma means nothing', () => {
    const date = 'Sat, 13 Nov 2010 23:29:00 GMT';
    const one = message(`Date: ${date}`, 'Subject: a, b', 'X-Unknown: a, b', 'User-Agent: x (a, b)');
    for (const [name, value] of [
      ['date', date],
      ['subject', 'a, b'],
      ['x-unknown', 'a, b'],
      ['user-agent', 'x (a, b)'],
    ] as const)
      expect(headerValues(one, name)).to.deep.equal([value]);
  });

  it('of authentication are taken apart at schemes, not at commas', () => {
    const joined =
      'Digest realm="a, Digest b", nonce = "1",algorithm=SHA-256, digest realm="c",qop="auth,auth-int", Basic Zm9v';
    expect(headerValues(message(`WWW-Authenticate: ${joined}`), 'www-authenticate')).to.deep.equal([
      'Digest realm="a, Digest b", nonce = "1", algorithm=SHA-256',
      'digest realm="c", qop="auth,auth-int"',
      'Basic Zm9v',
    ]);
    expect(splitChallenges('Digest realm="a", qop=auth,auth-int, nonce="1"')).to.have.length(1);
    expect(splitChallenges('')).to.deep.equal([]);
  });

  it('are set in their place, added at the end, put in front and taken away', () => {
    const one = message('A: 1', 'm: <sip:x>', 'B: 2', 'Contact: <sip:y>');
    setHeader(one, 'contact', '<sip:z>', '<sip:w>');
    appendHeader(one, 'x-new', '3');
    prependHeader(one, 'x-first', '0');
    removeHeader(one, 'A');
    expect(lines(one).filter((line) => !line.startsWith('Content'))).to.deep.equal([
      'X-First: 0',
      'Contact: <sip:z>',
      'Contact: <sip:w>',
      'B: 2',
    ]);
    expect(one.fields.at(-1)).to.include({ name: 'X-New', value: '3' });
    setHeader(one, 'contact');
    expect(hasHeader(one, 'contact')).to.equal(false);
    prependHeader(one, 'via', 'v');
    expect(one.fields[0]?.name).to.equal('Via');
  });

  it('are read and written anew after each change, however much stays the same', () => {
    const one = message('Via: SIP/2.0/UDP a;branch=1', 'To: <sip:b>;tag=1', 'CSeq: 1 OPTIONS', 'm: <sip:x>');
    const seen = (): unknown[] => [branchOf(one), tagOf(one, 'to'), cseqOf(one)?.number, contactUri(one)];
    const before = serialize(one);
    expect(seen()).to.deep.equal(['1', '1', 1, 'sip:x']);
    expect(serialize(one), 'unchanged: not written twice').to.equal(before);
    replaceFirst(one, 'via', 'SIP/2.0/UDP a;branch=2');
    expect(serialize(one).toString()).to.include('branch=2');
    setHeader(one, 'to', '<sip:b>;tag=2');
    setHeader(one, 'cseq', '2 OPTIONS');
    setHeader(one, 'contact', '<sip:y>');
    expect(seen()).to.deep.equal(['2', '2', 2, 'sip:y']);
    expect(lines(one).slice(0, 3)).to.deep.equal([
      'Via: SIP/2.0/UDP a;branch=2',
      'To: <sip:b>;tag=2',
      'CSeq: 2 OPTIONS',
    ]);
    appendHeader(one, 'x-new', '3');
    expect(serialize(one).toString()).to.include('X-New: 3');
    one.body = Buffer.from('text');
    expect(serialize(one).toString()).to.match(/Content-Length: 4\r\n[^]*text$/);
    if (one.kind === 'request') one.uri = 'sip:other';
    expect(serialize(one).toString()).to.match(/^OPTIONS sip:other SIP/);
  });

  it('keep their other values, byte for byte, when the first is replaced', () => {
    const one = message('v:  SIP/2.0/UDP a ,SIP/2.0/UDP b', 'Via:   SIP/2.0/UDP   c');
    replaceFirst(one, 'via', 'SIP/2.0/UDP a;received=1');
    expect(lines(one).slice(0, 3)).to.deep.equal([
      'v: SIP/2.0/UDP a;received=1',
      'v: SIP/2.0/UDP b',
      'Via:   SIP/2.0/UDP   c',
    ]);
    replaceFirst(one, 'via');
    expect(headerValues(one, 'via')).to.deep.equal(['SIP/2.0/UDP b', 'SIP/2.0/UDP   c']);
    replaceFirst(one, 'subject', 'new');
    expect(header(one, 'subject')).to.equal('new');
  });
});
