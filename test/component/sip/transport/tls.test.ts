import { copyFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { expect } from 'chai';
import { header } from '../../../../src/sip/message/fields.js';
import { makeResponse } from '../../../../src/sip/message/make.js';
import { responseDestination, type TransportOptions } from '../../../../src/sip/transport/layer.js';
import type { Destination, Face, TlsSettings } from '../../../../src/sip/transport/types.js';
import { LogLines } from '../../../support/log-lines.js';
import { Authority, type CertificateFiles } from '../../../support/sip/certificates.js';
import { TcpListener, TcpPeer } from '../../../support/sip/peers.js';
import { rejected, sipRequest, Station } from '../../../support/sip/station.js';
import { requestText } from '../../../support/sip/text.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

describe('SIP over TLS', () => {
  let authority: Authority;
  let good: CertificateFiles;
  let other: CertificateFiles;
  const open: { close(): unknown }[] = [];
  const later = <T extends { close(): unknown }>(closable: T): T => {
    open.push(closable);
    return closable;
  };

  before(async function () {
    authority = await Authority.make();
    good = await authority.issue(['DNS:sip.provider.example', 'IP:127.0.0.1']);
    other = await authority.issue(['DNS:other.example']);
  });
  after(() => authority.remove());

  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });

  const face = (settings: Partial<TlsSettings> = {}, more: Partial<Face> = {}): Face => ({
    name: 'local',
    address: '127.0.0.1',
    port: 0,
    tlsPort: 0,
    transports: ['tls'],
    tls: { certificates: [good], trusted: [authority.file], ...settings },
    ...more,
  });

  interface Opened {
    readonly station: Station;
    readonly log: LogLines;
    readonly port: number;
  }

  async function station(
    settings: Partial<TlsSettings> = {},
    options: Partial<TransportOptions> = {},
  ): Promise<Opened> {
    const log = new LogLines();
    const station = await Station.open({ faces: [face(settings)], ...options }, undefined, log);
    later(station.layer);
    return { station, log, port: station.layer.faces[0]?.tlsPort ?? 0 };
  }

  const to = (port: number, serverName = 'sip.provider.example'): Destination => ({
    protocol: 'tls',
    address: '127.0.0.1',
    port,
    serverName,
  });

  /** A bare TLS client; `closed` resolves when the server has closed it. */
  async function client(port: number, options: tls.ConnectionOptions = {}): Promise<tls.TLSSocket> {
    const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
    socket.on('error', () => {});
    later({ close: () => socket.destroy() });
    await once(socket, 'secureConnect');
    return socket;
  }

  it('carries a request and its response on one connection, and says TLS and its port in Via', async () => {
    const [here, there] = [await station(), await station()];
    const sentBy = here.station.layer.sentBy(to(there.port));
    expect(sentBy).to.deep.equal({ host: '127.0.0.1', port: here.port });
    expect(here.station.layer.reliable('tls')).to.equal(true);
    const coming = there.station.message();
    const via = `SIP/2.0/TLS 127.0.0.1:${here.port};branch=z9hG4bKtls;rport`;
    await here.station.layer.send(sipRequest({ via }), to(there.port));
    const { message, flow } = await coming;
    expect(flow).to.deep.include({ protocol: 'tls', localPort: there.port, face: 'local' });
    if (message.kind !== 'request') return expect.fail();
    const answered = here.station.message();
    const response = makeResponse(message, 200);
    await there.station.layer.send(response, responseDestination(response, flow));
    expect((await answered).flow.remotePort).to.equal(there.port);
  });

  it('shows the certificate of the name that is asked for (SNI), else the first', async () => {
    const { port } = await station({ certificates: [good, other] });
    const shown = async (servername?: string): Promise<string | undefined> =>
      (await client(port, servername ? { servername } : {})).getPeerX509Certificate()?.subjectAltName;
    expect(await shown('other.example')).to.include('other.example');
    expect(await shown('sip.provider.example')).to.include('sip.provider.example');
    expect(await shown('unheard-of.example')).to.include('sip.provider.example');
    expect(await shown()).to.include('sip.provider.example');
  });

  describe('as a client', () => {
    const refusal = async (there: Partial<TlsSettings>, name?: string, here: Partial<TlsSettings> = {}) => {
      const [one, two] = [await station(here), await station(there)];
      const code = await rejected(one.station.layer.send(sipRequest(), to(two.port, name)));
      const [line] = one.log.lines.filter(({ level }) => level === 'error');
      return { code, message: line?.message, hint: line?.facts['hint'], log: one.log };
    };

    it('refuses a certificate for another name, and says for which it is', async () => {
      const { code, message, hint } = await refusal({ certificates: [other] });
      expect(code).to.equal('CERTIFICATE');
      expect(message).to.match(/^the certificate of sip\.provider\.example \(127\.0\.0\.1:\d+\) is for other\.example, not for sip\.provider\.example$/); // prettier-ignore
      expect(hint).to.include('proxy');
    });

    it('refuses one that has expired', async () => {
      const { code, message } = await refusal({ certificates: [await authority.issue(['DNS:sip.provider.example'], -1)] }); // prettier-ignore
      expect(code).to.equal('CERTIFICATE');
      expect(message).to.include('has expired');
    });

    it('refuses one of an authority that it does not know, and says where to name it', async () => {
      const { code, message, hint } = await refusal({}, undefined, { trusted: [other.certificate] });
      expect(code).to.equal('CERTIFICATE');
      expect(message).to.match(/signed by someone who is not trusted here|does not come with/);
      expect(hint).to.include('sip.faces[].tls.trusted');
    });

    it('takes a wildcard only where that is set (RFC 5922 § 7.2)', async () => {
      const wild = await authority.issue(['DNS:*.provider.example']);
      const { code, hint } = await refusal({ certificates: [wild] });
      expect(code).to.equal('CERTIFICATE');
      expect(hint).to.include('wildcards');
      const [here, there] = [await station({ wildcards: true }), await station({ certificates: [wild] })];
      const coming = there.station.message();
      await here.station.layer.send(sipRequest(), to(there.port));
      await coming;
    });

    it('says the same trouble once, not with every message', async () => {
      const [here, there] = [await station(), await station({ certificates: [other] })];
      for (let n = 0; n < 3; n++) await rejected(here.station.layer.send(sipRequest(), to(there.port)));
      expect(here.log.of('error')).to.have.length(1);
    });

    it('opens a connection of its own to another name at the same address', async () => {
      const [here, there] = [await station(), await station({ certificates: [good, other] })];
      const ports = new Set<number>();
      for (const name of ['sip.provider.example', 'other.example', 'sip.provider.example']) {
        const coming = there.station.message();
        await here.station.layer.send(sipRequest(), to(there.port, name));
        ports.add((await coming).flow.remotePort);
      }
      expect(ports.size).to.be.at.least(2);
    });

    it('goes back to a server that has proved its name, where a dialog names only its address', async () => {
      const named = await authority.issue(['DNS:sip.provider.example']);
      const [here, there] = [await station(), await station({ certificates: [named] })];
      const byAddress = to(there.port, '127.0.0.1');
      expect(await rejected(here.station.layer.send(sipRequest(), byAddress)), 'a stranger').to.equal('CERTIFICATE');
      const coming = there.station.message();
      await here.station.layer.send(sipRequest(), to(there.port));
      const { flow } = await coming;
      const again = there.station.message();
      await here.station.layer.send(sipRequest(), byAddress);
      expect((await again).flow.remotePort, 'by the same connection').to.equal(flow.remotePort);
      // The same server after its connection is gone.
      const gone = here.station.unreachable();
      await there.station.layer.close();
      await gone;
      const back = await Station.open({ faces: [face({ certificates: [named] }, { tlsPort: there.port })] });
      later(back.layer);
      const anew = back.message();
      await here.station.layer.send(sipRequest(), byAddress);
      await anew;
    });

    it('gives up where nobody speaks TLS, or nobody answers in time', async () => {
      const { station: here } = await station();
      const deaf = later(await TcpListener.open());
      const sending = rejected(here.layer.send(sipRequest(), to(deaf.port)));
      (await deaf.next()).send('SIP/2.0 400 I speak no TLS\r\n\r\n');
      expect(await sending).to.equal('UNREACHABLE');
      const clock = new VirtualClock();
      const patient = await Station.open({ faces: [face()] }, clock);
      later(patient.layer);
      const silent = later(await TcpListener.open());
      const waiting = rejected(patient.layer.send(sipRequest(), to(silent.port)));
      await silent.next();
      clock.advance(4001);
      expect(await waiting).to.equal('TIMEOUT');
    });

    it('can be without a certificate of its own, and then does not listen', async () => {
      const [here, there] = [await station({ certificates: [] }), await station()];
      const coming = there.station.message();
      await here.station.layer.send(sipRequest(), to(there.port));
      await coming;
    });
  });

  describe('with certificates of clients', () => {
    it('refuses who shows none, and takes who shows a good one, where they are required', async () => {
      const { station: server, port, log } = await station({ clients: 'required' });
      const stranger = await client(port);
      await once(stranger, 'close');
      const badly = await client(port, { cert: '', key: '' });
      await once(badly, 'close');
      expect(server.layer.counters.connectionsRefused).to.equal(2);
      expect(log.of('error')).to.deep.equal(['the client at 127.0.0.1 showed no certificate']);
      const unknown = await Authority.make();
      later({ close: () => unknown.remove() });
      const forged = await unknown.issue(['DNS:sip.provider.example']);
      const { readFile } = await import('node:fs/promises');
      await once(await client(port, { cert: await readFile(forged.certificate), key: await readFile(forged.key) }), 'close'); // prettier-ignore
      expect(log.of('error').at(-1)).to.match(/^the certificate of the client at 127\.0\.0\.1 /);
      const { station: provider } = await station({ certificates: [await authority.issue(['URI:sip:provider.example'])] }); // prettier-ignore
      const coming = server.message();
      await provider.layer.send(sipRequest(), to(port));
      expect((await coming).flow.identities?.sip).to.deep.equal(['provider.example']);
    });

    it('says what to do when a server wants one that we have not', async () => {
      const { readFile } = await import('node:fs/promises');
      const [key, cert] = await Promise.all([readFile(good.key), readFile(good.certificate)]);
      const strict = tls.createServer({ key, cert, requestCert: true, rejectUnauthorized: true });
      strict.on('tlsClientError', () => {});
      strict.listen(0, '127.0.0.1');
      await once(strict, 'listening');
      later(strict);
      const { station: here, log } = await station({ certificates: [] });
      const gone = here.unreachable();
      // TLS 1.3 tells after the connection is there: the request leaves, or does not, as it happens.
      await here.layer.send(sipRequest(), to((strict.address() as net.AddressInfo).port)).catch(() => {});
      await gone;
      expect(log.of('error')).to.have.length(1);
      expect(log.of('error')[0]).to.include('does not take our certificate, or wants one');
    });

    it('tells who it is only of one that is good', async () => {
      const { station: server, port } = await station({ clients: 'wanted', trusted: [other.certificate] });
      const coming = server.message();
      const { readFile } = await import('node:fs/promises');
      const socket = await client(port, { cert: await readFile(good.certificate), key: await readFile(good.key) });
      socket.write(requestText({ via: 'SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bK9' }));
      expect((await coming).flow.identities).to.equal(undefined);
    });

    it('reuses a connection for requests to the sender only when that proved its name (RFC 5923)', async () => {
      const { station: server, port } = await station({ clients: 'wanted' });
      const { station: proved } = await station();
      const send = async (host: string): Promise<number> => {
        const coming = server.message();
        const via = `SIP/2.0/TLS ${host}:7777;branch=z9hG4bK${host};alias`;
        await proved.layer.send(sipRequest({ via }), to(port));
        return (await coming).flow.remotePort;
      };
      await send('evil.example');
      expect(await rejected(server.layer.send(sipRequest(), { ...to(7777), serverName: undefined }))).to.equal(
        'REFUSED',
      );
      await send('sip.provider.example');
      const back = proved.message();
      await server.layer.send(sipRequest(), to(7777));
      await back;
    });
  });

  describe('when certificate files change', () => {
    const shown = async (port: number): Promise<string | undefined> =>
      (await client(port)).getPeerX509Certificate()?.subjectAltName;

    interface Changing extends Opened {
      readonly replace: (by: CertificateFiles) => Promise<void>;
      readonly broken: () => Promise<void>;
      readonly clock: VirtualClock;
    }

    async function changing(): Promise<Changing> {
      const files = { certificate: `${good.certificate}.live`, key: `${good.key}.live` };
      const replace = async (by: CertificateFiles): Promise<void> => {
        await copyFile(by.certificate, files.certificate);
        await copyFile(by.key, files.key);
      };
      await replace(good);
      const [log, clock] = [new LogLines(), new VirtualClock(Date.now())];
      const one = await Station.open({ faces: [face({ certificates: [files] })] }, clock, log);
      later(one.layer);
      const broken = (): Promise<void> => writeFile(files.certificate, 'half a certifi');
      return { station: one, log, port: one.layer.faces[0]?.tlsPort ?? 0, replace, broken, clock };
    }

    it('shows the new one to new connections and keeps the old ones', async () => {
      const { station: server, port, replace, log } = await changing();
      const before = await client(port);
      await replace(other);
      await server.layer.reloadCertificates();
      expect(await shown(port)).to.include('other.example');
      const withName = await client(port, { servername: 'sip.provider.example' });
      expect(withName.getPeerX509Certificate()?.subjectAltName).to.include('other.example');
      const coming = server.message();
      before.write(requestText({ via: 'SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bK9' }));
      await coming;
      expect(log.of('info')).to.deep.equal(['renewed certificates are in service']);
    });

    it('notices by itself', async () => {
      const { port, replace, clock, station: server } = await changing();
      await replace(other);
      clock.advance(10_000);
      await server.layer.reloadCertificates(); // Queues behind the look that the clock began.
      expect(await shown(port)).to.include('other.example');
    });

    it('keeps the old one, and says once what is wrong with the new', async () => {
      const { station: server, port, replace, broken, log } = await changing();
      await broken();
      await server.layer.reloadCertificates();
      await server.layer.reloadCertificates();
      expect(await shown(port)).to.include('sip.provider.example');
      expect(log.of('error')).to.deep.equal(['changed certificates are not used; the old ones stay']);
      expect(log.lines.at(-1)?.facts['error']).to.match(/holds no certificate/);
      await replace({ certificate: other.certificate, key: good.key });
      await server.layer.reloadCertificates();
      expect(log.lines.at(-1)?.facts['error']).to.match(/does not belong to the certificate/);
      await replace(await authority.issue(['DNS:sip.provider.example'], -1));
      await server.layer.reloadCertificates();
      expect(log.lines.at(-1)?.facts['error']).to.match(/expired on/);
      expect(await shown(port)).to.include('sip.provider.example');
    });
  });

  it('does not begin with a certificate that cannot be used, and says why', async () => {
    const opening = (certificate: string, key: string): Promise<unknown> =>
      Station.open({ faces: [face({ certificates: [{ certificate, key }] })] });
    expect(await rejected(opening(`${good.certificate}.none`, good.key))).to.equal('SIP_CERTIFICATE');
    expect(await rejected(opening(good.certificate, other.key))).to.equal('SIP_CERTIFICATE');
    expect(await rejected(opening(good.key, good.key))).to.equal('SIP_CERTIFICATE');
  });

  it('ends a handshake that does not come to its end', async () => {
    const clock = new VirtualClock();
    const one = await Station.open({ faces: [face()] }, clock);
    later(one.layer);
    const port = one.layer.faces[0]?.tlsPort ?? 0;
    const silent = later(await TcpPeer.connect(port));
    // What is sent after it shows that it was accepted.
    const socket = net.connect(port, '127.0.0.1');
    later({ close: () => socket.destroy() });
    socket.write('GET / HTTP/1.0\r\n\r\n');
    await once(socket, 'close');
    clock.advance(4001);
    await silent.closed;
    expect(one.layer.counters.connectionsRefused).to.equal(1);
  });

  it('works over IPv6', async () => {
    const six = face({ certificates: [await authority.issue(['DNS:six.example'])] }, { address: '::1' });
    const [here, there] = [await Station.open({ faces: [six] }), await Station.open({ faces: [six] })];
    later(here.layer);
    later(there.layer);
    const coming = there.message();
    const port = there.layer.faces[0]?.tlsPort ?? 0;
    await here.layer.send(sipRequest(), { protocol: 'tls', address: '::1', port, serverName: 'six.example' });
    const { message } = await coming;
    expect(header(message, 'via')).to.match(/received=::1/);
  });
});
