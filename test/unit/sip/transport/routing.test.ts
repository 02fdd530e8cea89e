import { expect } from 'chai';
import { header } from '../../../../src/sip/message/fields.js';
import { makeResponse } from '../../../../src/sip/message/make.js';
import type { SipRequest } from '../../../../src/sip/message/message.js';
import { parseMessage } from '../../../../src/sip/message/parse.js';
import { advertisedAddress, chooseFace, inNetwork } from '../../../../src/sip/transport/faces.js';
import { responseDestination, stampVia } from '../../../../src/sip/transport/routing.js';
import type { Destination, Face, Flow, Protocol } from '../../../../src/sip/transport/types.js';
import { requestText } from '../../../support/sip/text.js';

const flow = (change: Partial<Flow> = {}): Flow => ({
  protocol: 'udp',
  remoteAddress: '203.0.113.9',
  remotePort: 34567,
  localAddress: '192.0.2.1',
  localPort: 5060,
  face: 'trunk',
  ...change,
});

function received(via: string, from: Flow): SipRequest {
  const message = parseMessage(Buffer.from(requestText({ via })));
  if (message.kind !== 'request') return expect.fail('no request');
  stampVia(message, from);
  return message;
}

const viaOf = (via: string, from = flow()): string | undefined => header(received(via, from), 'via');
const wayBack = (via: string, from = flow()): Destination =>
  responseDestination(makeResponse(received(via, from), 200), from);

describe('the Via of a request that comes (RFC 3261 § 18.2.1, RFC 3581 § 4)', () => {
  it('gets the source address where sent-by is another', () => {
    expect(viaOf('SIP/2.0/UDP 10.0.0.5:5070;branch=z9hG4bK1')).to.equal(
      'SIP/2.0/UDP 10.0.0.5:5070;branch=z9hG4bK1;received=203.0.113.9',
    );
    expect(viaOf('SIP/2.0/UDP phone.example;branch=z9hG4bK1')).to.match(/;received=203\.0\.113\.9$/);
  });

  it('stays as it is where sent-by is the source', () => {
    expect(viaOf('SIP/2.0/UDP 203.0.113.9;branch=z9hG4bK1')).to.equal('SIP/2.0/UDP 203.0.113.9;branch=z9hG4bK1');
    const six = flow({ remoteAddress: '2001:db8::9' });
    expect(viaOf('SIP/2.0/UDP [2001:DB8:0:0::9];branch=z9hG4bK1', six)).not.to.include('received');
  });

  it('gets the source port where rport asks for it', () => {
    expect(viaOf('SIP/2.0/UDP 10.0.0.5;rport;branch=z9hG4bK1')).to.equal(
      'SIP/2.0/UDP 10.0.0.5;rport=34567;branch=z9hG4bK1;received=203.0.113.9',
    );
  });

  it('loses what the sender claims about itself', () => {
    expect(viaOf('SIP/2.0/UDP 203.0.113.9;received=198.51.100.1;rport=7;branch=z9hG4bK1')).to.equal(
      'SIP/2.0/UDP 203.0.113.9;rport=34567;branch=z9hG4bK1',
    );
    expect(viaOf('SIP/2.0/UDP 10.0.0.5;received=198.51.100.1;branch=z9hG4bK1')).to.equal(
      'SIP/2.0/UDP 10.0.0.5;received=203.0.113.9;branch=z9hG4bK1',
    );
  });
});

describe('the way of a response (RFC 3261 § 18.2.2, RFC 3581 § 4)', () => {
  it('over UDP leads to the source address, and to the port of sent-by', () => {
    expect(wayBack('SIP/2.0/UDP 10.0.0.5:5070;branch=z9hG4bK1')).to.deep.include({
      address: '203.0.113.9',
      port: 5070,
    });
    expect(wayBack('SIP/2.0/UDP 10.0.0.5;branch=z9hG4bK1')).to.deep.include({ address: '203.0.113.9', port: 5060 });
  });

  it('with rport leads to the source port, from the face that the request came to', () => {
    expect(wayBack('SIP/2.0/UDP 10.0.0.5:5070;rport;branch=z9hG4bK1')).to.deep.equal({
      protocol: 'udp',
      address: '203.0.113.9',
      port: 34567,
      face: 'trunk',
    });
  });

  it('does not follow maddr: a stranger could have answers sent to anyone', () => {
    for (const maddr of ['198.51.100.7', '224.2.0.1', '127.0.0.1', '0.0.0.0', '[::1]', 'localhost'])
      expect(wayBack(`SIP/2.0/UDP 10.0.0.5:5070;maddr=${maddr};rport;branch=z9hG4bK1`), maddr).to.deep.include({
        address: '203.0.113.9',
        port: 34567,
      });
  });

  it('over TCP is the connection, and sent-by when that is gone', () => {
    expect(wayBack('SIP/2.0/TCP 10.0.0.5:5070;branch=z9hG4bK1', flow({ protocol: 'tcp' }))).to.deep.equal({
      protocol: 'tcp',
      address: '203.0.113.9',
      port: 34567,
      face: 'trunk',
      connectPort: 5070,
    });
  });
});

