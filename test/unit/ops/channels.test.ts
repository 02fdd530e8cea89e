import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Notice } from '../../../src/ops/alerts.js';
import { mailChannel, webhookChannel } from '../../../src/ops/channels.js';
import { barOf } from '../../../src/ops/post.js';

const alarm = {
  code: 'TRUNK_DOWN',
  subject: 'provider',
  message: 'it does not answer',
  since: Date.UTC(2026, 0, 5, 8),
};
const raised: Notice = { status: 'raised', alarm };
const resolved: Notice = { status: 'resolved', alarm, until: Date.UTC(2026, 0, 5, 9) };

/** A mail server that takes one message and keeps its text. */
async function mailServer(): Promise<{ port: number; message: Promise<string>; close(): void }> {
  let keep: (text: string) => void = () => undefined;
  const message = new Promise<string>((resolve) => (keep = resolve));
  const server = createServer((socket) => {
    let [text, inData] = ['', false];
    socket.write('220 test\r\n');
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (inData && text.endsWith('\r\n.\r\n')) {
        keep(text);
        inData = false;
        socket.write('250 kept\r\n');
      } else if (!inData && text.endsWith('\r\n')) {
        inData = /^DATA\r\n$/m.test(text);
        if (text.startsWith('QUIT')) return void socket.end('221 bye\r\n');
        const refused = text.startsWith('STARTTLS');
        text = '';
        if (refused) socket.write('502 not here\r\n');
        else socket.write(inData ? '354 go on\r\n' : '250 fine\r\n');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, message, close: () => server.close() };
}

/** Its head, and its text decoded. */
function readMail(message: string): [head: string, text: string] {
  const end = message.indexOf('\r\n\r\n');
  const [head, body] = [message.slice(0, end), message.slice(end + 4).replace(/\r\n\.\r\n$/, '')];
  const isBase64 = /^content-transfer-encoding: base64/im.test(head);
  const octets = body
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const bytes = isBase64 ? Buffer.from(body, 'base64') : Buffer.from(octets, 'latin1');
  return [head, bytes.toString('utf8').replaceAll('\r\n', '\n')];
}

describe('an alert by e-mail', () => {
  it('says what, since when and what to do, to everyone named', async () => {
    const server = await mailServer();
    const to = ['a@urzad.example', 'b@urzad.example'];
    const from = 'halina@urzad.example';
    const channel = mailChannel({ host: '127.0.0.1', port: server.port, security: 'none', from, to, office: 'Urząd' });
    await channel.tell([raised]);
    const [head, text] = readMail(await server.message);
    server.close();
    expect(head).to.include('To: a@urzad.example, b@urzad.example');
    expect(text).to.match(/^ALARM: Operator nie odpowiada na łączu „provider”\nSprawdź łącze na stronie „Łącza”/);
    expect(text).to.include('TRUNK_DOWN (provider): it does not answer');
    expect(text).to.include('2026-01-05T08:00:00.000Z');
  });

  it('is not sent in clear where the connection is to be protected', async () => {
    const server = await mailServer();
    const mail = { host: '127.0.0.1', port: server.port, security: 'starttls', office: 'x' } as const;
    const error = await mailChannel({ ...mail, from: 'a@b.example', to: ['c@d.example'] })
      .tell([raised])
      .catch((thrown: unknown) => thrown);
    server.close();
    expect(error).to.be.instanceOf(Error);
  });
});

describe('an alert by webhook', () => {
  it('is JSON with its signature; an answer that is no success is a failure', async () => {
    const bodies: { body: string; signature: unknown }[] = [];
    let status = 204;
    const server = createHttpServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        bodies.push({ body, signature: request.headers['x-halina-signature'] });
        response.writeHead(status).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    const channel = webhookChannel({ url, secret: 'shared', office: 'Urząd', nearby: true });
    await channel.tell([raised, resolved]);
    status = 500;
    const error = await channel.tell([raised]).catch((thrown: unknown) => thrown);
    server.closeAllConnections();
    server.close();
    const [first] = bodies;
    expect(JSON.parse(first?.body ?? '')).to.deep.equal({
      office: 'Urząd',
      alarms: [
        { status: 'raised', ...alarm },
        { status: 'resolved', ...alarm, until: resolved.until },
      ],
    });
    expect(first?.signature).to.equal(
      createHmac('sha256', 'shared')
        .update(first?.body ?? '')
        .digest('hex'),
    );
    expect(String(error)).to.match(/127\.0\.0\.1:\d+ answered 500/);
  });

  /** What came of a POST to this address, and whether somebody there heard of it. */
  async function tried(url: (port: number) => string, nearby = false): Promise<{ error: string; heard: number }> {
    let heard = 0;
    const server = createHttpServer((_, response) => {
      heard += 1;
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    server.on('connection', () => (heard += 1));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const channel = webhookChannel({ url: url(port), office: 'Urząd', nearby });
    const error = String(await channel.tell([raised]).then(() => '', (thrown: unknown) => thrown)); // prettier-ignore
    server.closeAllConnections();
    server.close();
    return { error, heard };
  }

  for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', 'localhost'])
    it(`goes to nobody on this machine (${host}), unless that is meant`, async () => {
      const { error, heard } = await tried((port) => `http://${host}:${port}/`);
      expect(error).to.contain('nothing is sent to');
      expect(heard).to.equal(0);
    });

  for (const host of ['169.254.169.254', '[fe80::1]', '224.0.0.1', '255.255.255.255'])
    it(`goes to no address that is no program's (${host})`, async () => {
      expect((await tried(() => `http://${host}/latest/meta-data`)).error).to.contain('nothing is sent to');
    });

  it('follows no redirect', async () => {
    const { error, heard } = await tried((port) => `http://127.0.0.1:${port}/`, true);
    expect(error).to.match(/answered 302/);
    expect(heard).to.equal(2); // the connection and its one request
  });

  it('may go to the network of the office', () => {
    for (const address of ['10.0.0.5', '192.168.1.9', 'fd00::5', '9.9.9.9'])
      expect(barOf(address, false), address).to.equal(undefined);
  });
});
