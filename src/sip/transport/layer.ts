/**
 * The transport layer (RFC 3261 § 18): all faces together. Stamps `received` and `rport` on what comes, answers what can be
 * answered of what cannot be read, chooses face and protocol for what goes.
 */
import ipaddr from 'ipaddr.js';
import type { Clock } from '../../base/clock.js';
import { HalinaError, errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import { headerValues, replaceFirst, setHeader } from '../message/fields.js';
import { formatVia, parseVia, topVia, viaParameter } from '../message/headers.js';
import { withParameter } from '../message/grammar.js';
import { makeResponse } from '../message/make.js';
import type { SipMessage, SipResponse } from '../message/message.js';
import { parseMessage, type ParseFailure } from '../message/parse.js';
import { serialize } from '../message/serialize.js';
import type { StreamItem } from '../message/stream.js';
import { advertisedAddress, chooseFace, ownNetworks, type Networks } from './faces.js';
import { TCP_DEFAULTS, TcpFace, type TcpOptions } from './tcp.js';
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
import { UdpSocket } from './udp.js';

/** Requests above this many bytes go over a congestion-controlled transport where the peer has one (§ 18.1.1). */
const LARGE = 1300;

export interface TransportOptions {
  readonly faces: readonly Face[];
  /** Networks (CIDR) of peers that are known to take TCP. */
  readonly tcpPeers: readonly string[];
  readonly tcp?: TcpOptions;
  readonly networks?: Networks;
}

interface OpenFace {
  readonly face: Face;
  readonly udp: UdpSocket | undefined;
  readonly tcp: TcpFace | undefined;
}

export class TransportLayer implements Transport {
  readonly counters: TransportCounters = { messages: 0, dropped: 0, refused: 0, pings: 0 };
  readonly #open = new Map<string, OpenFace>();
  /** Peers (`address`) with which a TCP connection was made before. */
  readonly #tcpKnown = new Set<string>();
  #faces: Face[] = [];

  private constructor(
    private readonly options: TransportOptions,
    private readonly handler: TransportHandler,
    private readonly log: Log,
    private readonly clock: Clock,
  ) {}

  /** Binds every face; rejects with `SIP_PORT_TAKEN` naming the first that cannot be. Port 0 takes a free one for both. */
  static async listen(
    options: TransportOptions,
    handler: TransportHandler,
    log: Log,
    clock: Clock,
  ): Promise<TransportLayer> {
    const layer = new TransportLayer(options, handler, log, clock);
    try {
      for (const face of options.faces) await layer.#bind(face);
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

  reliable = (protocol: Protocol): boolean => protocol === 'tcp';

  sentBy(destination: Destination): { host: string; port: number } {
    const face = this.#faceFor(destination);
    return { host: advertisedAddress(face, destination.address, this.#networks()), port: face.port };
  }

  /** The protocol for a request: TCP instead of UDP where the request is large and the peer is known to take it. */
  protocolFor(message: SipMessage, destination: Destination): Protocol {
    if (destination.protocol !== 'udp' || serialize(message).length <= LARGE) return destination.protocol;
    const tcp = { ...destination, protocol: 'tcp' as const };
    const known =
      this.#tcpKnown.has(destination.address) ||
      this.options.tcpPeers.some((cidr) => ipaddr.process(destination.address).match(toCidr(cidr)));
    return known && chooseFace(this.#faces, tcp, this.#networks()) ? 'tcp' : 'udp';
  }

  async send(message: SipMessage, destination: Destination): Promise<void> {
    const face = this.#faceFor(destination);
    const { udp, tcp } = this.#open.get(face.name) ?? {};
    const bytes = serialize(message);
    const { protocol, address, port } = destination;
    if (protocol === 'udp' && bytes.length > 65_507)
      throw new TransportError('TOO_LARGE', `a message of ${bytes.length} bytes does not fit into a datagram`);
    try {
      if (protocol === 'tcp') {
        await tcp?.send(bytes, address, port);
        this.#tcpKnown.add(address);
      } else await udp?.send(bytes, address, port);
    } catch (error) {
      throw new TransportError('UNREACHABLE', `${protocol}:${address}:${port}: ${errorMessage(error)}`, error);
    }
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(
      open.map(async ({ udp, tcp }) => {
        await udp?.close();
        await tcp?.close();
      }),
    );
  }

  #networks(): readonly string[] {
    return (this.options.networks ?? ownNetworks)();
  }

  #faceFor(destination: Destination): Face {
    const face = chooseFace(this.#faces, destination, this.#networks());
    if (!face) throw new TransportError('NO_TRANSPORT', `no face has ${destination.protocol}`);
    return face;
  }

  async #bind(face: Face): Promise<void> {
    const { address } = face;
    let port = face.port;
    const on = (protocol: Protocol, remoteAddress: string, remotePort: number): Flow => ({
      protocol,
      remoteAddress,
      remotePort,
      localAddress: address,
      localPort: port,
      face: face.name,
    });
    let udp: UdpSocket | undefined;
    let tcp: TcpFace | undefined;
    try {
      if (face.transports.includes('udp')) {
        udp = await UdpSocket.bind(address, port, {
          onDatagram: (bytes, from, at) => this.#datagram(bytes, on('udp', from, at)),
          onRefused: (to, at) =>
            this.handler.onUnreachable({ protocol: 'udp', address: to, port: at, face: face.name }),
        });
        port = udp.port;
      }
      if (face.transports.includes('tcp')) {
        const events = {
          onItem: (item: StreamItem, from: string, at: number) => this.#item(item, on('tcp', from, at)),
          onClosed: (to: string, at: number) =>
            this.handler.onUnreachable({ protocol: 'tcp', address: to, port: at, face: face.name }),
        };
        tcp = await TcpFace.listen(address, port, events, this.clock, this.options.tcp ?? TCP_DEFAULTS);
        port = tcp.port;
      }
    } catch (error) {
      await udp?.close();
      throw new HalinaError(
        'SIP_PORT_TAKEN',
        `the face ${face.name} cannot listen on ${address}:${face.port}: ${errorMessage(error)}`,
        {
          hint: 'Another program may use this port, or the address is none of this machine: see `ss -lnpu` and `ip addr`.',
          cause: error,
        },
      );
    }
    const bound = { ...face, port };
    this.#open.set(face.name, { face: bound, udp, tcp });
    this.#faces.push(bound);
  }

  #datagram(bytes: Buffer, flow: Flow): void {
    if (bytes.length <= 4 && /^[\r\n\0]*$/.test(bytes.toString('latin1'))) this.counters.pings++;
    else this.#take(parseMessage(bytes), flow);
  }

  #item(item: StreamItem, flow: Flow): void {
    if (item.kind === 'ping') {
      this.counters.pings++;
      // The answer to a ping is a single CRLF (RFC 5626 § 3.5.1); it is no message, so it goes by the stream alone.
      this.#open
        .get(flow.face)
        ?.tcp?.send(Buffer.from('\r\n'), flow.remoteAddress, flow.remotePort)
        .catch((error: unknown) => {
          this.log.debug({ error: errorMessage(error) }, 'ping not answered');
        });
    } else this.#take(item, flow);
  }

  #take(result: SipMessage | ParseFailure, flow: Flow): void {
    if (result.kind === 'failure') return this.#refuse(result, flow);
    this.counters.messages++;
    if (result.kind === 'request') {
      const missing = ['via', 'from', 'to', 'call-id', 'cseq'].find((name) => headerValues(result, name).length === 0);
      if (missing || !topVia(result)) return this.#drop(missing ? `no ${missing}` : 'a Via that cannot be read', flow);
      stampVia(result, flow);
    }
    try {
      this.handler.onMessage(result, flow);
    } catch (error) {
      this.log.error({ error: errorMessage(error), from: flow.remoteAddress }, 'a message could not be handled');
    }
  }

  #refuse(failed: ParseFailure, flow: Flow): void {
    const request = failed.partial;
    if (request?.kind !== 'request' || !topVia(request)) return this.#drop(failed.reason, flow);
    this.counters.refused++;
    stampVia(request, flow);
    const response = makeResponse(request, failed.status, '', 'refused');
    setHeader(response, 'warning', `399 halina "${failed.reason.replaceAll(/["\\]/g, "'")}"`);
    this.send(response, responseDestination(response, flow)).catch((error: unknown) => {
      this.log.debug({ error: errorMessage(error) }, 'a refusal could not be sent');
    });
  }

  #drop(reason: string, flow: Flow): void {
    this.counters.dropped++;
    this.log.debug({ reason, from: `${flow.remoteAddress}:${flow.remotePort}` }, 'dropped what is no SIP');
  }
}

