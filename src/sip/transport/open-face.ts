/** A face that listens: its UDP socket and its TCP side on one port, and the flows of what comes there. */
import type { Clock } from '../../base/clock.js';
import type { StreamItem } from '../message/stream.js';
import type { TcpConnection, TcpOptions } from './tcp-connection.js';
import { TcpFace } from './tcp.js';
import { TransportError, type Destination, type Face, type Flow } from './types.js';
import { UdpSocket } from './udp.js';

export interface FaceEvents {
  onDatagram(bytes: Buffer, flow: Flow): void;
  onItem(item: StreamItem, flow: Flow): void;
  /** ICMP says that a datagram did not arrive; `datagram` is its beginning. */
  onUndelivered(datagram: Buffer, destination: Destination): void;
  /** A TCP connection with this peer is gone. */
  onClosed(destination: Destination): void;
  /** A TCP connection was not taken. */
  onConnectionRefused(from: string): void;
}

/** The answer to a ping is a single CRLF (RFC 5626 § 3.5.1). */
const PONG = Buffer.from('\r\n');
/** How often a free port is looked for that is free in both protocols. */
const PORT_TRIES = 5;

export class OpenFace {
  private constructor(
    /** With the port that it is bound to. */
    readonly face: Face,
    private readonly udp: UdpSocket | undefined,
    private readonly tcp: TcpFace | undefined,
  ) {}

  /** Binds a face; with port 0 to one that is free. Rejects with what the system says. */
  static async open(face: Face, events: FaceEvents, clock: Clock, options: TcpOptions): Promise<OpenFace> {
    for (let tries = face.port === 0 ? PORT_TRIES : 1; ; tries--) {
      try {
        return await OpenFace.#open(face, events, clock, options);
      } catch (error) {
        if (tries <= 1) throw error;
      }
    }
  }

  static async #open(face: Face, events: FaceEvents, clock: Clock, options: TcpOptions): Promise<OpenFace> {
    const { address, name, transports } = face;
    let { port } = face;
    let udp: UdpSocket | undefined;
    const flow = { localAddress: address, face: name };
    if (transports.includes('udp')) {
      udp = await UdpSocket.bind(address, port, {
        onDatagram: (bytes, remoteAddress, remotePort) =>
          events.onDatagram(bytes, { ...flow, protocol: 'udp', remoteAddress, remotePort, localPort: port }),
        onError: ({ kind, datagram, ...to }) => {
          if (kind === 'refused' || kind === 'unreachable')
            events.onUndelivered(datagram, { protocol: 'udp', address: to.address, port: to.port, face: name });
        },
      });
      port = udp.port;
    }
    if (!transports.includes('tcp')) return new OpenFace({ ...face, port }, udp, undefined);
    const flowOf = (connection: TcpConnection): Flow => ({
      protocol: 'tcp',
      remoteAddress: connection.address,
      remotePort: connection.port,
      localAddress: connection.localAddress,
      localPort: port,
      face: name,
    });
    const tcpEvents = {
      onItem: (item: StreamItem, connection: TcpConnection) => {
        if (item.kind === 'ping') connection.send(PONG).catch(() => {}); // Closed meanwhile: nobody waits for it.
        events.onItem(item, flowOf(connection));
      },
      onClosed: (to: string, at: number) => events.onClosed({ protocol: 'tcp', address: to, port: at, face: name }),
      onRefused: (from: string) => events.onConnectionRefused(from),
    };
    try {
      const tcp = await TcpFace.listen(address, port, tcpEvents, clock, options);
      port = tcp.port;
      return new OpenFace({ ...face, port }, udp, tcp);
    } catch (error) {
      await udp?.close();
      throw error;
    }
  }

  async send(bytes: Buffer, destination: Destination): Promise<void> {
    const { protocol, address, port, connectPort } = destination;
    if (protocol === 'udp' && this.udp) return this.udp.send(bytes, address, port);
    if (protocol === 'tcp' && this.tcp) return this.tcp.send(bytes, address, port, connectPort);
    throw new TransportError('NO_TRANSPORT', `the face ${this.face.name} has no ${protocol}`);
  }

  /** Whether a TCP connection with this peer is open. */
  connected(address: string, port: number): boolean {
    return this.tcp?.connected(address, port) === true;
  }

  /** Requests to `port` of the peer may use the connection that a flow came by. */
  alias(flow: Flow, port: number): void {
    this.tcp?.alias(flow.remoteAddress, flow.remotePort, port);
  }

  async close(): Promise<void> {
    await this.udp?.close();
    await this.tcp?.close();
  }
}
