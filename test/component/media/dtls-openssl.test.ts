/** Our end of a DTLS handshake against OpenSSL's programs, over UDP on loopback: client and server, and with loss. */
import { spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { DtlsEndpoint, makeIdentity, type SrtpKeys } from '../../../src/dtls/index.js';
import { run } from '../../support/e2e/process.js';
import { freePort } from '../../support/ports.js';

interface Program {
  /** Resolves with what it has said when it has said so; rejects at its end. */
  readonly until: (what: RegExp) => Promise<string>;
  readonly end: () => Promise<void>;
}

function openssl(args: readonly string[]): Program {
  const child = spawn('openssl', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      for (const listener of listeners) listener();
    });
  const gone = once(child, 'exit');
  return {
    until: async (what) => {
      while (!what.test(said)) {
        const more = new Promise<void>((resolve) => listeners.add(resolve));
        const isGone = await Promise.race([more.then(() => false), gone.then(() => true)]);
        listeners.clear();
        if (isGone && !what.test(said)) throw new Error(`openssl ended; it said:\n${said}`);
      }
      return said;
    },
    end: async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await gone;
    },
  };
}

/** Our end on a socket, with its timer. `loses`: whether the nth datagram that we send, or that comes, is lost. */
class Ours {
  readonly #socket: Socket;
  readonly endpoint: DtlsEndpoint;
  #to: AddressInfo | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;
  #came = 0;
  readonly ready: Promise<SrtpKeys>;
  #settle: { resolve: (keys: SrtpKeys) => void; reject: (error: Error) => void } | undefined;

