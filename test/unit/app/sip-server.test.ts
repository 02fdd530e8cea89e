import { expect } from 'chai';
import { faceOf, type SipServerArguments } from '../../../src/app/sip-server.js';

const plain: SipServerArguments = {
  address: '192.0.2.1',
  port: '5060',
  transport: ['udp', 'tcp'],
  application: '127.0.0.1:9022',
  secret: 'cymru',
};

describe('halina sip-server', () => {
  const face = (changes: Partial<SipServerArguments>) => faceOf({ ...plain, ...changes });

  it('listens as it is told, with TLS and WebSocket too', () => {
    expect(face({})).to.deep.include({ port: 5060, transports: ['udp', 'tcp'] });
    expect(face({})).to.not.have.property('tls');
    const secure = {
      transport: ['udp', 'tls', 'wss'],
      tlsPort: '5071',
      certificate: ['a.pem', 'b.pem'],
      key: ['a.key', 'b.key'],
      trusted: ['ca.pem'],
      clients: 'wanted',
    } as const;
    expect(face(secure)).to.deep.include({
      tlsPort: 5071,
      tls: {
        certificates: [
          { certificate: 'a.pem', key: 'a.key' },
          { certificate: 'b.pem', key: 'b.key' },
        ],
        trusted: ['ca.pem'],
        clients: 'wanted',
      },
    });
  });

  for (const [what, changes, code] of [
    ['a transport that there is not', { transport: ['sctp'] }, 'TRANSPORT_INVALID'],
    ['TLS without a certificate', { transport: ['tls'] }, 'TLS_INVALID'],
    ['a certificate without its key', { transport: ['tls'], certificate: ['a.pem'] }, 'TLS_INVALID'],
    ['a certificate without TLS', { certificate: ['a.pem'], key: ['a.key'] }, 'TLS_INVALID'],
    ['a port that is none', { tlsPort: 'many' }, 'PORT_INVALID'],
  ] as const)
    it(`refuses ${what}`, () => {
      expect(() => face(changes))
        .to.throw()
        .with.property('code', code);
    });
});
