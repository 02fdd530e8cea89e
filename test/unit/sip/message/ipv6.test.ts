/** The messages of RFC 5118, built anew: IPv6 where SIP is easily misread. */
import { expect } from 'chai';
import { header } from '../../../../src/sip/message/fields.js';
import { topVia, viaParameter } from '../../../../src/sip/message/headers.js';
import type { SipMessage } from '../../../../src/sip/message/message.js';
import { parseMessage, type ParseFailure } from '../../../../src/sip/message/parse.js';
import { serialize } from '../../../../src/sip/message/serialize.js';
import { parseUri } from '../../../../src/sip/message/uri.js';
import { validateMessage } from '../../../../src/sip/message/validate.js';
import { readHeaders } from '../../../../src/sip/message/views/table.js';

interface Parts {
  readonly method?: string;
  readonly uri: string;
  readonly via?: string;
  readonly more?: readonly string[];
  readonly body?: string;
}

function read({ method = 'REGISTER', uri, via, more = [], body = '' }: Parts): SipMessage | ParseFailure {
  const lines = [
    `${method} ${uri} SIP/2.0`,
    'To: sip:user@example.com',
    'From: sip:user@example.com;tag=81x2',
    `Via: ${via ?? 'SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111'}`,
    'Call-ID: SSG9559905523997077@hlau_4100',
    'Max-Forwards: 70',
    `CSeq: 98176 ${method}`,
    ...more,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  const message = parseMessage(Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`));
  return message.kind === 'failure' ? message : (validateMessage(message) ?? message);
}

function taken(parts: Parts): SipMessage & { kind: 'request' } {
  const message = read(parts);
  if (message.kind !== 'request') return expect.fail(message.kind === 'failure' ? message.reason : message.kind);
  expect(parseMessage(serialize(message))).to.deep.equal(read(parts));
  return message;
}

const SDP = (lines: readonly string[]): string => ['v=0', 'o=assistant 971731711378798081 0 IN IP6 2001:db8::20', 's=-', ...lines, ''].join('\r\n'); // prettier-ignore

describe('the messages of RFC 5118', () => {
  it('§ 4.1: an IPv6 reference in a Request-URI is taken', () => {
    const { uri } = taken({ uri: 'sip:[2001:db8::10]', more: ['Contact: "caller" <sip:caller@[2001:db8::1]>'] });
    expect(parseUri(uri)).to.include({ host: '2001:db8::10', port: undefined });
  });

  it('§ 4.2: one without brackets is refused with 400', () => {
    const refused = read({ uri: 'sip:2001:db8::10' });
    expect(refused).to.include({ kind: 'failure', status: 400 });
    expect(refused).to.have.property('partial');
  });

  it('§ 4.3: a port within the brackets is part of the address', () => {
    const { uri } = taken({ uri: 'sip:[2001:db8::10:5070]' });
    expect(parseUri(uri)).to.include({ host: '2001:db8::10:5070', port: undefined });
  });

  it('§ 4.4: one behind them is the port', () => {
    const { uri } = taken({ uri: 'sip:[2001:db8::10]:5070' });
    expect(parseUri(uri)).to.include({ host: '2001:db8::10', port: 5070 });
  });

  it('§ 4.5: received in Via is taken with brackets and without', () => {
    for (const received of ['[2001:db8::9:255]', '2001:db8::9:255']) {
      const via = `SIP/2.0/UDP [2001:db8::9:1];received=${received};branch=z9hG4bKas3-111`;
      const top = topVia(taken({ method: 'BYE', uri: 'sip:[2001:db8::10]', via })) ?? expect.fail();
      expect(viaParameter(top, 'received')).to.equal(received);
      expect(top.host).to.equal('2001:db8::9:1');
    }
  });

  it('§ 4.6 and 4.8: addresses in a body are not ours to mind, of one family or of both', () => {
    for (const lines of [
      ['c=IN IP6 2001:db8::20', 't=3338481189 3370017201', 'm=audio 6000 RTP/AVP 2', 'a=rtpmap:2 G726-32/8000'],
      ['t=0 0', 'm=audio 22334 RTP/AVP 0', 'c=IN IP4 192.0.2.1', 'm=video 6024 RTP/AVP 107', 'c=IN IP6 2001:db8::1'],
    ]) {
      const body = SDP(lines);
      const message = taken({
        method: 'INVITE',
        uri: 'sip:user@[2001:db8::10]',
        more: ['Content-Type: application/sdp'],
        body,
      });
      expect(message.body.toString()).to.equal(body);
    }
  });

  it('§ 4.7: addresses of both families in one message are each what they are', () => {
    const via = 'SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111';
    const more = [
      'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144',
      'Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200',
    ];
    const vias = readHeaders(taken({ method: 'BYE', uri: 'sip:user@host.example.net', via, more }), 'via');
    expect(vias?.map(({ host, port }) => [host, port])).to.deep.equal([['2001:db8::9:1', 6050], ['192.0.2.1', undefined], ['2001:db8::9:255', undefined]]); // prettier-ignore
  });

  it('§ 4.9: an IPv4 address mapped into IPv6 is taken', () => {
    const { uri } = taken({
      method: 'INVITE',
      uri: 'sip:user@[::ffff:192.0.2.10]',
      via: 'SIP/2.0/UDP [::ffff:192.0.2.2]:5060;branch=z9hG4bKbh19',
    });
    expect(parseUri(uri)).to.include({ host: '::ffff:192.0.2.10' });
  });

  it('§ 4.10: three colons, as the grammar of RFC 3261 wrongly allows, are no address: 400', () => {
    expect(read({ method: 'OPTIONS', uri: 'sip:user@[2001:db8:::192.0.2.1]' })).to.include({
      kind: 'failure',
      status: 400,
    });
    expect(header(taken({ method: 'OPTIONS', uri: 'sip:user@[2001:db8::192.0.2.1]' }), 'to')).to.equal(
      'sip:user@example.com',
    );
  });
});