  private constructor(
    socket: Socket,
    endpoint: DtlsEndpoint,
    readonly loses: (way: 'out' | 'in', n: number) => boolean,
  ) {
    this.#socket = socket;
    this.endpoint = endpoint;
    this.ready = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    this.ready.catch(() => undefined);
    socket.on('message', (bytes, from) => {
      this.#to = { ...from, family: 'IPv4' };
      if (!loses('in', this.#came++)) this.#step(endpoint.receive(bytes));
    });
  }

  static async open(role: 'active' | 'passive', loses: Ours['loses'] = () => false): Promise<Ours> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new Ours(socket, new DtlsEndpoint(role, makeIdentity(Date.now())), loses);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  begin(port: number): void {
    this.#to = { address: '127.0.0.1', port, family: 'IPv4' };
    this.#step(this.endpoint.begin());
  }

  #step(datagrams: readonly Buffer[]): void {
    const to = this.#to;
    for (const datagram of datagrams)
      if (to && !this.loses('out', this.#sent++)) this.#socket.send(datagram, to.port, to.address);
    clearTimeout(this.#timer);
    const { state, timeoutMs } = this.endpoint;
    if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.#step(this.endpoint.expired()), timeoutMs);
    if (state.at === 'ready') this.#settle?.resolve(state.keys);
    if (state.at === 'failed') this.#settle?.reject(new Error(state.why));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.endpoint.close();
    this.#socket.close();
  }
}

/** The client's key, the server's, the client's salt, the server's, as OpenSSL says them. */
const material = (client: SrtpKeys['send'], server: SrtpKeys['send']): string =>
  Buffer.concat([client.key, server.key, client.salt, server.salt]).toString('hex').toUpperCase();

describe('a DTLS handshake with OpenSSL’s own programs', function () {
  this.timeout(180_000);
  let folder: string;
  let peer: X509Certificate;
  const files = (): string[] => ['-cert', join(folder, 'c.pem'), '-key', join(folder, 'k.pem')];
  const closers: (() => void | Promise<void>)[] = [];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halina-dtls-'));
    const subject = ['-subj', '/CN=peer', '-days', '2', '-nodes'];
    await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...subject, '-keyout', join(folder, 'k.pem'), '-out', join(folder, 'c.pem')]); // prettier-ignore
    peer = new X509Certificate(await readFile(join(folder, 'c.pem')));
  });
  after(() => rm(folder, { recursive: true }));
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  const exporting = (bytes: number): string[] => ['-keymatexport', 'EXTRACTOR-dtls_srtp', '-keymatexportlen', String(bytes)]; // prettier-ignore
  const ours = async (...args: Parameters<typeof Ours.open>): Promise<Ours> => {
    const one = await Ours.open(...args);
    closers.push(() => one.close());
    return one;
  };
  const program = (args: readonly string[]): Program => {
    const one = openssl(args);
    closers.push(() => one.end());
    return one;
  };
  const client = (us: Ours, profile: string, bytes: number): Program =>
    program(['s_client', '-dtls1_2', '-connect', `127.0.0.1:${us.port}`, '-use_srtp', profile, ...files(), ...exporting(bytes)]); // prettier-ignore

  for (const [profile, suite, bytes] of [
    ['SRTP_AES128_CM_SHA1_80', 'AES_CM_128_HMAC_SHA1_80', 60],
    ['SRTP_AES128_CM_SHA1_32', 'AES_CM_128_HMAC_SHA1_32', 60],
    ['SRTP_AEAD_AES_128_GCM', 'AEAD_AES_128_GCM', 56],
    ['SRTP_AEAD_AES_256_GCM', 'AEAD_AES_256_GCM', 88],
  ] as const)
    it(`as the server, by ${profile}: both have the same keys`, async () => {
      const us = await ours('passive');
      const them = client(us, profile, bytes);
      const keys = await us.ready;
      expect(keys.send.suite).to.equal(suite);
      const said = await them.until(/Keying material: [0-9A-F]+/);
      expect(/Keying material: ([0-9A-F]+)/.exec(said)?.[1]).to.equal(material(keys.receive, keys.send));
      const { state } = us.endpoint;
      expect(state.at === 'ready' && new X509Certificate(state.certificate).fingerprint256).to.equal(
        peer.fingerprint256,
      );
    });

  const server = async (): Promise<{ them: Program; port: number }> => {
    const port = await freePort();
    const args = ['s_server', '-dtls1_2', '-accept', `127.0.0.1:${port}`, '-use_srtp', 'SRTP_AES128_CM_SHA1_80'];
    const them = program([...args, '-verify', '1', ...files(), ...exporting(60)]);
    await them.until(/ACCEPT/);
    return { them, port };
  };

  it('as the client: both have the same keys', async () => {
    const { them, port } = await server();
    const us = await ours('active');
    us.begin(port);
    const keys = await us.ready;
    const said = await them.until(/Keying material: [0-9A-F]+/);
    expect(/Keying material: ([0-9A-F]+)/.exec(said)?.[1]).to.equal(material(keys.send, keys.receive));
    expect(said, 'it has our certificate').to.match(/CN ?= ?halina/);
  });

  it('ends well although datagrams of both are lost, our last flight among them', async () => {
    const us = await ours('passive', (way, n) => n === 0 || (way === 'out' && n === 2));
    const them = client(us, 'SRTP_AES128_CM_SHA1_80', 60);
    const keys = await us.ready;
    const said = await them.until(/Keying material: [0-9A-F]+/);
    expect(/Keying material: ([0-9A-F]+)/.exec(said)?.[1]).to.equal(material(keys.receive, keys.send));
  });

  it('fails with a client that has no SRTP', async () => {
    const us = await ours('passive');
    program(['s_client', '-dtls1_2', '-connect', `127.0.0.1:${us.port}`, ...files()]);
    const why = await us.ready.then(
      () => 'it succeeded',
      (error: Error) => error.message,
    );
    expect(why).to.match(/no SRTP profile/);
  });

  it('fails with a client that has no certificate', async () => {
    const us = await ours('passive');
    program(['s_client', '-dtls1_2', '-connect', `127.0.0.1:${us.port}`, '-use_srtp', 'SRTP_AES128_CM_SHA1_80']);
    const why = await us.ready.then(
      () => 'it succeeded',
      (error: Error) => error.message,
    );
    expect(why).to.match(/certificate/);
  });
});
