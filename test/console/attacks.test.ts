/** What strangers try against the console, over real connections where it matters. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { SESSION_COOKIE } from '../../src/console/frame/cookies.js';
import { RedisStand, type Visitor } from '../support/console/stand.js';
import { Whole } from '../support/console/whole.js';

const EVIL = 'x%0d%0aset-cookie:%20evil=1%0d%0a%0d%0a';

describe('attacks on the console', function () {
  this.timeout(120_000);
  let redis: RedisStand;
  let whole: Whole;
  let port: number;
  let visitor: Visitor;
  before(async () => {
    redis = await RedisStand.start();
    whole = await Whole.open(redis);
    port = Number(new URL(await whole.listen()).port);
    visitor = await whole.visitor(await whole.account('wszystko', 'administrator', 'secretary'));
  });
  after(async () => {
    await whole.close();
    await redis.close();
  });

  /** A connection that has sent this much; `answer`: everything that came until the server closed it. */
  async function raw(text: string): Promise<{ socket: Socket; answer: Promise<string> }> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    let got = '';
    socket.setEncoding('utf8').on('data', (more: string) => (got += more));
    socket.on('error', () => undefined);
    const answer = once(socket, 'close').then(() => got);
    socket.write(text);
    return { socket, answer };
  }
  const head = (line: string, ...headers: string[]): string =>
    [line, 'Host: 127.0.0.1', 'Connection: close', ...headers, '', ''].join('\r\n');

  it('clients that never end their request are dropped, and keep nobody else from an answer', async () => {
    const slow = await Promise.all(
      Array.from(
        { length: 100 },
        (_, n) =>
        raw(n % 2 === 0 ? 'GET / HTTP/1.1\r\nHost: x\r\nX-' : head('POST /api/v1/login HTTP/1.1', 'Content-Length: 100', 'Content-Type: application/json')), // prettier-ignore
      ),
    );
    const reply = await whole.ask('GET', '/me', visitor);
    expect(reply.statusCode).to.equal(200);
    const { answer } = await raw(head('GET / HTTP/1.1'));
    expect(await answer).to.match(/^HTTP\/1\.1 200 /);
    // Of both kinds, the first to be over is over by the server's own limit.
    const ends = await Promise.all([slow[0]?.answer, slow[1]?.answer]);
    for (const end of ends) expect(end).to.match(/^HTTP\/1\.1 408 /);
    for (const { socket } of slow) socket.destroy();
  });

  it('a body of no stated length is not read beyond its limit', async () => {
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const headers = ['Transfer-Encoding: chunked', 'Content-Type: application/json', 'Origin: http://127.0.0.1:8444'];
    const { answer } = await raw(head('POST /api/v1/login HTTP/1.1', ...headers) + chunk.repeat(6));
    expect(await answer).to.match(/^HTTP\/1\.1 413 /);
  });
  it('headers of any size are not taken', async () => {
    const { answer } = await raw(head('GET /api/v1/me HTTP/1.1', `X-Long: ${'x'.repeat(40_000)}`));
    expect(await answer).to.match(/^HTTP\/1\.1 431 /);
  });
  it('two lengths in one request are refused', async () => {
    const twice = ['Content-Length: 2', 'Transfer-Encoding: chunked', 'Content-Type: application/json'];
    const { answer } = await raw(
      `${head('POST /api/v1/login HTTP/1.1', ...twice)}0\r\n\r\nGET /api/v1/me HTTP/1.1\r\n\r\n`,
    );
    expect((await answer).match(/HTTP\/1\.1 \d+/g)).to.deep.equal(['HTTP/1.1 400']);
  });

  for (const path of [
    '/../../../../etc/passwd',
    '/assets/../../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/..%5c..%5cpackage.json',
    '//etc/passwd',
    '/assets/%00',
    '/api/v1/../../../package.json',
  ])
    it(`the path ${path} gives no file`, async () => {
      const answer = await (await raw(head(`GET ${path} HTTP/1.1`))).answer;
      expect(answer).not.to.match(/root:|"dependencies"/);
      expect(answer).to.match(/^HTTP\/1\.1 (200|400|404) /);
      if (answer.startsWith('HTTP/1.1 200')) expect(answer).to.match(/<!doctype html>/i);
    });

  it('no part of an address comes back as a header', async () => {
    for (const { method, path } of whole.routes) {
      if (path === '/events') continue; // never ends; it takes nothing from its address
      const reply = await whole.ask(method, `${path.replaceAll(/:\w+/g, EVIL)}?month=${EVIL}&event=${EVIL}`, visitor);
      expect(JSON.stringify(reply.headers), `${method} ${path}`).not.to.match(/evil=/);
      visitor = await whole.visitor(await idOf()); // the route may have ended it
    }
  });
  const idOf = async (): Promise<string> =>
    whole.accounts.byLogin('wszystko')?.id ?? (await Promise.reject(new Error('gone')));

  it('a thousand ranges are none', async () => {
    const ranges = `bytes=${Array.from({ length: 1000 }, (_, n) => `${n}-${n}`).join(',')}`;
    const person = await idOf();
    await whole.authorise(person);
    const listener = await whole.visitor(person);
    const wish = { purpose: 'complaint', reference: 'OR.1' };
    const granted = await whole.ask('POST', `/calls/${whole.call.entry.id}/grants`, listener, wish);
    const { grant } = granted.json<{ grant: string }>();
    const reply = await whole.ask('GET', `/recordings/${grant}`, listener, {}, { range: ranges });
    expect(reply.statusCode).to.equal(416);
    expect(whole.call.closed).to.equal(whole.call.opened.length);
  });

  it('one password tried at many names is slowed down, tells nothing of names, and locks nobody out', async () => {
    const password = 'słoń na balkonie';
    const person = await whole.account('biuro', 'front_office');
    const doer = { actor: { by: 'system' as const } };
    const { token } = await whole.accounts.links.make(doer, person);
    expect(await whole.accounts.links.redeem(token, password, '127.0.0.1')).to.equal(undefined);
    const logIn = (login: string, secret: string, headers = {}) =>
      whole.ask('POST', '/login', undefined, { login, password: secret }, headers);
    const first = await logIn('biuro', password);
    expect(first.statusCode).to.equal(200);
    const cookies = [first.headers['set-cookie'] ?? []].flat().map((cookie) => cookie.split(';')[0] ?? '');
    const device = cookies.filter((cookie) => !cookie.startsWith(`${SESSION_COOKIE}=`)).join('; ');

    const [unknown, known] = [await logIn('nikt', 'Wiosna2026!!'), await logIn('biuro', 'Wiosna2026!!')];
    expect([unknown.statusCode, unknown.body]).to.deep.equal([known.statusCode, known.body]);
    let last = unknown;
    for (let n = 0; n < 60 && last.statusCode !== 429; n++) last = await logIn(`imie.nazwisko${n}`, 'Wiosna2026!!');
    expect(last.statusCode).to.equal(429);
    expect(Number(last.headers['retry-after'])).to.be.greaterThan(0);
    expect((await logIn('biuro', password, { cookie: device })).statusCode, 'from the own desk').to.equal(200);
    expect((await whole.events('login')).filter(({ outcome }) => outcome === 'failed').length).to.be.greaterThan(20);
  });
});
