/** Outbound mode: applications that listen (`srf.listen`), and the server that connects to them for each new request. */
import { once } from 'node:events';
import net from 'node:net';
import { expect } from 'chai';
import { later, LOCAL } from '../support/drachtio/calls.js';
import { newSrf, type Dialog, type TestSrf } from '../support/drachtio/srf.js';
import { Stand } from '../support/drachtio/stand.js';
import { sdp } from '../support/sip/raw-message.js';

const SECRET = 'cymru';

interface Listener {
  readonly srf: TestSrf;
  readonly port: number;
  /** Connections that the server made, those that are closed again included. */
  readonly connections: net.Socket[];
}

async function listening(secret = SECRET): Promise<Listener & { close(): Promise<void> }> {
  const srf = newSrf();
  const server = srf.listen({ host: '127.0.0.1', port: 0, secret }) as unknown as net.Server;
  await once(server, 'listening');
  const connections: net.Socket[] = [];
  server.on('connection', (socket: net.Socket) => connections.push(socket));
  const { port } = server.address() as net.AddressInfo;
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of connections) socket.destroy();
    await closed;
  };
  return { srf, port, connections, close };
}

describe('an application that listens', () => {
  let stand: Stand;
  let listener: Listener;

  async function open(secret = SECRET): Promise<void> {
    const made = await listening(secret);
    listener = made;
    stand = await Stand.open({ routes: [{ to: { host: '127.0.0.1', port: made.port } }] });
    stand.onClose(() => made.close());
  }
  afterEach(() => stand.close());

  it('is called for each new request, and routes nothing', async () => {
    await open();
    listener.srf.options((_, reply) => reply.send(200));
    const peer = await stand.peer();
    for (const times of [1, 2]) {
      peer.request('OPTIONS');
      await peer.expectResponse(200);
      expect(listener.connections).to.have.length(times);
    }
  });

  it('has the whole call on the connection of its INVITE, which ends with the call', async () => {
    await open();
    const answered = later<Dialog>();
    listener.srf.invite((request, reply) => {
      void listener.srf.createUAS(request, reply, { localSdp: LOCAL }).then(answered.keep);
    });
    const peer = await stand.peer();
    const sent = peer.request('INVITE', { body: sdp() });
    const ok = await peer.expectResponse(200, 'INVITE');
    peer.ack(sent, ok);
    const dialog = await answered.value;
    dialog.on('info', (_, reply) => reply.send(200));
    const over = new Promise((resolve) => dialog.on('destroy', resolve));
    peer.within(sent, ok, 'INFO', 2);
    await peer.expectResponse(200, 'INFO');
    stand.clock.advance(30_000);
    peer.within(sent, ok, 'BYE', 3);
    await peer.expectResponse(200, 'BYE');
    await over;
    const [connection] = listener.connections;
    const closed = once(connection ?? expect.fail(), 'close');
    stand.clock.advance(30_000);
    await closed;
    expect(listener.connections).to.have.length(1);
  });

  it('may call others by the connection of its request: a B2BUA', async () => {
    await open();
    const callee = await stand.peer();
    listener.srf.invite((request, reply) => {
      listener.srf.createB2BUA(request, reply, callee.uri('201'), {}).catch(() => {});
    });
    const peer = await stand.peer();
    const sent = peer.request('INVITE', { body: sdp() });
    const invite = await callee.expectRequest('INVITE');
    callee.answer(invite, 200, { body: sdp(41_000) });
    const ok = await peer.expectResponse(200, 'INVITE');
    peer.ack(sent, ok);
    await callee.expectRequest('ACK');
    expect(ok.body).to.contain('m=audio 41000');
  });

  it('sees nothing of a call that was given up while it was called', async () => {
    const slow = net.createServer();
    slow.listen(0, '127.0.0.1');
    await once(slow, 'listening');
    const { port } = slow.address() as net.AddressInfo;
    stand = await Stand.open({ routes: [{ to: { host: '127.0.0.1', port } }] });
    const connected = once(slow, 'connection');
    const peer = await stand.peer();
    const sent = peer.request('INVITE', { body: sdp() });
    await peer.expectResponse(100);
    const [socket] = (await connected) as [net.Socket];
    peer.cancel(sent);
    await peer.expectResponse(200, 'CANCEL');
    await peer.expectResponse(487);
    const heard: string[] = [];
    socket.on('data', (chunk: Buffer) => heard.push(chunk.toString()));
    const text = `a|authenticate|${SECRET}|`;
    socket.write(`${text.length}#${text}`);
    await once(socket, 'end');
    expect(heard.join('')).to.contain('|OK|').and.not.to.contain('INVITE');
    socket.destroy();
    slow.close();
    await once(slow, 'close');
  });

  it('with another secret gets nothing: 503', async () => {
    await open('gwynedd');
    const peer = await stand.peer();
    peer.request('OPTIONS');
    await peer.expectResponse(503);
  });

  it('that is not there, or says nothing: 503', async () => {
    const silent = net.createServer((socket) => void socket.on('error', () => {}));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as net.AddressInfo;
    stand = await Stand.open({
      routes: [{ user: 'silent', to: { host: '127.0.0.1', port } }, { to: { host: '127.0.0.1', port: 1 } }],
    });
    const peer = await stand.peer();
    peer.request('OPTIONS');
    await peer.expectResponse(503);
    const connected = once(silent, 'connection');
    peer.request('INVITE', { uri: `sip:silent@127.0.0.1:${stand.sipPort}`, body: sdp() });
    await connected;
    await new Promise((resolve) => setImmediate(resolve));
    stand.clock.advance(5000);
    await peer.expectResponse(503, 'INVITE');
    silent.close();
  });
});
