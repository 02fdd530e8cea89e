/** Mistakes in the transports of faces and trunks: place, what is wrong, what to do. */
import { expect } from 'chai';
import { parseConfig } from '../../../src/config/load.js';
import { ConfigError } from '../../../src/config/problems.js';

/** What is said of faces and of the proxy of a trunk: `setting: message (hint)`. */
function said(faces: string, proxy = 'sip:sbc.example.pl', dns = '{}'): string[] {
  const text = `
sip: { faces: ${faces}, dns: ${dns} }
trunks: [{ name: provider, addresses: [192.0.2.0/24], proxy: "${proxy}" }]
storage: { quota: 50GB, maxAge: 365d }
`;
  try {
    parseConfig(text, 'halina.yaml');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((one) => `${one.setting}: ${one.message} (${one.hint ?? ''})`);
  }
  return [];
}

const face = (more: string): string => `[{ name: a, address: 192.0.2.10, ${more} }]`;
const CERTIFICATE = 'tls: { certificates: [{ certificate: c.pem, key: c.key }] }';

describe('the transports of a configuration', () => {
  it('may be all of them, on addresses of both families', () => {
    const all = `[{ name: a, address: [192.0.2.10, "2001:db8::1"], externalAddress: 203.0.113.1, transports: [udp, tcp, tls, ws, wss], ${CERTIFICATE}, origins: ["https://halina.example"] }]`;
    expect(said(all, 'sips:sbc.example.pl', '{ servers: ["192.0.2.53", "[2001:db8::53]:5353"] }')).to.deep.equal([]);
  });

  it('need certificates where others connect, and only a section where we do', () => {
    expect(said(face('transports: [udp, tls]'))[0]).to.match(
      /^sip\.faces\[0\]\.tls: the face a has tls .* no certificate \(.*`tls: \{\}` is enough/,
    );
    expect(said(face('transports: [udp, tls], tls: {}'))).to.deep.equal([]);
    expect(said(face('transports: [wss], tls: {}'))[0]).to.match(/^sip\.faces\[0\]\.tls: the face a has wss /);
  });

  it('cannot ask browsers for certificates', () => {
    const strict = CERTIFICATE.replace('tls: {', 'tls: { clients: required,');
    expect(said(face(`transports: [wss], ${strict}`))[0]).to.match(
      /^sip\.faces\[0\]\.tls\.clients: browsers seldom have/,
    );
  });

  it('must be there for the proxy of a trunk', () => {
    const plain = face('transports: [udp, tcp]');
    expect(said(plain, 'sips:sbc.example.pl')).to.deep.equal([
      'trunks[0].proxy: no face has tls, which provider needs (add it under sip.faces[].transports)',
    ]);
    expect(said(plain, 'sip:sbc.example.pl;transport=ws')).to.deep.equal([
      'trunks[0].proxy: calls cannot go out by ws (take udp, tcp or tls)',
    ]);
    expect(said(plain, 'sip:sbc.example.pl;transport=tcp')).to.deep.equal([]);
  });

  it('must not share a place, but UDP and TCP may share a port', () => {
    expect(said(face(`transports: [udp, tcp, ws], wsPort: 5060`))[0]).to.match(
      /^sip\.faces\[0\]\.address: 192\.0\.2\.10:5060 is there twice/,
    );
    expect(said('[{ name: a, address: 192.0.2.10 }, { name: b, address: [192.0.2.11, 192.0.2.10] }]')[0]).to.match(
      /^sip\.faces\[1\]\.address: 192\.0\.2\.10:5060 is there twice/,
    );
  });

  it('name addresses, origins and DNS servers as they are written', () => {
    expect(said('[{ name: a, address: [192.0.2.10, office.example] }]')[0]).to.match(
      /office\.example is no IP address/,
    );
    expect(said(face('origins: ["halina.example"]'))[0]).to.match(/halina\.example is no origin \(e\.g\. https:/);
    expect(said(face('port: 5060'), undefined, '{ servers: ["dns.example"] }')[0]).to.match(
      /^sip\.dns\.servers\[0\]: dns\.example is no address/,
    );
  });
});
