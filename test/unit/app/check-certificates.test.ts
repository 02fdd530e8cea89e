import { expect } from 'chai';
import { certificates } from '../../../src/app/check-certificates.js';
import { parseConfig } from '../../../src/config/load.js';
import { Authority, type CertificateFiles } from '../../support/sip/certificates.js';

const DAY = 86_400_000;

describe('what halina check says of certificates', () => {
  let authority: Authority;
  let good: CertificateFiles;
  before(async () => {
    authority = await Authority.make();
    good = await authority.issue(['DNS:office.example'], 90);
  });
  after(() => authority.remove());

  async function found(files: CertificateFiles, trusted = authority.file, now = Date.now()): Promise<string[]> {
    const text = `
sip: { faces: [{ name: a, address: 127.0.0.1, transports: [tls], tls: { certificates: [${JSON.stringify(files)}], trusted: ["${trusted}"] } }] }
storage: { quota: 50GB, maxAge: 365d }
`;
    const findings = await certificates(parseConfig(text, 'halina.yaml'), now);
    for (const { hint } of findings) expect(hint).to.be.a('string');
    return findings.map(({ level, message }) => `${level}: ${message.replaceAll(`${authority.folder}/`, '')}`);
  }

  it('is nothing where they are good', async () => {
    expect(await found(good)).to.deep.equal([]);
  });

  it('is how many days are left, when they are few, and that none is', async () => {
    const [soon] = await found(good, undefined, Date.now() + 80 * DAY);
    expect(soon).to.match(/^warning: the certificate 1\.pem expires in 9 days, on \d{4}-\d\d-\d\d$/);
    const [late] = await found(good, undefined, Date.now() + 91 * DAY);
    expect(late).to.match(/^error: the certificate 1\.pem expired on \d{4}-\d\d-\d\d$/);
    const [early] = await found(good, undefined, Date.now() - 2 * DAY);
    expect(early).to.match(/^error: the certificate 1\.pem is valid from /);
  });

  it('is which file cannot be used, and why', async () => {
    const other = await authority.issue(['DNS:other.example']);
    expect(await found({ ...good, key: other.key })).to.deep.equal([
      'error: the key 2.key does not belong to the certificate 1.pem',
    ]);
    expect(await found({ ...good, key: good.certificate })).to.deep.equal([
      'error: the file 1.pem holds no private key',
    ]);
    expect((await found({ ...good, certificate: `${good.certificate}.none` }))[0]).to.match(
      /^error: the file 1\.pem\.none cannot be read: ENOENT/,
    );
    expect(await found(good, good.key)).to.deep.equal(['error: the file 1.key holds no certificate']);
  });
});
