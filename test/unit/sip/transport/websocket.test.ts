import { once } from 'node:events';
import net from 'node:net';
import { expect } from 'chai';
import { WebSocket, type ClientOptions } from 'ws';
import { header } from '../../../../src/sip/message/fields.js';
import { makeResponse } from '../../../../src/sip/message/make.js';
import { LIMITS } from '../../../../src/sip/message/parse.js';
import { responseDestination } from '../../../../src/sip/transport/layer.js';
import type { Face } from '../../../../src/sip/transport/types.js';
import { Authority, type CertificateFiles } from '../../../support/sip/certificates.js';
import { TcpPeer } from '../../../support/sip/peers.js';
import { rejected, sipRequest, Station } from '../../../support/sip/station.js';
import { requestText } from '../../../support/sip/text.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const VIA = 'SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bKws;rport';

describe('SIP over WebSocket (RFC 7118)', () => {
  let authority: Authority;
  let files: CertificateFiles;
  const open: { close(): unknown }[] = [];
  const later = <T extends { close(): unknown }>(closable: T): T => {
    open.push(closable);
    return closable;
  };

  before(async function () {
    authority = await Authority.make();
    files = await authority.issue(['DNS:localhost', 'IP:127.0.0.1']);
  });
  after(() => authority.remove());
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });

  async function station(more: Partial<Face> = {}, clock?: VirtualClock): Promise<Station> {
    const face: Face = {
      name: 'web',
      address: '127.0.0.1',
      port: 0,
      wsPort: 0,
      wssPort: 0,
      transports: ['ws', 'wss'],
      tls: { certificates: [files] },
      ...more,
    };
    const one = await Station.open({ faces: [face], streams: { idle: 60_000 } }, clock);
    later(one.layer);
    return one;
  }

  const urlOf = ({ layer }: Station): string => `ws://127.0.0.1:${layer.faces[0]?.wsPort}/`;

  async function browser(url: string, protocols: string[] = ['sip'], options: ClientOptions = {}): Promise<WebSocket> {
    const socket = new WebSocket(url, protocols, options);
    later({ close: () => socket.terminate() });
    await once(socket, 'open');
    return socket;
  }

  /** What a server says to a client that it does not take. */
  async function refused(url: string, protocols: string[], options: ClientOptions = {}): Promise<string> {
    const socket = new WebSocket(url, protocols, options);
    const [error] = (await once(socket, 'error')) as [Error];
    return error.message;
  }

  const text = async (socket: WebSocket): Promise<string> => String((await once(socket, 'message'))[0]);

  it('takes a message from each frame, text or binary, and answers by the same connection', async () => {
    const server = await station();
    const socket = await browser(urlOf(server));
    expect(socket.protocol).to.equal('sip');
    for (const form of [requestText({ via: VIA }), Buffer.from(requestText({ via: VIA }))]) {
      const coming = server.message();
      socket.send(form);
      const { message, flow } = await coming;
      expect(flow).to.deep.include({ protocol: 'ws', localPort: server.layer.faces[0]?.wsPort });
      expect(header(message, 'via')).to.match(
        /^SIP\/2\.0\/WS df7jal23ls0d\.invalid;.*rport=\d+;received=127\.0\.0\.1$/,
      );
      if (message.kind !== 'request') return expect.fail();
      const answer = text(socket);
      const response = makeResponse(message, 200);
      await server.layer.send(response, responseDestination(response, flow));
      expect(await answer).to.match(/^SIP\/2\.0 200/);
    }
  });

  it('needs no Content-Length', async () => {
    const server = await station();
    const socket = await browser(urlOf(server));
    const coming = server.message();
    socket.send(requestText({ via: VIA, unmeasured: true, body: 'hello' }));
    expect((await coming).message.body.toString()).to.equal('hello');
  });

  it('goes over TLS as wss', async () => {
    const server = await station();
    const url = `wss://127.0.0.1:${server.layer.faces[0]?.wssPort}/`;
    const { readFile } = await import('node:fs/promises');
    const socket = await browser(url, ['sip'], { ca: await readFile(authority.file) });
    const coming = server.message();
    socket.send(requestText({ via: VIA.replace('/WS', '/WSS') }));
    expect((await coming).flow.protocol).to.equal('wss');
  });

  it('sends requests to a browser over the connection that it has open, as text, and to nobody else', async () => {
    const server = await station();
    const socket = await browser(urlOf(server));
    const coming = server.message();
    socket.send(requestText({ via: VIA }));
    const { flow } = await coming;
    const got = once(socket, 'message');
    const back = { protocol: 'ws', address: flow.remoteAddress, port: flow.remotePort } as const;
    expect(server.layer.sentBy(back).port).to.equal(server.layer.faces[0]?.wsPort);
    await server.layer.send(sipRequest({ via: 'SIP/2.0/WS 127.0.0.1;branch=z9hG4bKo' }), back);
    const [data, isBinary] = (await got) as [Buffer, boolean];
    expect(isBinary).to.equal(false);
    expect(data.toString()).to.match(/^OPTIONS/);
    expect(await rejected(server.layer.send(sipRequest(), { ...back, port: 9 }))).to.equal('CLOSED');
    socket.close();
    await server.unreachable();
    expect(await rejected(server.layer.send(sipRequest(), back))).to.equal('CLOSED');
  });

  it('answers the empty lines that browsers send to hold the connection', async () => {
    const server = await station();
    const socket = await browser(urlOf(server));
    const answer = text(socket);
    socket.send('\r\n\r\n');
    expect(await answer).to.equal('\r\n');
    expect(server.layer.counters.pings).to.equal(1);
  });

  it('refuses who does not ask for the sub-protocol, and who is no WebSocket', async () => {
    const server = await station();
    expect(await refused(urlOf(server), [])).to.include('400');
    expect(await refused(urlOf(server), ['chat'])).to.include('400');
    const plain = await fetch(urlOf(server).replace('ws:', 'http:'));
    expect(plain.status).to.equal(426);
    const raw = net.connect(server.layer.faces[0]?.wsPort ?? 0, '127.0.0.1');
    raw.on('error', () => {});
    raw.write('REGISTER sip:x SIP/2.0\r\n\r\n');
    await once(raw, 'close');
    expect(server.layer.counters.connectionsRefused).to.equal(3);
  });

  it('takes browsers from the web pages that are configured only', async () => {
    const server = await station({ origins: ['https://Halina.example'] });
    expect(await refused(urlOf(server), ['sip'], { origin: 'https://evil.example' })).to.include('403');
    await browser(urlOf(server), ['sip'], { origin: 'https://halina.example' });
    // What is no browser says nothing of where it comes from.
    await browser(urlOf(server));
  });

  it('closes a connection whose frame is larger than any message', async () => {
    const server = await station();
    const socket = await browser(urlOf(server));
    socket.on('error', () => {});
    socket.send('x'.repeat(LIMITS.head + LIMITS.body + 1));
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).to.equal(1009);
  });

  it('answers 400 to a frame that is no whole message, and goes on', async () => {
    const server = await station();
    const socket = await browser(urlOf(server));
    const answer = text(socket);
    socket.send(requestText({ via: VIA, body: 'short', length: 500 }));
    expect(await answer).to.match(/^SIP\/2\.0 400/);
    const coming = server.message();
    socket.send(requestText({ via: VIA }));
    await coming;
  });

  it('closes connections that stood idle, and those on which no WebSocket comes to be', async () => {
    const clock = new VirtualClock();
    const server = await station({}, clock);
    const silent = later(await TcpPeer.connect(server.layer.faces[0]?.wsPort ?? 0));
    const socket = await browser(urlOf(server));
    clock.advance(4001);
    await silent.closed;
    const closed = once(socket, 'close');
    clock.advance(60_001);
    await closed;
  });
});
