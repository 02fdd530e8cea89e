import { expect } from 'chai';
import { portClashes } from '../../../src/app/check-ports.js';
import { parseConfig } from '../../../src/config/load.js';

const clashes = (more: string): string[] =>
  portClashes(parseConfig(`storage: { maxAge: 30d }\n${more}`, 'x.yaml')).map(({ message }) => message);

const provisioning = (port: number, address = '0.0.0.0'): string =>
  `provisioning: { host: h.example, address: ${address}, port: ${port}, certificate: c.pem, key: k.pem, adminPassword: secret-of-them }\n`;

describe('ports that two parts would take', () => {
  it('none by default, with provisioning beside the console too', () => {
    expect(clashes('')).to.deep.equal([]);
    expect(clashes(provisioning(8443))).to.deep.equal([]);
  });

  it('are named, also where one of the two listens everywhere', () => {
    expect(clashes(`console: { port: 8443 }\n${provisioning(8443)}`)).to.deep.equal([
      'console.port and provisioning.port are both 8443 (127.0.0.1:8443 and 0.0.0.0:8443): only one of them can have it',
    ]);
    expect(clashes('ops: { http: { port: 8444 } }')).to.have.length(1);
  });

  it('are none on two addresses, where the console is off, or between TCP and UDP', () => {
    expect(clashes(`console: { port: 8443 }\n${provisioning(8443, '192.0.2.1')}`)).to.deep.equal([]);
    expect(clashes(`console: { enabled: false, port: 8443 }\n${provisioning(8443)}`)).to.deep.equal([]);
    const face = (transport: string): string =>
      `sip: { faces: [{ name: a, address: 127.0.0.1, port: 8444, transports: [${transport}] }] }\n`;
    expect(clashes(face('udp'))).to.deep.equal([]);
    expect(clashes(face('tcp'))).to.have.length(1);
  });
});
