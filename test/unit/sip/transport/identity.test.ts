import { expect } from 'chai';
import { describeIdentities, identitiesOf, isFor } from '../../../../src/sip/transport/identity.js';

const names = (subjectAltName: string | undefined, subject = 'O=Office\nCN=common.example') =>
  identitiesOf({ subjectAltName, subject });

describe('whom a certificate is for (RFC 5922 § 7)', () => {
  it('is the hosts of its SIP URIs, and then nobody else', () => {
    const found = names('DNS:www.example, URI:sip:Example.COM, URI:https://www.example, URI:sip:alice@people.example');
    expect(isFor(found, 'example.com')).to.equal(true);
    expect(isFor(found, 'www.example')).to.equal(false);
    expect(isFor(found, 'people.example')).to.equal(false);
    expect(describeIdentities(found)).to.equal('example.com');
  });

  it('is its DNS names where it has no SIP URI', () => {
    const found = names('DNS:sip.example.com, DNS:example.com');
    expect(isFor(found, 'SIP.example.com.')).to.equal(true);
    expect(isFor(found, 'common.example')).to.equal(false);
    expect(isFor(found, 'ample.com')).to.equal(false);
  });

  it('is the common name only where there is no other', () => {
    expect(isFor(names(undefined), 'common.example')).to.equal(true);
    expect(isFor(names('IP Address:192.0.2.1'), 'common.example')).to.equal(false);
  });

  it('is an address only where it stands there as one', () => {
    const found = names('IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, DNS:192.0.2.2');
    expect(isFor(found, '192.0.2.1')).to.equal(true);
    expect(isFor(found, '2001:db8::1')).to.equal(true);
    expect(isFor(found, '192.0.2.2')).to.equal(false);
  });

  it('is not extended by wildcards, unless they are taken, and then by one label', () => {
    const found = names('DNS:*.example.com');
    expect(isFor(found, 'sip.example.com')).to.equal(false);
    expect(isFor(found, 'sip.example.com', true)).to.equal(true);
    for (const host of ['example.com', 'a.b.example.com', 'sip.example.org', '.example.com'])
      expect(isFor(found, host, true), host).to.equal(host === '.example.com');
  });

  it('is not fooled by names that hold commas', () => {
    const found = names(String.raw`DNS:"evil.example, DNS:bank.example", DNS:plain.example`);
    expect(isFor(found, 'bank.example')).to.equal(false);
    expect(isFor(found, 'plain.example')).to.equal(true);
  });
});
