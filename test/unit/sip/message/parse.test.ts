import { expect } from 'chai';
import fc from 'fast-check';
import { header, setHeader } from '../../../../src/sip/message/fields.js';
import type { SipMessage } from '../../../../src/sip/message/message.js';
import {
  isKeepAlive,
  LIMITS,
  parseFramed,
  parseMessage,
  type ParseFailure,
} from '../../../../src/sip/message/parse.js';
import { serialize } from '../../../../src/sip/message/serialize.js';
import { decodeText, encodeText } from '../../../../src/sip/message/text.js';
import { requestText } from '../../../support/sip/text.js';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

function taken(bytes: Buffer | string): SipMessage {
  const message = parseMessage(Buffer.from(bytes));
  return message.kind === 'failure' ? expect.fail(message.reason) : message;
}

function refused(bytes: Buffer | string): ParseFailure {
  const message = parseMessage(Buffer.from(bytes));
  return message.kind === 'failure' ? message : expect.fail('it was taken');
}

/** Bytes without line ends. */
const line = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes.filter((b) => b !== 10 && b !== 13)));

describe('text of bytes', () => {
  it('turns back into the same bytes, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const wire = Buffer.from(bytes).toString('latin1');
        expect(encodeText(decodeText(wire))).to.equal(wire);
      }),
      { numRuns: 2000 },
    );
  });

  it('is UTF-8 where the bytes are, U+FFFD itself included', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0x10_ffff })), (points) => {
        const text = String.fromCodePoint(...points).replaceAll(/\p{Surrogate}/gu, '\ufffd');
        expect(decodeText(Buffer.from(text).toString('latin1'))).to.equal(text);
      }),
    );
    expect(decodeText('a\xef\xbf\xbdb\xff')).to.equal('a\ufffdb\udcff');
    expect(encodeText('\ud800')).to.equal('\xef\xbf\xbd');
  });
});

describe('a datagram that holds a message', () => {
  it('comes out byte for byte, whatever its values hold', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.uint8Array(), (values, body) => {
        const more = values.map((value, n) => `X-${n}: ${value.toString('latin1')}`);
        const head = latin1(requestText({ more, length: body.length }));
        const whole = Buffer.concat([head, body]);
        expect(serialize(taken(whole)).equals(whole)).to.equal(true);
      }),
    );
  });

  it('keeps letters whose last byte looks like a space in Latin-1', () => {
    const message = taken(requestText({ more: ['X: voilà', 'Y:  à '] }));
    expect([header(message, 'x'), header(message, 'y')]).to.deep.equal(['voilà', 'à']);
  });

  it('keeps a value that is no UTF-8 when it is set anew', () => {
    const message = taken(latin1(requestText({ more: ['X: caf\xe9'] })));
    setHeader(message, 'X-Copy', header(message, 'x') ?? '');
    expect(serialize(message).toString('latin1')).to.include('\r\nX-Copy: caf\xe9\r\n');
  });

  it('may begin with empty lines and go on after its body', () => {
    expect(taken(`\r\n\r\n${requestText({ body: 'abc' })}trailing`).body.toString()).to.equal('abc');
  });

  it('without Content-Length is body to its end', () => {
    expect(taken(requestText({ body: 'abc', unmeasured: true })).body.toString()).to.equal('abc');
  });

  it('may end its lines by LF alone, and goes out with CRLF', () => {
    const text = requestText({ more: ['X: folded', ' value'], body: 'a\n\nb' });
    const message = taken(text.replaceAll('\r\n', '\n'));
    expect(header(message, 'x')).to.equal('folded value');
    expect(message.body.toString()).to.equal('a\n\nb');
    expect(serialize(message).toString()).to.equal(text);
  });

  it('is told from what only keeps a NAT open', () => {
    for (const text of ['', '\r\n', '\r\n\r\n', '\0\0\0\0'])
      expect(isKeepAlive(Buffer.from(text)), text).to.equal(true);
    for (const text of ['\r\n\r\n\r\n', 'x']) expect(isKeepAlive(Buffer.from(text)), text).to.equal(false);
  });

  it('is framed from outside where Content-Length is not to be believed', () => {
    const frame = Buffer.from(requestText({ body: 'zażółć', length: 6 }));
    expect(parseFramed(frame)).to.have.property('body').that.deep.equals(Buffer.from('zażółć'));
    expect(parseFramed(Buffer.from('BYE sip:x SIP/2.0\r\nX: y'))).to.include({ kind: 'request', method: 'BYE' });
  });
});

