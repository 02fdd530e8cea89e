/** Bad certificates, DNS that is gone, providers that answer nonsense: the application hears of it, and the log says what to do. */
import { expect } from 'chai';
import { SipServer, type SipServerOptions } from '../../src/sip/server.js';
import type { Face, TlsSettings } from '../../src/sip/transport/types.js';
import { ask as askFor, newSrf, type TestSrf } from '../support/drachtio/srf.js';
import { LogLines } from '../support/log-lines.js';
import { Authority } from '../support/sip/certificates.js';
import { srv, Zone } from '../support/sip/zone.js';
import { UdpPeer } from '../support/sip/peers.js';
import { VirtualClock } from '../support/virtual-clock.js';

const SECRET = 'cymru';

describe('providers that cannot be reached as they should', function () {
  let authority: Authority;
  const closing: (() => unknown)[] = [];

  before(async () => (authority = await Authority.make()));
  after(() => authority.remove());
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const face = (tls?: TlsSettings): Face => ({
    name: 'test',
    address: '127.0.0.1',
    port: 0,
    tlsPort: 0,
    transports: tls ? ['udp', 'tls'] : ['udp'],
    tls,
  });

  interface Opened {
    readonly server: SipServer;
    readonly log: LogLines;
    readonly srf: TestSrf;
  }

  /** A SIP server with an application on it. */
  async function open(options: Partial<SipServerOptions>): Promise<Opened> {
    const log = new LogLines();
    const application = { host: '127.0.0.1', port: 0, secret: SECRET };
    const server = await SipServer.start({ faces: [face()], application, ...options }, log);
    closing.push(() => server.close());
    const srf = newSrf([]);
    closing.push(() => srf.disconnect());
    const connected = new Promise<void>((resolve, reject) => {
      srf.once('connect', (error) => (error ? reject(error) : resolve()));
    });
    srf.connect({ host: '127.0.0.1', port: server.applicationPort, secret: SECRET });
    await connected;
    return { server, log, srf };
  }

  /** The status that the application gets for an OPTIONS. */
  const ask = async ({ srf }: Opened, uri: string): Promise<number> =>
    (await askFor(srf, uri, { method: 'OPTIONS' })).status;

  describe('by TLS', () => {
    async function between(
      names: readonly string[],
      days?: number,
      trusted?: string,
    ): Promise<{ readonly status: number; readonly log: LogLines; readonly error: { hint?: unknown } }> {
      // prettier-ignore
      const provider = await SipServer.start(
        {
          faces: [face({ certificates: [await authority.issue(names, days)], trusted: [authority.file] })],
          application: { host: '127.0.0.1', port: 0, secret: SECRET },
        },
        new LogLines(),
      );
      closing.push(() => provider.close());
      const zone = new Zone({
        '_sips._tcp.provider.example': { SRV: [srv(1, 0, provider.faces[0]?.tlsPort ?? 0, 'a.provider.example')] },
        'a.provider.example': { A: ['127.0.0.1'] },
      });
      const office = await open({
        faces: [face({ certificates: [], trusted: [trusted ?? authority.file] })],
        dns: zone,
      });
      const status = await ask(office, 'sips:provider.example');
      const error = office.log.lines.find(({ level }) => level === 'error')?.facts ?? {};
      return { status, log: office.log, error };
    }

    it('with a good certificate is an answer', async () => {
      // Nobody serves OPTIONS there: 503 of that server itself, over TLS.
      const { status, log } = await between(['DNS:provider.example']);
      expect(status).to.equal(503);
      expect(log.of('error')).to.deep.equal([]);
    });

    it('with one for another name is 503, and the log says for whom it is', async () => {
      const { status, log, error } = await between(['DNS:another.example']);
      expect(status).to.equal(503);
      expect(log.of('error')).to.have.length(1);
      expect(log.of('error')[0]).to.match(/is for another\.example, not for provider\.example$/);
      expect(error.hint).to.be.a('string');
    });

    it('with one for the server instead of the domain is another name too (RFC 5922 § 7.3)', async () => {
      const { log } = await between(['DNS:a.provider.example']);
      expect(log.of('error')[0]).to.match(/is for a\.provider\.example, not for provider\.example$/);
    });

    it('with one that has expired is 503, and the log says so', async () => {
      const { status, log, error } = await between(['DNS:provider.example'], -1);
      expect(status).to.equal(503);
      expect(log.of('error')[0]).to.match(/^the certificate of provider\.example \(127\.0\.0\.1:\d+\) has expired$/);
      expect(error.hint).to.include('renew');
    });

    it('with one of nobody whom we know is 503, and the log says where to name them', async () => {
      const stranger = await Authority.make();
      closing.push(() => stranger.remove());
      const { status, log, error } = await between(['DNS:provider.example'], 90, stranger.file);
      expect(status).to.equal(503);
      expect(log.of('error')).to.have.length(1);
      expect(error.hint).to.include('sip.faces[].tls.trusted');
    });
  });

  describe('when DNS is gone', () => {
    it('is 503 where nothing was known, and an answer where it was', async () => {
      const provider = await UdpPeer.open();
      closing.push(() => provider.close());
      const zone = new Zone({ 'provider.example': { A: ['127.0.0.1'] } });
      const clock = new VirtualClock();
      const office = await open({ dns: zone, clock });
      const uri = `sip:provider.example:${provider.port}`;
      const answered = async (): Promise<number> => {
        const asking = ask(office, uri);
        const request = await provider.next();
        const copied = request.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
        provider.send(
          ['SIP/2.0 200 OK', ...copied, 'Content-Length: 0', '', ''].join('\r\n'),
          office.server.faces[0]?.port ?? 0,
        );
        return asking;
      };
      expect(await answered()).to.equal(200);
      zone.broken = 'ETIMEOUT';
      clock.advance(400_000);
      expect(await answered()).to.equal(200);
      expect(office.log.of('warn')).to.include('DNS gives no answer; the last one is used');
      expect(await ask(office, 'sip:new.example')).to.equal(503);
    });
  });

  describe('and DNS that says nonsense', () => {
    const zone = new Zone({
      '_sip._udp.none.example': { SRV: [srv(0, 0, 0, '.')] },
      '_sip._udp.loop.example': { SRV: [srv(0, 0, 5060, '_sip._udp.loop.example')] },
      'text.example': { A: ['not an address'] },
    });

    for (const name of ['none.example', 'loop.example', 'text.example', 'unheard-of.example'])
      it(`${name}: is 503 for the application, and nothing else happens`, async () => {
        const office = await open({ dns: zone });
        expect(await ask(office, `sip:${name}`)).to.equal(503);
        expect(office.server.load.transactions).to.be.at.most(1);
      });
  });

  it('goes to the next server of the name when one is silent', async () => {
    const [silent, good] = [await UdpPeer.open('127.0.0.2'), await UdpPeer.open('127.0.0.3')];
    closing.push(() => silent.close(), () => good.close()); // prettier-ignore
    const zone = new Zone({
      '_sip._udp.provider.example': { SRV: [srv(1, 0, silent.port, 'a.example'), srv(2, 0, good.port, 'b.example')] },
      'a.example': { A: ['127.0.0.2'] },
      'b.example': { A: ['127.0.0.3'] },
    });
    const clock = new VirtualClock();
    const office = await open({ dns: zone, clock });
    const asking = ask(office, 'sip:provider.example');
    await silent.next();
    clock.advance(5001);
    const request = await good.next();
    const copied = request.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
    good.send(
      ['SIP/2.0 200 OK', ...copied, 'Content-Length: 0', '', ''].join('\r\n'),
      office.server.faces[0]?.port ?? 0,
      '127.0.0.1',
    );
    expect(await asking).to.equal(200);
    expect(office.log.of('warn')).to.deep.equal(['a server failed; the next one is tried']);
  });
});
