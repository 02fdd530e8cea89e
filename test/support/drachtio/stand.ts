/**
 * What a conformance test stands on: the embedded server on a clock that only the test turns (so nothing is repeated because
 * a machine is slow), applications with a recorder between, and scripted peers. All on free ports, all closed by `close`.
 */
import { silentLog } from '../../../src/base/log.js';
import { SipServer, type SipServerOptions } from '../../../src/sip/server.js';
import { VirtualClock } from '../virtual-clock.js';
import { freePort } from '../ports.js';
import { RawPeer } from '../sip/raw-peer.js';
import { until } from '../until.js';
import { Recorder, type ApplicationEnd } from './recorder.js';
import { newSrf, type TestSrf } from './srf.js';

const SECRET = 'cymru';

export interface Client {
  readonly srf: TestSrf;
  readonly wire: Recorder;
  /** Waits until the server acknowledged every verb that was routed. */
  routed(): Promise<void>;
}

export class Stand {
  readonly clock = new VirtualClock();
  readonly #closing: (() => Promise<void> | void)[] = [];
  #server: SipServer | undefined;

  static async open(options: Partial<SipServerOptions> = {}): Promise<Stand> {
    const stand = new Stand();
    await stand.startServer(options);
    return stand;
  }

  get server(): SipServer {
    if (!this.#server) throw new Error('the server is stopped');
    return this.#server;
  }

  /** The port of 127.0.0.1 on which the server speaks SIP, UDP and TCP. */
  get sipPort(): number {
    const [face] = this.server.faces;
    if (!face) throw new Error('the server has no face');
    return face.port;
  }

  async startServer(options: Partial<SipServerOptions> = {}): Promise<void> {
    const face = { name: 'test', address: '127.0.0.1', port: await freePort(), transports: ['udp', 'tcp'] } as const;
    const application = { host: '127.0.0.1', port: 0, secret: SECRET };
    this.#server = await SipServer.start({ faces: [face], application, clock: this.clock, ...options }, silentLog);
  }

  async stopServer(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  /** `host`, `port`: its own on loopback, for UDP. */
  async peer(protocol: 'udp' | 'tcp' = 'udp', host?: string, port?: number): Promise<RawPeer> {
    const peer = await RawPeer.open(this.sipPort, protocol, host, port);
    this.#closing.push(() => peer.close());
    return peer;
  }

  /** An application, connected and authenticated; `prepare` may set handlers before that. */
  async application(tags: readonly string[] = [], prepare: (srf: TestSrf) => void = () => {}): Promise<Client> {
    const wire = await Recorder.open(this.server.applicationPort);
    const srf = newSrf(tags);
    // drachtio-srf looks at it before each attempt; 0: it tries for ever.
    const reconnect = { maxAttempts: 0 };
    this.#closing.push(
      () => wire.close(),
      () => {
        reconnect.maxAttempts = 1;
        disconnect(srf);
      },
    );
    wire.application = () => endOf(srf);
    prepare(srf);
    const connected = new Promise<void>((resolve, reject) => {
      srf.once('connect', (error) => (error ? reject(error) : resolve()));
    });
    srf.connect({ host: '127.0.0.1', port: wire.port, secret: SECRET, reconnect });
    await connected;
    return { srf, wire, routed: () => routed(srf, wire) };
  }

  /** Called on `close`, last first. */
  onClose(close: () => Promise<void> | void): void {
    this.#closing.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
    await this.stopServer();
  }
}

/** Its connection to the server, if it is open. */
function endOf(srf: TestSrf): ApplicationEnd | undefined {
  const [socket, { pendingRequests }] = [...srf.app.client.mapServer].at(-1) ?? [undefined, {}];
  if (!socket?.writable || !pendingRequests) return undefined;
  return { socket, onAnswer: (id, then) => pendingRequests.set(id, then) };
}

function disconnect(srf: TestSrf): void {
  try {
    srf.disconnect();
  } catch {
    // drachtio-srf throws where its connection is gone already, which is what is wanted here.
  }
}

async function routed(srf: TestSrf, wire: Recorder): Promise<void> {
  const routes = () => wire.frames.filter(({ sender, text }) => sender === 'application' && text.includes('|route|'));
  const isSent = (verb: string): boolean => routes().some(({ text }) => text.endsWith(`|route|${verb}`));
  await until('all routes are sent', () => [...srf.app.client.verbs.keys()].every(isSent));
  for (const { text } of routes()) {
    const id = text.split('|', 1)[0] ?? '';
    await wire.seen('server', (answer) => answer.includes(`|response|${id}|`), `the answer to ${text}`);
  }
}