describe('a datagram that is refused', () => {
  const request = (more: readonly string[]): string => requestText({ more });
  const cases: readonly [name: string, text: string, status: number][] = [
    ['a head that is too large', request(Array.from({ length: 100 }, (_, n) => `X-${n}: ${'y'.repeat(400)}`)), 513],
    ['too many headers', request(Array<string>(LIMITS.fields).fill('X: y')), 513],
    ['a header that is too long', request([`X: ${'y'.repeat(LIMITS.line)}`]), 513],
    ['a Request-URI that is too long', requestText({ uri: `sip:${'u'.repeat(LIMITS.line)}@x` }), 414],
    ['a body that is too large', requestText({ body: 'x'.repeat(LIMITS.body + 1) }), 413],
    ['a body shorter than it says', requestText({ body: 'x', length: 2 }), 400],
    ['a line without a colon', request(['no header']), 400],
    ['a header without a name', request([': value']), 400],
    ['a name with a space', request(['X Y: value']), 400],
    ['a bare CR within a line', request(['X: a\rInjected: b']), 400],
    ['a first header that is a continuation', requestText().replace('\r\nVia', '\r\n X: y\r\nVia'), 400],
    ['no empty line at the end', requestText().slice(0, -2), 400],
  ];
  for (const [name, text, status] of cases)
    it(`for ${name}: ${status}, with what an answer must copy`, () => {
      const { partial, ...failure } = refused(text);
      expect(failure).to.include({ status });
      if (!partial) return expect.fail('cannot be answered');
      expect(header(partial, 'via')).to.include('z9hG4bKtest');
      expect(header(partial, 'call-id')).to.equal('call@test');
    });

  it('is not answered when it is an ACK, a response, or has no Via that says from where', () => {
    expect(refused(requestText({ method: 'ACK', length: 9 })).partial).to.equal(undefined);
    expect(refused(requestText({ length: 9 }).replace(/^.*/, 'SIP/2.0 200 OK')).partial).to.equal(undefined);
    expect(refused(requestText({ length: 9, via: 'nonsense' })).partial).to.equal(undefined);
    for (const text of [
      '',
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
      'INVITE sip:x\r\n\r\n',
      'SIP/2.0 99 x\r\n\r\n',
      'SIP/3.0 200 OK\r\n\r\n',
    ])
      expect(refused(text).partial, text).to.equal(undefined);
  });
});

describe('a message that is written', () => {
  const made = (): SipMessage => taken(requestText());

  it('has the length of its body, in the place where it stood', () => {
    const message = taken(requestText({ more: ['l: 0'], unmeasured: true }));
    message.body = Buffer.from('zażółć');
    const text = serialize(message).toString();
    expect(text).to.match(/\r\nl: 10\r\n\r\nzażółć$/);
    expect(text).not.to.include('Content-Length');
  });

  it('lets nobody smuggle a line in', () => {
    const message = made();
    setHeader(message, 'Subject', 'hello\r\nX-Evil: 1\r\n\r\nbody');
    if (message.kind === 'request') message.uri = 'sip:a SIP/2.0\r\nX-Evil: 2';
    const again = serialize(message).toString();
    expect(again).not.to.match(/^X-Evil/m);
    expect(again).to.include('\r\nSubject: hello X-Evil: 1 body\r\n');
  });
});
