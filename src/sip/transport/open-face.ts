/** A face that listens: a socket for each of its transports, and the flows of what comes there. */
import type { Clock } from '../../base/clock.js';
import type { StreamItem } from '../message/stream.js';
import type { Certificates } from './certificates.js';
import type { Connection, StreamOptions } from './connection.js';
import { facePort, withPort } from './face-ports.js';
import { Streams, tcpKind, type StreamKind } from './streams.js';
import { TlsKind } from './tls.js';
import { TransportError, type Destination, type Face, type Flow, type StreamProtocol } from './types.js';
import { UdpSocket } from './udp.js';
import { WebSocketKind } from './websocket.js';

export interface FaceEvents {
  onDatagram(bytes: Buffer, flow: Flow): void;
  onItem(item: StreamItem, flow: Flow): void;
  /** ICMP says that a datagram did not arrive; `datagram` is its beginning. */
  onUndelivered(datagram: Buffer, destination: Destination): void;
  /** A connection with this peer is gone; `why` where it was refused after it was made. */
  onClosed(destination: Destination, why: TransportError | undefined): void;
  /** A connection was not taken. */
  onConnectionRefused(from: string, protocol: StreamProtocol, why: string | TransportError): void;
}

/** How often a free port is looked for that is free in both protocols. */
const PORT_TRIES = 5;

export class OpenFace {
  readonly #streams = new Map<StreamProtocol, Streams>();
  #udp: UdpSocket | undefined;
  #tls: TlsKind | undefined;
  #face: Face;

  private constructor(
    face: Face,
    private readonly events: FaceEvents,
    /** Of a face with TLS. */
    private readonly certificates: Certificates | undefined,
  ) {
    this.#face = face;
  }

  /** Binds a face; with port 0 to one that is free. Rejects with what the system says. */
  static async open(
    face: Face,
    events: FaceEvents,
    clock: Clock,
    options: StreamOptions,
    certificates?: Certificates,
  ): Promise<OpenFace> {
    for (let tries = face.port === 0 ? PORT_TRIES : 1; ; tries--) {
      const open = new OpenFace(face, events, certificates);
      try {
        if (face.transports.includes('udp')) await open.#bindUdp();
        for (const kind of open.#kinds()) await open.#listen(kind, clock, options);
        return open;
      } catch (error) {
        await open.close();
        if (tries <= 1) throw error;
      }
    }
  }

  /** With the ports that it is bound to. */
  get face(): Face {
    return this.#face;
  }

  send(bytes: Buffer, destination: Destination): Promise<void> {
    const { protocol, address, port } = destination;
    const sent =
      protocol === 'udp'
        ? this.#udp?.send(bytes, address, port)
        : this.#streams.get(protocol)?.send(bytes, destination);
    return sent ?? Promise.reject(new TransportError('NO_TRANSPORT', `the face ${this.face.name} has no ${protocol}`));
  }

  /** Whether a connection with this peer is open. */
  connected(protocol: StreamProtocol, address: string, port: number): boolean {
    return this.#streams.get(protocol)?.connected(address, port) === true;
  }

  /** Requests to `port` of the peer, whose Via names `host`, may use the connection that a flow came by. */
  alias(flow: Flow, port: number, host: string): void {
    if (flow.protocol === 'udp') return;
    this.#streams.get(flow.protocol)?.alias(flow.remoteAddress, flow.remotePort, port, host);
  }

  /** Other certificates are in service. */
  renewed(): void {
    this.#tls?.renewed();
  }

  async close(): Promise<void> {
    await Promise.all([this.#udp?.close(), ...[...this.#streams.values()].map((streams) => streams.close())]);
  }

  async #bindUdp(): Promise<void> {
    const { address, name, port } = this.#face;
    let localPort = port;
    const { events } = this;
    this.#udp = await UdpSocket.bind(address, port, {
      onDatagram: (bytes, remoteAddress, remotePort) =>
        events.onDatagram(bytes, { protocol: 'udp', remoteAddress, remotePort, localAddress: address, localPort, face: name }), // prettier-ignore
      onError: ({ kind, datagram, ...to }) => {
        if (kind === 'refused' || kind === 'unreachable')
          events.onUndelivered(datagram, { protocol: 'udp', address: to.address, port: to.port, face: name });
      },
    });
    localPort = this.#udp.port;
    this.#face = withPort(this.#face, 'udp', localPort);
  }

  #kinds(): StreamKind[] {
    const { transports, tls, origins } = this.#face;
    if (tls && this.certificates) this.#tls = new TlsKind(this.certificates, tls);
    const allowed = origins?.map((origin) => origin.toLowerCase());
    return transports.flatMap((protocol): StreamKind[] => {
      if (protocol === 'udp') return [];
      if (protocol === 'tcp') return [tcpKind];
      if (protocol === 'ws') return [new WebSocketKind(undefined, allowed)];
      if (!this.#tls) throw new TransportError('NO_TRANSPORT', `the face ${this.#face.name} has no certificates for ${protocol}`); // prettier-ignore
      return [protocol === 'tls' ? this.#tls : new WebSocketKind(this.#tls, allowed)];
    });
  }

  async #listen(kind: StreamKind, clock: Clock, options: StreamOptions): Promise<void> {
    const { protocol } = kind;
    const { address, name: face } = this.#face;
    const { events } = this;
    // Without a certificate of its own a face can only be a client.
    const listens = protocol !== 'tls' || (this.certificates?.pairs.length ?? 0) > 0;
    const flowOf = (connection: Connection): Flow => ({
      protocol,
      remoteAddress: connection.address,
      remotePort: connection.port,
      localAddress: connection.localAddress,
      localPort: facePort(this.#face, protocol),
      face,
      identities: connection.identities,
    });
    const streams = await Streams.open(
      kind,
      { address, port: facePort(this.#face, protocol), listens },
      {
        onItem: (item, connection) => events.onItem(item, flowOf(connection)),
        onClosed: (to, port, why) => events.onClosed({ protocol, address: to, port, face }, why),
        onRefused: (from, why) => events.onConnectionRefused(from, protocol, why),
      },
      clock,
      options,
    );
    this.#streams.set(protocol, streams);
    this.#face = withPort(this.#face, protocol, streams.port);
  }
}