describe('the face of a message', () => {
  const networks = ['127.0.0.1/8', '192.168.7.2/24', '10.1.2.3/16', '10.1.9.1/24', '2001:db8:7::2/64'];
  const face = (name: string, address: string, more: Partial<Face> = {}): Face => ({
    name,
    address,
    port: 5060,
    transports: ['udp', 'tcp'],
    ...more,
  });
  const faces = [
    face('loop', '127.0.0.1'),
    face('office', '192.168.7.2'),
    face('trunk', '10.1.2.3', { transports: ['udp'], externalAddress: '198.51.100.20' }),
    face('near', '10.1.9.1'),
    face('six', '2001:db8:7::2'),
  ];
  const chosen = (address: string, protocol: Protocol = 'udp', name?: string): string | undefined =>
    chooseFace(faces, { protocol, address, port: 5060, face: name }, networks)?.name;

  it('is the one that is named, where it has the protocol', () => {
    expect(chosen('127.0.0.9', 'udp', 'trunk')).to.equal('trunk');
    expect(chosen('10.1.9.77', 'tcp', 'trunk')).to.equal('near');
  });

  it('shares the closest network with the destination', () => {
    expect(chosen('127.0.0.1')).to.equal('loop');
    expect(chosen('127.3.2.1')).to.equal('loop');
    expect(chosen('192.168.7.99')).to.equal('office');
    expect(chosen('10.1.4.4')).to.equal('trunk');
    expect(chosen('10.1.9.4')).to.equal('near');
    expect(chosen('2001:db8:7::44')).to.equal('six');
  });

  it('is the first that is no loopback for the rest of the world', () => {
    expect(chosen('198.51.100.1')).to.equal('office');
    expect(chosen('2001:db8:ffff::1')).to.equal('six');
    expect(
      chooseFace([face('loop', '127.0.0.1')], { protocol: 'udp', address: '8.8.8.8', port: 1 }, networks)?.name,
    ).to.equal('loop');
  });

  it('is none where none has the protocol or the family, and for what is no address', () => {
    expect(
      chooseFace(
        [face('a', '10.1.2.3', { transports: ['udp'] })],
        { protocol: 'tcp', address: '10.1.2.4', port: 1 },
        networks,
      ),
    ).to.equal(undefined);
    expect(chooseFace([face('a', '10.1.2.3')], { protocol: 'udp', address: '::1', port: 1 }, networks)).to.equal(
      undefined,
    );
    expect(chosen('sip.example')).to.equal(undefined);
  });

  it('tells its external address outside its own networks only', () => {
    const trunk = faces[2] ?? expect.fail();
    expect(advertisedAddress(trunk, '203.0.113.1', networks)).to.equal('198.51.100.20');
    expect(advertisedAddress(trunk, '10.1.77.1', networks)).to.equal('10.1.2.3');
    expect(advertisedAddress(trunk, '127.0.0.1', networks)).to.equal('10.1.2.3');
  });

  it('on all addresses tells the one that is near the peer', () => {
    const all = face('all', '0.0.0.0');
    expect(advertisedAddress(all, '10.1.9.4', networks)).to.equal('10.1.9.1');
    expect(advertisedAddress(all, '127.0.0.5', networks)).to.equal('127.0.0.1');
    expect(advertisedAddress(all, '203.0.113.1', networks)).to.equal('192.168.7.2');
    expect(advertisedAddress(face('all', '::'), '2001:db8::1', networks)).to.equal('2001:db8:7::2');
  });

  it('compares networks without falling over what is none', () => {
    expect(inNetwork('10.1.2.3', '10.1.0.0/16')).to.equal(true);
    expect(inNetwork('10.1.2.3', '10.1.2.3')).to.equal(true);
    expect(inNetwork('::ffff:10.1.2.3', '10.1.0.0/16')).to.equal(true);
    for (const [address, cidr] of [
      ['10.2.0.1', '10.1.0.0/16'],
      ['x', '10.0.0.0/8'],
      ['10.0.0.1', 'x/8'],
      ['::1', '0.0.0.0/0'],
    ] as const)
      expect(inNetwork(address, cidr), `${address} ${cidr}`).to.equal(false);
  });
});
