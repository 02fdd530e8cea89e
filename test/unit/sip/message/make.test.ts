import { expect } from 'chai';
import { header } from '../../../../src/sip/message/fields.js';
import { makeCancel, makeFailureAck, makeResponse } from '../../../../src/sip/message/make.js';
import type { SipRequest } from '../../../../src/sip/message/message.js';
import { parseMessage } from '../../../../src/sip/message/parse.js';
import { serialize } from '../../../../src/sip/message/serialize.js';
import { requestText } from '../../../support/sip/text.js';

function invite(): SipRequest {
  const more = [
    'v:   SIP/2.0/UDP  two',
    'Record-Route: <sip:p;lr>',
    'Route: <sip:r1;lr>',
    'Route: <sip:r2;lr>',
    'Timestamp: 54',
    'Subject: x',
  ];
  const message = parseMessage(Buffer.from(requestText({ method: 'INVITE', cseq: '7 INVITE', more, body: 'v=0' })));
  return message.kind === 'request' ? message : expect.fail();
}

const lines = (message: Parameters<typeof serialize>[0]): string[] =>
  serialize(message).toString().split('\r\n').slice(0, -2);

describe('messages that are made from others', () => {
  it('a response copies what identifies the request, byte for byte, and adds a tag where there is none', () => {
    expect(lines(makeResponse(invite(), 180, '', 'mine'))).to.deep.equal([
      'SIP/2.0 180 Ringing',
      'Via: SIP/2.0/UDP 127.0.0.1:5090;branch=z9hG4bKtest;rport',
      'v:   SIP/2.0/UDP  two',
      'Record-Route: <sip:p;lr>',
      'From: <sip:peer@127.0.0.1>;tag=peer',
      'To: <sip:halina@127.0.0.1>;tag=mine',
      'Call-ID: call@test',
      'CSeq: 7 INVITE',
      'Content-Length: 0',
    ]);
  });

  it('a 100 gets no tag, and the Timestamp; a refusal gets no Record-Route', () => {
    const trying = makeResponse(invite(), 100, '', 'mine');
    expect([header(trying, 'to'), header(trying, 'timestamp')]).to.deep.equal(['<sip:halina@127.0.0.1>', '54']);
    const busy = makeResponse(invite(), 486, 'Not Now', 'mine');
    expect([header(busy, 'record-route'), header(busy, 'timestamp'), busy.reason]).to.deep.equal([
      undefined,
      undefined,
      'Not Now',
    ]);
    expect(makeResponse(invite(), 499).reason).to.equal('Bad Request');
  });

  it('a response keeps the tag that the request has', () => {
    const request = invite();
    request.fields = request.fields.map((field) =>
      field.name === 'To' ? { name: 'To', value: '<sip:b>;tag=theirs' } : field,
    );
    expect(header(makeResponse(request, 200, '', 'mine'), 'to')).to.equal('<sip:b>;tag=theirs');
  });

  it('a CANCEL and the ACK of a failure belong to the transaction of their INVITE (§§ 9.1, 17.1.1.3)', () => {
    const ours = [
      'Via: SIP/2.0/UDP 127.0.0.1:5090;branch=z9hG4bKtest;rport',
      'Max-Forwards: 70',
      'From: <sip:peer@127.0.0.1>;tag=peer',
    ];
    const rest = (to: string, method: string): string[] => [
      `To: ${to}`,
      'Call-ID: call@test',
      `CSeq: 7 ${method}`,
      'Route: <sip:r1;lr>',
      'Route: <sip:r2;lr>',
      'Content-Length: 0',
    ];
    expect(lines(makeCancel(invite()))).to.deep.equal([
      'CANCEL sip:halina@127.0.0.1 SIP/2.0',
      ...ours,
      ...rest('<sip:halina@127.0.0.1>', 'CANCEL'),
    ]);
    const refusal = makeResponse(invite(), 486, '', 'theirs');
    expect(lines(makeFailureAck(invite(), refusal))).to.deep.equal([
      'ACK sip:halina@127.0.0.1 SIP/2.0',
      ...ours,
      ...rest('<sip:halina@127.0.0.1>;tag=theirs', 'ACK'),
    ]);
  });
});
