/** `halina check --network`: a provider that answers through the real SIP server, and what follows from its answers. */
import { expect } from 'chai';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { checkNetwork } from '../../../src/app/network/check-network.js';
import { networkText, trunkFindings } from '../../../src/app/network/network-report.js';
import type { TrunkProbe } from '../../../src/calls/office-status.js';
import { configSchema } from '../../../src/config/schema.js';
import { freePort } from '../../support/ports.js';

/** A provider on 127.0.0.2 that answers OPTIONS; `seen`: the parameters that it puts into our Via. */
async function provider(seen: (port: number) => string) {
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.2');
  await once(socket, 'listening');
  const asked: string[] = [];
  socket.on('message', (message, { address, port }) => {
    const request = message.toString();
    asked.push(request);
    const kept = request.split('\r\n').filter((line) => /^(From|To|Call-ID|CSeq):/i.test(line));
    const via = (/^Via: .*$/im.exec(request)?.[0] ?? '').replace(/;rport(?=;|$)/, seen(port));
    const answer = ['SIP/2.0 200 OK', via, ...kept, 'Content-Length: 0', '', ''].join('\r\n');
    socket.send(answer, port, address);
  });
  return { socket, asked, port: socket.address().port };
}

const config = async (proxy: string, face: object = {}) =>
  configSchema.parse({
    sip: { faces: [{ name: 'a', address: '127.0.0.1', port: await freePort(), transports: ['udp'], ...face }] },
    trunks: [{ name: 'provider', addresses: ['127.0.0.2'], proxy }],
    media: { ports: { from: 10_000, to: 10_399 } },
    storage: { maxAge: '30d' },
  });

const notRunning = (): Promise<undefined> => Promise.resolve(undefined);

describe('halina check --network where no program runs', () => {
  it('tells what the provider answers and sees', async () => {
    const peer = await provider((port) => `;received=127.0.0.1;rport=${port}`);
    try {
      const used = await config(`sip:127.0.0.2:${peer.port}`);
      const { network, findings } = await checkNetwork(used, notRunning);
      const sipPort = used.sip.faces[0]?.port;
      expect(findings.filter(({ message }) => message.startsWith('trunk'))).to.deep.equal([]);
      expect(network.trunks[0]).to.include({ status: 200, reason: 'OK', advertised: '127.0.0.1' });
      expect(network.trunks[0]?.answeredBy).to.deep.equal({ address: '127.0.0.2', port: peer.port });
      expect(network.trunks[0]?.said).to.deep.equal({ address: '127.0.0.1', port: sipPort, protocol: 'udp' });
      expect(network.trunks[0]?.seen).to.deep.equal({ address: '127.0.0.1', port: sipPort });
      expect(peer.asked[0]).to.match(/^OPTIONS sip:127\.0\.0\.2/);
      expect(networkText(network)).to.contain('media: UDP 10000 to 10399, room for 100 calls');
      expect(networkText(network)).to.match(/trunk provider: sip:127.0.0.2:\d+ \(127.0.0.2\) .*OPTIONS: 200 OK after/);
    } finally {
      peer.socket.close();
    }
  });

  it('finds a router between us and the provider', async () => {
    const peer = await provider(() => ';received=198.51.100.7;rport=61234');
    try {
      const { findings } = await checkNetwork(await config(`sip:127.0.0.2:${peer.port}`), notRunning);
      const found = findings.find(({ message }) => message.startsWith('trunk'));
      expect(found?.level).to.equal('error');
      expect(found?.message).to.equal(
        'trunk provider: the provider sees 198.51.100.7, and we call ourselves 127.0.0.1',
      );
      expect(found?.hint).to.contain('set sip.faces (a): externalAddress: 198.51.100.7');
    } finally {
      peer.socket.close();
    }
  });

  it('says so when nobody answers, and when a face cannot be listened on', async () => {
    const silent = dgram.createSocket('udp4').bind(0, '127.0.0.2');
    await once(silent, 'listening');
    try {
      const used = await config(`sip:127.0.0.2:${silent.address().port}`);
      const { findings } = await checkNetwork(used, notRunning);
      expect(findings.map(({ message }) => message).join()).to.match(/trunk provider: no answer to OPTIONS/);
      const taken = await config('sip:127.0.0.2', { address: '127.0.0.2', port: silent.address().port });
      const refused = await checkNetwork(taken, notRunning);
      expect(refused.findings[0]?.message).to.match(/^the trunks could not be asked: .*127\.0\.0\.2/);
    } finally {
      silent.close();
    }
  });
});

describe('what follows from a provider’s answer', () => {
  const faces = [{ name: 'wan', address: '10.0.0.10', port: 5060, transports: ['udp' as const] }];
  const sip = configSchema.parse({ sip: { faces }, storage: { maxAge: '1d' } });
  const probe = (changes: Partial<TrunkProbe>): TrunkProbe => ({
    trunk: 'provider',
    proxy: 'sip:198.51.100.1',
    addresses: ['198.51.100.1'],
    status: 200,
    answeredBy: { address: '8.8.8.8', port: 5060 },
    said: { address: '10.0.0.10', port: 5060, protocol: 'udp' },
    advertised: '10.0.0.10',
    at: 0,
    ...changes,
  });
  const found = (changes: Partial<TrunkProbe>): string[] =>
    trunkFindings(probe(changes), sip).map(({ level, message }) => `${level}: ${message}`);

  it('nothing, where it sees what we say', () => {
    const seen = { address: '10.0.0.10', port: 5060 };
    expect(found({ seen })).to.deep.equal([]);
  });

  it('a port that a router changes is a warning over UDP, and nothing over TCP', () => {
    const seen = { address: '10.0.0.10', port: 61_234 };
    expect(found({ seen })).to.deep.equal([
      'warning: trunk provider: the provider sees port 61234, and we listen on 5060',
    ]);
    expect(found({ seen, said: { address: '10.0.0.10', port: 5060, protocol: 'tcp' } })).to.deep.equal([]);
  });

  it('a private address in Contact and SDP, told to the internet', () => {
    expect(found({})).to.deep.equal(['warning: trunk provider: Contact and SDP carry the private address 10.0.0.10']);
    expect(found({ answeredBy: { address: '192.168.7.1', port: 5060 } })).to.deep.equal([]);
  });

  it('a name that leads nowhere, and a request that could not be sent', () => {
    expect(found({ resolveError: 'no address of sip.example was found' })).to.deep.equal([
      'error: trunk provider: no address of sip.example was found',
    ]);
    expect(found({ failure: '503 Service Unavailable' })).to.deep.equal([
      'error: trunk provider: OPTIONS could not be sent: 503 Service Unavailable',
    ]);
  });
});
