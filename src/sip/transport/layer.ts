/**
 * The transport layer (RFC 3261 § 18): all faces together. Takes what comes, notes where it came from, answers what can be
 * answered of what cannot be read; chooses face and protocol for what goes.
 */
import type { Clock } from '../../base/clock.js';
import { HalinaError, errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import { formatHostPort } from '../message/grammar.js';
import { branchOf, topVia, viaParameter } from '../message/headers.js';
import type { SipMessage } from '../message/message.js';
import { isKeepAlive, parseHead, parseMessage, type ParseFailure } from '../message/parse.js';
import { serialize } from '../message/serialize.js';
import { validateMessage } from '../message/validate.js';
import { CertificateKeeper } from './certificate-keeper.js';
import { CertificateError, type ReadFile } from './certificates.js';
import { defaultPort, facePort } from './face-ports.js';
import { inNetwork, type Networks } from './faces.js';
import { OpenFace, type FaceEvents } from './open-face.js';
import { refusalOf } from './refusal.js';
import { responseDestination, stampVia } from './routing.js';
import { isStun } from '../../stun/message.js';
import { stunAnswer } from './stun.js';
import { STREAM_DEFAULTS, type StreamOptions } from './connection.js';
import {
  TransportError,
  type Destination,
  type Face,
  type Flow,
  type Protocol,
  type Transport,
  type TransportCounters,
  type TransportHandler,
} from './types.js';
import { Ways, type Way } from './ways.js';

export { responseDestination } from './routing.js';

/** Requests above this many bytes go over a congestion-controlled transport where the peer has one (§ 18.1.1). */
const LARGE = 1300;
/** What our Via adds to a request that has none yet, about. */
const VIA_BYTES = 100;
/** The most that a datagram can hold. */
const DATAGRAM_MAX = 65_507;
/** Milliseconds for which the same trouble with a certificate is not told again, and how many of them are remembered. */
const TOLD_MS = 60_000;
const TOLD_MAX = 100;
/** Peers that are remembered to take TCP. */
const TCP_PEERS_MAX = 1000;

export interface TransportOptions {
  readonly faces: readonly Face[];
  /** Networks (CIDR) of peers that are known to take TCP. */
  readonly tcpPeers: readonly string[];
  readonly streams?: Partial<StreamOptions>;
  /** How certificates are read. */
  readonly readFile?: ReadFile;
  readonly networks?: Networks;
}

export class TransportLayer implements Transport {
  readonly counters: TransportCounters = {
    messages: 0,
    dropped: 0,
    refused: 0,
    pings: 0,
    unreachable: 0,
    connectionsRefused: 0,
  };
  readonly #open = new Map<string, OpenFace>();
  /** Peers (`address port`) that took a TCP connection of ours. */
  readonly #tcpKnown = new Set<string>();
  #faces: readonly Face[] = [];
  #ways: Ways;
  readonly #keeper: CertificateKeeper;
  /** What was said of certificates of peers, and when: not with every message again. */
  readonly #told = new Map<string, number>();

  private constructor(
    private readonly options: TransportOptions,
    private readonly handler: TransportHandler,
    private readonly log: Log,
    private readonly clock: Clock,
  ) {
    this.#ways = new Ways([], clock, options.networks);
    this.#keeper = new CertificateKeeper(
      clock,
      log,
      () => {
        for (const face of this.#open.values()) face.renewed();
      },
      options.readFile,
    );
  }

  /**
   * Binds every face; rejects with `SIP_PORT_TAKEN` naming the first that cannot be, or with `CertificateError`. Port 0 takes
   * a free one, for UDP and TCP the same.
   */
  static async listen(
    options: TransportOptions,
    handler: TransportHandler,
    log: Log,
    clock: Clock,
  ): Promise<TransportLayer> {
    const layer = new TransportLayer(options, handler, log, clock);
    try {
      for (const face of options.faces) await layer.#bind(face);
      layer.#keeper.start();
    } catch (error) {
      await layer.close();
      throw error;
    }
    return layer;
  }

  /** The faces with the ports that they were bound to. */
  get faces(): readonly Face[] {
    return this.#faces;
  }

  reliable = (protocol: Protocol): boolean => protocol !== 'udp';

  sentBy(destination: Destination): { host: string; port: number } {
    const { face, advertised } = this.#wayTo(destination);
    return { host: advertised, port: facePort(face, destination.protocol) };
  }

  /** The protocol for a request: TCP instead of UDP where the request is large and the peer is known to take it. */
  protocolFor(message: SipMessage, destination: Destination): Protocol {
    if (destination.protocol !== 'udp') return destination.protocol;
    // Most peers do not: only for the others it is worth it to write the message before its Via is there.
    if (!this.#takesTcp(destination)) return 'udp';
    const via = topVia(message) ? 0 : VIA_BYTES;
    return serialize(message).length + via > LARGE ? 'tcp' : 'udp';
  }

  async send(message: SipMessage, destination: Destination): Promise<void> {
    const { face } = this.#wayTo(destination);
    const bytes = serialize(message);
    const { protocol, address, port } = destination;
    if (protocol === 'udp' && bytes.length > DATAGRAM_MAX)
      throw new TransportError('TOO_LARGE', `a message of ${bytes.length} bytes does not fit into a datagram`);
    const open = this.#open.get(face.name);
    if (!open) throw new TransportError('NO_TRANSPORT', `the face ${face.name} is closed`);
    try {
      await open.send(bytes, destination);
    } catch (error) {
      if (protocol === 'tcp') this.#tcpKnown.delete(`${address} ${port}`);
      if (error instanceof TransportError) {
        if (error.code === 'CERTIFICATE') this.#tellOfCertificate(error);
        throw error;
      }
      throw new TransportError('UNREACHABLE', `${protocol}:${address}:${port}: ${errorMessage(error)}`, error);
    }
    if (protocol === 'tcp' && message.kind === 'request') this.#rememberTcp(address, port);
  }

  /** Looks at the files of the certificates now. What is wrong with them is in the log. */
  reloadCertificates(): Promise<void> {
    return this.#keeper.reload();
  }

  async close(): Promise<void> {
    await this.#keeper.close();
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(open.map((face) => face.close()));
  }

  #takesTcp(destination: Destination): boolean {
    const { address, port } = destination;
    const way = this.#ways.to({ ...destination, protocol: 'tcp' });
    if (!way) return false;
    return (
      this.#tcpKnown.has(`${address} ${port}`) ||
      this.#open.get(way.face.name)?.connected('tcp', address, port) === true ||
      this.options.tcpPeers.some((cidr) => inNetwork(address, cidr))
    );
  }

  #rememberTcp(address: string, port: number): void {
    const [oldest] = this.#tcpKnown;
    if (oldest !== undefined && this.#tcpKnown.size >= TCP_PEERS_MAX) this.#tcpKnown.delete(oldest);
    this.#tcpKnown.add(`${address} ${port}`);
  }

  #wayTo(destination: Destination): Way {
    const face = destination.face ?? this.#faceWithConnection(destination);
    const way = this.#ways.to(face === destination.face ? destination : { ...destination, face });
    if (!way)
      throw new TransportError('NO_TRANSPORT', `no face reaches ${destination.address} by ${destination.protocol}`);
    return way;
  }

  /** Where several faces could connect to a peer, the one to which it is connected. */
  #faceWithConnection({ protocol, address, port }: Destination): string | undefined {
    if (protocol === 'udp' || this.#open.size < 2) return undefined;
    return [...this.#open.values()].find((open) => open.connected(protocol, address, port))?.face.name;
  }

  #tellOfCertificate(error: TransportError): void {
    const now = this.clock.monotonic();
    if (now - (this.#told.get(error.message) ?? -Infinity) < TOLD_MS) return;
    if (this.#told.size >= TOLD_MAX) this.#told.clear();
    this.#told.set(error.message, now);
    this.log.error({ hint: error.hint }, error.message);
  }

  async #bind(face: Face): Promise<void> {
    const events: FaceEvents = {
      onDatagram: (bytes, flow) => {
        if (isKeepAlive(bytes)) this.counters.pings++;
        else if (isStun(bytes)) this.#echo(bytes, flow);
        else this.#take(parseMessage(bytes), flow);
      },
      onItem: (item, flow) => {
        if (item.kind === 'ping') this.counters.pings++;
        else this.#take(item, flow);
      },
      onUndelivered: (datagram, destination) => this.#unreachable(destination, branchIn(datagram)),
      onClosed: (destination, why) => {
        if (why) this.#tellOfCertificate(why);
        this.#safely(() => this.handler.onUnreachable(destination));
      },
      onConnectionRefused: (from, protocol, why) => {
        this.counters.connectionsRefused++;
        if (why instanceof TransportError) this.#tellOfCertificate(why);
        else this.log.debug({ from, face: face.name, protocol, why }, 'a connection was refused');
      },
    };
    const streams = { ...STREAM_DEFAULTS, ...this.options.streams };
    const certificates = await this.#keeper.of(face);
    const open = await OpenFace.open(face, events, this.clock, streams, certificates).catch((error: unknown) => {
      throw error instanceof CertificateError ? error : portTaken(face, error);
    });
    this.#open.set(face.name, open);
    this.#faces = [...this.#faces, open.face];
    this.#ways = new Ways(this.#faces, this.clock, this.options.networks);
  }

  /** A STUN keep-alive; its answer is a few bytes more than the question, and only for those whom we know. */
  #echo(datagram: Buffer, flow: Flow): void {
    const { remoteAddress: address, remotePort: port } = flow;
    this.counters.pings++;
    const answer = this.handler.isKnown?.(flow) === false ? undefined : stunAnswer(datagram, address, port);
    if (!answer) return;
    const sent = this.#open.get(flow.face)?.send(answer, { protocol: 'udp', address, port });
    sent?.catch((error: unknown) => {
      this.log.debug({ error: errorMessage(error) }, 'the answer to a STUN keep-alive could not be sent');
    });
  }

  #unreachable(destination: Destination, branch: string | undefined): void {
    this.counters.unreachable++;
    this.#safely(() => this.handler.onUnreachable(destination, branch));
  }

  #take(result: SipMessage | ParseFailure, flow: Flow): void {
    const failed = result.kind === 'failure' ? result : validateMessage(result);
    if (failed) return this.#refuse(failed, flow);
    if (result.kind === 'failure') return;
    if (result.kind === 'response' && !this.#isOurs(result)) return this.#drop('a response to nobody here', flow);
    this.counters.messages++;
    if (result.kind === 'request') {
      this.#learnAlias(result, flow);
      stampVia(result, flow);
    }
    this.#safely(() => this.handler.onMessage(result, flow));
  }

  /** § 18.1.2: a response whose top Via is none that we made is not for us. */
  #isOurs(response: SipMessage): boolean {
    const via = topVia(response);
    return via !== undefined && this.#ways.isOurs(via.host);
  }

  #learnAlias(request: SipMessage, flow: Flow): void {
    const via = flow.protocol === 'tcp' || flow.protocol === 'tls' ? topVia(request) : undefined;
    if (via && viaParameter(via, 'alias') !== undefined)
      this.#open.get(flow.face)?.alias(flow, via.port ?? defaultPort(flow.protocol), via.host);
  }

  #refuse(failed: ParseFailure, flow: Flow): void {
    const request = failed.partial;
    if (request) stampVia(request, flow);
    const response = refusalOf(failed);
    if (!request || !response || this.handler.mayAnswer?.(request, flow) === false)
      return this.#drop(failed.reason, flow);
    this.counters.refused++;
    this.log.debug({ reason: failed.reason, from: flow.remoteAddress }, 'refused what could not be read');
    this.send(response, responseDestination(response, flow)).catch((error: unknown) => {
      this.log.debug({ error: errorMessage(error) }, 'a refusal could not be sent');
    });
  }

  #drop(reason: string, flow: Flow): void {
    this.counters.dropped++;
    this.log.debug({ reason, from: `${flow.remoteAddress}:${flow.remotePort}` }, 'dropped what is no SIP');
  }

  /** A mistake above must not end the socket that it came from. */
  #safely(handle: () => void): void {
    try {
      handle();
    } catch (error) {
      this.log.error({ error: errorMessage(error) }, 'a message could not be handled');
    }
  }
}

/** Branch of the message of which a datagram holds the beginning. */
function branchIn(datagram: Buffer): string | undefined {
  const { message } = parseHead(datagram);
  return (message && branchOf(message)) || undefined;
}

function portTaken(face: Face, cause: unknown): HalinaError {
  return new HalinaError(
    'SIP_PORT_TAKEN',
    `the face ${face.name} cannot listen on ${formatHostPort(face.address, face.port)}: ${errorMessage(cause)}`,
    {
      hint: 'Another program may use this port, or the address is none of this machine: see `ss -lnpu` and `ip addr`.',
      cause,
    },
  );
}
