/** Our certificates, and fingerprints of them and of others'. */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { fingerprintOf, isNamed, makeIdentity, readFingerprint } from '../../../src/dtls/index.js';

const NOW = Date.UTC(2026, 10, 28, 6, 7, 8);

describe('a certificate for DTLS', () => {
  const { certificate, privateKey, fingerprint } = makeIdentity(NOW);
  const read = new X509Certificate(certificate);

  it('is signed by itself, on P-256, and says nothing of us', () => {
    expect(read.verify(read.publicKey)).to.equal(true);
    expect(read.publicKey.asymmetricKeyDetails).to.deep.equal({ namedCurve: 'prime256v1' });
    expect(read.checkPrivateKey(createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'sec1' }))).to.equal(true); // prettier-ignore
    expect(read.subject).to.equal('CN=halina');
    expect(read.issuer).to.equal(read.subject);
  });

  it('holds from yesterday, as clocks differ, for a month', () => {
    expect(new Date(read.validFrom).toISOString()).to.equal('2026-11-27T06:07:08.000Z');
    expect(new Date(read.validTo).toISOString()).to.equal('2026-12-28T06:07:08.000Z');
  });

  it('has the fingerprint that its description will name', () =>
    expect(fingerprint).to.deep.equal({ hash: 'sha-256', value: read.fingerprint256 }));

  it('is another one each time', () => expect(makeIdentity(NOW).fingerprint).not.to.deep.equal(fingerprint));

  it('is well formed whatever chance makes of its numbers', () => {
    for (let n = 0; n < 60; n++) {
      const one = new X509Certificate(makeIdentity(NOW).certificate);
      expect(one.verify(one.publicKey)).to.equal(true);
    }
  });
});

describe('fingerprints', () => {
  const der = Buffer.from('any bytes');
  const digest = (hash: string): string => (createHash(hash).update(der).digest('hex').match(/../g) ?? []).join(':');

  for (const hash of ['sha-256', 'sha-384', 'sha-512'] as const)
    it(`by ${hash} are read in either case`, () => {
      const lower = `${hash.toUpperCase()} ${digest(hash.replace('-', ''))}`;
      expect(readFingerprint(lower)).to.deep.equal(fingerprintOf(der, hash));
      expect(isNamed(der, [fingerprintOf(der, hash)])).to.equal(true);
    });

  for (const [what, text] of [
    ['by MD5', `md5 ${digest('md5')}`],
    ['by SHA-1', `sha-1 ${digest('sha1')}`],
    ['that are too short', 'sha-256 AA:BB'],
    ['without colons', `sha-256 ${digest('sha256').replaceAll(':', '')}`],
    ['with more behind them', `sha-256 ${digest('sha256')} x`],
    ['that are empty', ''],
  ] as const)
    it(`${what} are not believed`, () => expect(readFingerprint(text)).to.equal(undefined));

  it('of several hashes the strongest counts, and of several certificates any', () => {
    const [right, wrong] = [fingerprintOf(der, 'sha-256'), fingerprintOf(Buffer.from('another'), 'sha-256')];
    expect(isNamed(der, [wrong, right])).to.equal(true);
    expect(isNamed(der, [wrong])).to.equal(false);
    expect(isNamed(der, [fingerprintOf(Buffer.from('another'), 'sha-512'), right])).to.equal(false);
    expect(isNamed(der, [])).to.equal(false);
  });
});