function toCidr(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (text.includes('/')) return ipaddr.parseCIDR(text);
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** `received` where the address differs from sent-by, `rport` where it was asked for; over UDP we always go by the source. */
function stampVia(message: SipMessage, flow: Flow): void {
  const via = topVia(message);
  if (!via) return;
  let { parameters } = via;
  if (viaParameter(via, 'rport') !== undefined) {
    parameters = withParameter(parameters, 'rport', String(flow.remotePort));
    if (via.host !== flow.remoteAddress) parameters = withParameter(parameters, 'received', flow.remoteAddress);
  } else if (via.host !== flow.remoteAddress) parameters = withParameter(parameters, 'received', flow.remoteAddress);
  if (parameters !== via.parameters) replaceFirst(message, 'via', formatVia({ ...via, parameters }));
}

/** Where a response goes (§ 18.2.2, RFC 3581 § 4): by its connection, or to received and rport, or sent-by's port. */
export function responseDestination(response: SipResponse, flow: Flow): Destination {
  const via = parseVia(headerValues(response, 'via')[0] ?? '');
  const base = { protocol: flow.protocol, face: flow.face };
  if (!via || flow.protocol === 'tcp') return { ...base, address: flow.remoteAddress, port: flow.remotePort };
  const rport = Number(viaParameter(via, 'rport') ?? 0);
  return { ...base, address: viaParameter(via, 'received') ?? flow.remoteAddress, port: rport || (via.port ?? 5060) };
}
