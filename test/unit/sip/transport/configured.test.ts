import { expect } from 'chai';
import { listeningFaces } from '../../../../src/sip/transport/configured.js';
import { defaultPort, facePort } from '../../../../src/sip/transport/face-ports.js';
import { chooseFace } from '../../../../src/sip/transport/faces.js';
import type { Protocol } from '../../../../src/sip/transport/types.js';

describe('faces as they are configured', () => {
  const faces = listeningFaces([
    { name: 'office', address: ['192.0.2.10', '2001:DB8:0:0::10'], port: 5060, transports: ['udp', 'tls'], tlsPort: 5071, externalAddress: ['2001:db8::99', '203.0.113.1'] },
    { name: 'loop', address: '127.0.0.1', port: 5062, transports: ['udp'], externalAddress: '203.0.113.2' },
  ]); // prettier-ignore

  it('are one for each address, written as the system writes it, with the external one of its family', () => {
    expect(faces.map(({ name, address, externalAddress }) => [name, address, externalAddress])).to.deep.equal([
      ['office', '192.0.2.10', '203.0.113.1'],
      ['office 2001:db8::10', '2001:db8::10', '2001:db8::99'],
      ['loop', '127.0.0.1', '203.0.113.2'],
    ]);
  });

  it('are chosen by the family of the peer', () => {
    const of = (address: string): string | undefined => chooseFace(faces, { protocol: 'udp', address, port: 1 }, [])?.address; // prettier-ignore
    expect(of('198.51.100.1')).to.equal('192.0.2.10');
    expect(of('2001:db8:9::1')).to.equal('2001:db8::10');
  });

  it('have a port for each transport', () => {
    const face = faces[0] ?? expect.fail();
    const ports = (['udp', 'tcp', 'tls', 'ws', 'wss'] as const).map((one: Protocol) => facePort(face, one));
    expect(ports).to.deep.equal([5060, 5060, 5071, 5066, 7443]);
    expect((['udp', 'tcp', 'tls', 'ws', 'wss'] as const).map(defaultPort)).to.deep.equal([5060, 5060, 5061, 80, 443]);
  });
});
