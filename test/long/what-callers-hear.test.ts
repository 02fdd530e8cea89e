/**
 * What somebody outside hears where the call cannot go on as the office wanted: its calls are forwarded by providers whose
 * certificate has expired or is for another name, whom DNS does not know, or who answer nonsense; or it presses a key that
 * means nothing. Nobody is left in silence, and the log says what is wrong.
 */
import { expect } from 'chai';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import { Capture } from '../support/e2e/capture.js';
import { officeConfig, sharedHalina } from '../support/e2e/halina.js';
import { address, needsNamespace } from '../support/e2e/network.js';
import { CALLER, outsideCall, shortNotice } from '../support/e2e/office.js';
import { expectHeard } from '../support/e2e/office-day.js';
import { stopAll } from '../support/e2e/process.js';
import { Scenario } from '../support/e2e/scenario.js';
import { Wire } from '../support/e2e/wire.js';
import { zoneServer } from '../support/e2e/zone-server.js';
import { rtpPeer } from '../support/peers/rtp-peer.js';
import { voice } from '../support/e2e/voices.js';
import { Authority } from '../support/sip/certificates.js';

const [EXPIRED, MISNAMED, NONSENSE] = ['10.77.0.21', '10.77.0.22', '10.77.0.23'] as const;

/** Each provider, by the handset that forwards there: where it is, and what the log says. */
const providers = [
  { name: 'expired', proxy: 'sip:expired.example;transport=tls', says: /the certificate of expired\.example .* has expired/ },
  { name: 'misnamed', proxy: 'sip:misnamed.example;transport=tls', says: /is for other\.example, not for misnamed\.example/ },
  { name: 'unknown', proxy: 'sip:nowhere.example', says: /nowhere\.example/ },
  { name: 'nonsense', proxy: `sip:${NONSENSE}`, says: /nonsense/ },
] as const; // prettier-ignore

describe('what a caller hears where the call cannot go on', function () {
  this.timeout(90_000);
  const closing: (() => unknown)[] = [];
  let authority: Authority;
  before(needsNamespace);
  before(async () => {
    authority = await Authority.make();
    closing.push(() => authority.remove());
    await tlsServer(EXPIRED, 'expired.example', -1);
    await tlsServer(MISNAMED, 'other.example');
    await nonsense();
  });
  after(async () => {
    for (const close of closing) await close();
  });
  const shared = sharedHalina(async () => {
    const dns = await zoneServer({
      '_sips._tcp.expired.example': [{ type: 'SRV', priority: 1, port: 5061, name: 'one.expired.example' }],
      'one.expired.example': [{ type: 'A', address: EXPIRED }],
      'expired.example': [{ type: 'A', address: EXPIRED }],
      'misnamed.example': [{ type: 'A', address: MISNAMED }],
    });
    closing.push(() => dns.close());
    const handsets = providers.map((_, n) => String(211 + n));
    return officeConfig({
      sip: {
        faces: [
          {
            name: 'trunk',
            address: address.trunkFace,
            transports: ['udp', 'tls'],
            tls: { certificates: [], trusted: [authority.file] },
          },
          { name: 'office', address: address.officeFace },
        ],
        dns: { servers: [`127.0.0.1:${dns.port}`] },
      },
      notice: { folder: await shortNotice() },
      trunks: [
        { name: 'provider', addresses: [address.provider], proxy: `sip:${address.provider}`, callerId: '+48227836000' },
        ...providers.map(({ name, proxy }, n) => ({
          name,
          addresses: [`10.77.0.${31 + n}`],
          proxy,
          callerId: '+48227836000',
        })),
      ],
      handsets: handsets.map((extension, n) => ({
        extension,
        password: `secret-${extension}`,
        forward: { always: `${n + 1}601999888` },
      })),
      routes: [
        ...handsets.map((extension, n) => ({ name: extension, numbers: [numberOf(n)], handsets: [extension] })),
        { name: 'menu', numbers: ['+48227836009'], to: { menu: 'main' } },
      ],
      menus: [{ name: 'main', say: 'menu', keys: { '1': { handsets: ['211'] } }, otherwise: { hangUp: true } }],
      outbound: { routes: providers.map(({ name }, n) => ({ prefix: String(n + 1), strip: 1, trunk: name })) },
    });
  });
  afterEach(stopAll);

  const numberOf = (n: number): string => `+4822783600${n}`;

  async function tlsServer(host: string, name: string, days?: number): Promise<void> {
    const { certificate, key } = await authority.issue([`DNS:${name}`], days);
    const [cert, secret] = await Promise.all([readFile(certificate), readFile(key)]);
    const server = tls.createServer({ cert, key: secret }).on('tlsClientError', () => undefined);
    server.listen(5061, host);
    await once(server, 'listening');
    closing.push(() => new Promise((resolve) => server.close(resolve)));
  }

  /** A provider that takes every call, with a body that is no description of sound. */
  async function nonsense(): Promise<void> {
    const socket = dgram.createSocket('udp4');
    socket.bind(5060, NONSENSE);
    await once(socket, 'listening');
    socket.on('message', (bytes, from) => {
      const [first = '', ...lines] = bytes.toString().split('\r\n');
      if (first.startsWith('ACK') || first.startsWith('SIP/2.0')) return;
      const copied = lines.filter((line) => /^(Via|From|Call-ID|CSeq):/i.test(line));
      const to = lines.find((line) => /^To:/i.test(line)) ?? '';
      const own = [
        /;tag=/.test(to) ? to : `${to};tag=n`,
        `Contact: <sip:n@${NONSENSE}>`,
        'Content-Type: application/sdp',
      ];
      const body = first.startsWith('INVITE') ? 'v=nonsense\r\nm=nothing\r\n' : '';
      const answer = ['SIP/2.0 200 OK', ...copied, ...own, `Content-Length: ${body.length}`, '', body];
      socket.send(answer.join('\r\n'), from.port, from.address);
    });
    closing.push(() => socket.close());
  }

  it('a prompt that says so, whatever is wrong with the provider; and of a menu, that the key means nothing', async () => {
    const capture = await Capture.start();
    const media = (n: number): number => 9000 + 10 * n;
    const { alaw } = await voice('caller');
    const calls = providers.map(async (_, n) => {
      await rtpPeer({ address: address.provider, base: media(n), audio: alaw });
      const values = { wait: 60_000, number: numberOf(n).slice(1), media: media(n), caller: CALLER };
      return outsideCall('caller-waits', values, { port: 5060 + 2 * n });
    });
    const steps = Scenario.caller({ media: '[media_port]' }).pause(2_500).presses('5').pause(7_000).hangsUp();
    const last = providers.length;
    const mistaken = await outsideCall(
      steps,
      { number: '48227836009' },
      { port: 5060 + 2 * last, mediaPort: media(last) },
    );
    const all = [...(await Promise.all(calls)), mistaken];
    await Promise.all(all.map((call) => call.done()));
    const seen = await capture.stop();
    for (const [n, { name, says }] of providers.entries()) {
      await expectHeard(new Wire(seen, media(n)).toCaller, 'pl/unavailable', `who is forwarded to ${name}`);
      expect(shared().process.output(), `the log, of ${name}`).to.match(says);
    }
    await expectHeard(new Wire(seen, media(last)).toCaller, 'pl/menu-invalid');
    // The numbers are all handled; nobody talked.
    const ended = await shared().loggedTimes('call ended', providers.length + 1);
    expect(ended.filter(({ recording }) => recording === 'recorded')).to.deep.equal([]);
  });
});
