/** A provider by TLS behind SRV records. */
import { expect } from 'chai';
import { Halina, officeConfig } from '../support/e2e/halina.js';
import { kamailio } from '../support/e2e/kamailio.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { handset } from '../support/e2e/office.js';
import { stopAll, type Started } from '../support/e2e/process.js';
import { sipp } from '../support/e2e/sipp.js';
import { zoneServer } from '../support/e2e/zone-server.js';
import { Authority } from '../support/sip/certificates.js';

const CALLEE = '10.77.0.5';

describe('a provider behind SRV records, by TLS', function () {
  this.timeout(180_000);
  let authority: Authority;
  const servers: Started[] = [];
  before(needsNamespace);
  before(async () => (authority = await Authority.make()));
  after(() => authority.remove());
  afterEach(async () => {
    // By SIGTERM, at which Kamailio ends its children too.
    await Promise.all(servers.splice(0).map((one) => one.stop()));
    await stopAll();
  });

  it('takes calls with a certificate of ours, and when one of its servers is gone the next one does', async () => {
    const own = await authority.issue(['DNS:office.example']);
    const certificate = await authority.issue(['DNS:provider.example']);
    const dns = await zoneServer({
      '_sips._tcp.provider.example': [
        { type: 'SRV', priority: 10, port: 5061, name: 'one.provider.example' },
        { type: 'SRV', priority: 20, port: 5061, name: 'two.provider.example' },
      ],
      'one.provider.example': [{ type: 'A', address: address.provider }],
      'two.provider.example': [{ type: 'A', address: address.secondProvider }],
    });
    const server = { callee: `${CALLEE}:5060`, certificate, clients: authority.file };
    const one = await kamailio({ address: address.provider, ...server });
    const two = await kamailio({ address: address.secondProvider, ...server });
    servers.push(one, two);
    const office = officeConfig();
    const [trunkFace, officeFace] = office.sip?.faces ?? [];
    if (!trunkFace || !officeFace) return expect.fail();
    const halina = await Halina.start({
      ...office,
      sip: {
        faces: [
          { ...trunkFace, transports: ['tls'], tls: { certificates: [own], trusted: [authority.file] } },
          officeFace,
        ],
        dns: { servers: [`127.0.0.1:${dns.port}`] },
      },
      trunks: [{ name: 'provider', addresses: [address.provider, address.secondProvider], proxy: 'sip:provider.example;transport=tls', callerId: '+48227836000' }], // prettier-ignore
    });
    const phone = await handset();
    const call = async (): Promise<void> => {
      const callee = await sipp({ scenario: 'callee-hangs-up', address: CALLEE, values: { media: 9000, wait: 60_000, ring: 300, talk: 1500 } }); // prettier-ignore
      await phone.command('dial', `sip:0601234567@${address.officeFace}`);
      await phone.event('CALL_ESTABLISHED');
      await callee.done();
    };
    await call();
    await one.until(/took INVITE over tls/i);
    await one.stop();
    await call();
    await two.until(/took INVITE over tls/i);
    expect(two.output().match(/took INVITE over tls/gi)).to.have.length(1);
    expect(await halina.stop()).to.equal(0);
    await dns.close();
  });
});
