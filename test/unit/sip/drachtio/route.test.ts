import { expect } from 'chai';
import { dialogOfRequest, dialogOfSentRequest, learnFromResponse } from '../../../../src/sip/dialog/dialog.js';
import type { Context } from '../../../../src/sip/drachtio/context.js';
import { destinationOf } from '../../../../src/sip/drachtio/route.js';
import { makeResponse } from '../../../../src/sip/message/make.js';
import { setHeader } from '../../../../src/sip/message/fields.js';
import type { SipRequest } from '../../../../src/sip/message/message.js';
import { parseUri } from '../../../../src/sip/message/uri.js';
import type { Destination, Flow } from '../../../../src/sip/transport/types.js';

const locate = (uri: string): Destination => {
  const { host: address = '', port = 5060 } = parseUri(uri) ?? {};
  return { protocol: 'udp', address, port, face: 'office' };
};
const context = { locator: { locate } } as unknown as Context;

const flowFrom = (remoteAddress: string): Flow => ({
  protocol: 'udp',
  remoteAddress,
  remotePort: 40_000,
  localAddress: '10.0.0.1',
  localPort: 5060,
  face: 'office',
});

function invite(uri: string, more: Readonly<Record<string, string>>): SipRequest {
  const fields = { from: '<sip:a@x>;tag=1', to: '<sip:b@x>', 'call-id': 'c', cseq: '1 INVITE', ...more };
  const request: SipRequest = { kind: 'request', method: 'INVITE', uri, fields: [], body: Buffer.alloc(0) };
  for (const [name, value] of Object.entries(fields)) setHeader(request, name, value);
  return request;
}

/** Where requests go to one who called. */
function toCaller(source: string, via: string, contact: string): string {
  const request = invite('sip:office@10.0.0.1', { via: `SIP/2.0/UDP ${via};branch=z9hG4bK1`, contact: `<sip:a@${contact}>` }); // prettier-ignore
  return shown(destinationOf(context, dialogOfRequest(request, 'ours', flowFrom(source))) as Destination);
}

/** Where requests go to one who was called by this URI, and answered from there, by a 180 and a 200. */
function toCallee(source: string, uri: string, contact: string): string {
  const request = invite(uri, {});
  const dialog = dialogOfSentRequest(request);
  for (const status of [180, 200]) {
    const response = makeResponse(request, status, '', 'theirs');
    setHeader(response, 'contact', `<sip:b@${contact}>`);
    learnFromResponse(dialog, response, flowFrom(source));
  }
  return shown(destinationOf(context, dialog) as Destination);
}

const shown = ({ address, port }: Destination): string => `${address}:${port}`;

describe('a request within a dialog without a route goes', () => {
  it('to the Contact', () => {
    expect(toCaller('5.5.5.9', '5.5.5.9:5060', '5.5.5.10:5080')).to.equal('5.5.5.10:5080');
    expect(toCaller('10.0.0.7', '10.0.0.7', '10.0.0.7:5070')).to.equal('10.0.0.7:5070');
  });

  it('to where the peer came from, where that is public and its Contact is not', () => {
    expect(toCaller('5.5.5.9', '192.168.1.5', '192.168.1.5')).to.equal('5.5.5.9:40000');
    expect(toCallee('5.5.5.9', 'sip:b@192.168.1.5', '192.168.1.5')).to.equal('5.5.5.9:40000');
  });

  it('there too where both are private, and the peer takes its Contact for the place that it speaks from', () => {
    expect(toCaller('10.0.0.7', '192.168.1.5:5062', '192.168.1.5:5062')).to.equal('10.0.0.7:40000');
    expect(toCallee('10.0.0.7', 'sip:b@192.168.1.5', '192.168.1.5')).to.equal('10.0.0.7:40000');
  });

  it('to another machine of a provider that speaks for it in a private network', () => {
    expect(toCaller('10.0.0.7', '10.0.0.7', '10.0.0.8')).to.equal('10.0.0.8:5060');
    expect(toCaller('10.0.0.7', 'edge.provider.example', '10.0.0.8')).to.equal('10.0.0.8:5060');
    expect(toCallee('10.0.0.7', 'sip:b@10.0.0.7', '10.0.0.8')).to.equal('10.0.0.8:5060');
    expect(toCallee('10.0.0.7', 'sip:b@provider.example', '10.0.0.8')).to.equal('10.0.0.8:5060');
  });
});
