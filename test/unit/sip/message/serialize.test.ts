/** What is left of a message whose transaction is over but for repetitions. */
import { expect } from 'chai';
import { appendHeader, header } from '../../../../src/sip/message/fields.js';
import { makeResponse } from '../../../../src/sip/message/make.js';
import type { SipRequest } from '../../../../src/sip/message/message.js';
import { forget, keepBytes, serialize } from '../../../../src/sip/message/serialize.js';

function bye(): SipRequest {
  const request: SipRequest = { kind: 'request', method: 'BYE', uri: 'sip:a@b', fields: [], body: Buffer.from('x') };
  appendHeader(request, 'via', 'SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1');
  appendHeader(request, 'call-id', 'one');
  return request;
}

describe('what is kept of a message', () => {
  it('its bytes alone: they go again as they went', () => {
    const response = makeResponse(bye(), 200);
    const before = serialize(response);
    keepBytes(response);
    expect(response.fields).to.deep.equal([]);
    expect(serialize(response)).to.equal(before);
  });

  it('nothing but what it is called, or some of its fields, which are what would go then', () => {
    const request = bye();
    serialize(request);
    forget(request, ['call-id']);
    expect([request.method, header(request, 'via'), header(request, 'call-id')]).to.deep.equal([
      'BYE',
      undefined,
      'one',
    ]);
    expect(serialize(request).toString()).to.equal('BYE sip:a@b SIP/2.0\r\nCall-ID: one\r\nContent-Length: 0\r\n\r\n');
  });
});
