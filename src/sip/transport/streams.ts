/**
 * One stream transport of a face (TCP, TLS or WebSocket): the connections that peers opened and those that we did, found by
 * the peer's address and port (or by an alias, RFC 5923) and used again in both directions (RFC 3261 § 18).
 */
import net from 'node:net';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Clock } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { StreamItem } from '../message/stream.js';
import { Connection, type StreamOptions } from './connection.js';
import { TransportError, type Destination, type StreamProtocol } from './types.js';
import { prepareSocket, socketWire, type Wire } from './wire.js';

export interface StreamEvents {
  onItem(item: StreamItem, connection: Connection): void;
  /** A connection is gone; `why` where the peer refused it after it was made. */
  onClosed(address: string, port: number, why: TransportError | undefined): void;
  /** A connection was not taken. */
  onRefused(address: string, why: string | TransportError): void;
}

/** Told of a connection that is not taken: why, as an error where someone may have to do something about it. */
export type Refused = (why: string | TransportError) => void;

/** What makes TCP, TLS and WebSocket different: how a socket becomes one on which SIP comes. */
export interface StreamKind {
  readonly protocol: StreamProtocol;
  /** A peer has opened this socket. `refused` is called at most once, with why it is not taken; it is closed by then. */
  accept(socket: net.Socket, ready: (wire: Wire) => void, refused: Refused): void;
  /** Opens a connection; `socket` gets every socket that it makes at once. Absent where only peers can open one. */
  readonly connect?: (to: Target, made: (socket: net.Socket) => void) => Promise<Wire>;
  /** The meaning of what broke a connection, where it has one of its own. */
  explain?(error: Error, where: string): TransportError | undefined;
  /** Whether a connection leads to whom a request is for. */
  leadsTo?(connection: Connection, serverName: string): boolean;
}

export interface Target {
  readonly address: string;
  readonly port: number;
  /** Where to connect from. */
  readonly localAddress: string | undefined;
  readonly serverName: string | undefined;
}

export interface StreamPlace {
  readonly address: string;
  readonly port: number;
  /** Whether peers may connect, or only we. */
  readonly listens: boolean;
}

const keyOf = (address: string, port: number): string => `${address} ${port}`;
const isWildcard = (address: string): boolean => address === '0.0.0.0' || address === '::';

export class Streams {
  readonly #connections = new Map<string, Connection>();
  readonly #aliases = new Map<string, Connection>();
  readonly #opening = new Map<string, Promise<Connection>>();
  /** Sockets that peers opened, and how many each address has. */
  readonly #inbound = new Set<net.Socket>();
  readonly #perSource = new Map<string, number>();
  /** Sockets on which there is no SIP yet. */
  readonly #unfinished = new Set<net.Socket>();

  private constructor(
    private readonly kind: StreamKind,
    private readonly server: net.Server | undefined,
    private readonly place: StreamPlace,
    private readonly events: StreamEvents,
    private readonly clock: Clock,
    private readonly options: StreamOptions,
  ) {
    server?.on('connection', (socket) => this.#accept(socket));
    // What the system refuses to accept (no descriptors left) is one connection less, not the end of the program.
    server?.on('error', (error) => events.onRefused('', errorMessage(error)));
  }

  static async open(
    kind: StreamKind,
    place: StreamPlace,
    events: StreamEvents,
    clock: Clock,
    options: StreamOptions,
  ): Promise<Streams> {
    const { address, port, listens } = place;
    const server = listens ? net.createServer({ noDelay: true }) : undefined;
    if (server) {
      server.listen({ port, host: address, ipv6Only: isIPv6(address) });
      await once(server, 'listening');
    }
    return new Streams(kind, server, place, events, clock, options);
  }

  /** The one that is listened on. */
  get port(): number {
    return this.server ? (this.server.address() as net.AddressInfo).port : this.place.port;
  }

  /** Whether a connection to this peer is open. */
  connected(address: string, port: number): boolean {
    return this.#find(address, port, undefined) !== undefined;
  }

  /** Sends on the connection with that peer, or on a new one. Rejects with `TransportError`. */
  async send(bytes: Buffer, to: Destination): Promise<void> {
    const { address, port, connectPort, serverName } = to;
    // With a port to connect to instead, the other one is that of a connection by which something came.
    const open = this.#find(address, port, connectPort === undefined ? serverName : undefined);
    const connection =
      open ??
      this.#find(address, connectPort ?? port, serverName) ??
      (await this.#open(address, connectPort ?? port, serverName));
    await connection.send(bytes);
  }

  /** Requests to `port` of the peer may go over the connection that it opened (RFC 5923 § 4). Never another address. */
  alias(address: string, connectionPort: number, port: number, host: string): void {
    const connection = this.#connections.get(keyOf(address, connectionPort));
    // RFC 5923 § 8: over TLS only one that has proved to be the host that it names.
    const proved = !this.kind.leadsTo || (connection && this.kind.leadsTo(connection, host));
    if (connection && proved && !this.#find(address, port, undefined))
      this.#aliases.set(keyOf(address, port), connection);
  }

  async close(): Promise<void> {
    const closed = this.server ? once(this.server, 'close') : undefined;
    this.server?.close();
    for (const connection of this.#connections.values()) connection.destroy();
    for (const socket of this.#unfinished) socket.destroy(new TransportError('CLOSED', 'the face is closed'));
    await closed;
  }

  /**
   * One that a peer opened is found by the port that it opened it from, whoever it is; others must lead to `serverName`. A URI
   * with an address names nobody: whoever proved a name at that address when we connected is who is meant.
   */
  #find(address: string, port: number, serverName: string | undefined): Connection | undefined {
    const key = keyOf(address, port);
    const fits = (connection: Connection | undefined, byPort: boolean): boolean =>
      connection?.usable === true &&
      ((byPort && (!connection.opened || serverName === address)) ||
        serverName === undefined ||
        this.kind.leadsTo?.(connection, serverName) !== false);
    const [direct, aliased] = [this.#connections.get(key), this.#aliases.get(key)];
    return fits(direct, true) ? direct : fits(aliased, false) ? aliased : undefined;
  }

  #open(address: string, port: number, serverName: string | undefined): Promise<Connection> {
    const key = `${keyOf(address, port)} ${serverName ?? ''}`;
    const opening =
      this.#opening.get(key) ?? this.#connect(address, port, serverName).finally(() => this.#opening.delete(key));
    this.#opening.set(key, opening);
    return opening;
  }

  async #connect(address: string, port: number, serverName: string | undefined): Promise<Connection> {
    const { protocol, connect } = this.kind;
    const where = `${protocol}:${address}:${port}`;
    if (!connect) throw new TransportError('CLOSED', `${where} is not connected, and only it can connect to us`);
    const { connectTimeout } = this.options;
    const localAddress = isWildcard(this.place.address) ? undefined : this.place.address;
    let socket: net.Socket | undefined;
    const timer = this.clock.setTimer(connectTimeout, () =>
      socket?.destroy(new TransportError('TIMEOUT', `${where}: no connection in ${connectTimeout} ms`)),
    );
    const made = (one: net.Socket): void => {
      socket = one;
      this.#unfinished.add(one);
    };
    try {
      return this.#adopt(await connect({ address, port, localAddress, serverName }, made), true);
    } catch (error) {
      throw connectError(error, where, this.kind.explain?.(error as Error, where));
    } finally {
      timer.cancel();
      if (socket) this.#unfinished.delete(socket);
    }
  }

  #accept(socket: net.Socket): void {
    const { remoteAddress: address = '' } = socket;
    const already = this.#perSource.get(address) ?? 0;
    if (!address || already >= this.options.perSource || this.#inbound.size >= this.options.inAll) {
      socket.destroy();
      return this.events.onRefused(address, 'too many connections');
    }
    this.#count(socket, address);
    prepareSocket(socket);
    const timer = this.clock.setTimer(this.options.connectTimeout, () => socket.destroy());
    const done = (): void => {
      timer.cancel();
      this.#unfinished.delete(socket);
    };
    this.#unfinished.add(socket);
    socket.once('close', done);
    this.kind.accept(
      socket,
      (wire) => {
        done();
        this.#adopt(wire, false);
      },
      (why) => this.events.onRefused(address, why),
    );
  }

  #count(socket: net.Socket, address: string): void {
    this.#inbound.add(socket);
    this.#perSource.set(address, (this.#perSource.get(address) ?? 0) + 1);
    socket.once('close', () => {
      this.#inbound.delete(socket);
      const left = (this.#perSource.get(address) ?? 1) - 1;
      if (left > 0) this.#perSource.set(address, left);
      else this.#perSource.delete(address);
    });
  }

  #adopt(wire: Wire, opened: boolean): Connection {
    const connection = new Connection(
      wire,
      opened,
      {
        onItem: (item, from) => this.events.onItem(item, from),
        onClosed: (closed, cause) => this.#closed(closed, cause),
      },
      this.clock,
      this.options,
    );
    this.#connections.set(keyOf(connection.address, connection.port), connection);
    return connection;
  }

  #closed(connection: Connection, cause: Error | undefined): void {
    const { address, port } = connection;
    if (this.#connections.get(keyOf(address, port)) === connection) this.#connections.delete(keyOf(address, port));
    for (const [key, aliased] of this.#aliases) if (aliased === connection) this.#aliases.delete(key);
    const where = `${this.kind.protocol}:${address}:${port}`;
    this.events.onClosed(address, port, cause && connection.opened ? this.kind.explain?.(cause, where) : undefined);
  }
}

function connectError(error: unknown, where: string, explained: TransportError | undefined): TransportError {
  if (error instanceof TransportError) return error;
  if (explained) return explained;
  const code = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'REFUSED' : 'UNREACHABLE';
  return new TransportError(code, `${where}: ${errorMessage(error)}`, error);
}

/** Plain TCP. */
export const tcpKind: StreamKind = {
  protocol: 'tcp',
  accept: (socket, ready) => ready(socketWire(socket)),
  async connect({ address, port, localAddress }, made) {
    const socket = net.connect({ host: address, port, noDelay: true, ...(localAddress ? { localAddress } : {}) });
    made(socket);
    await once(socket, 'connect');
    prepareSocket(socket);
    return socketWire(socket);
  },
};
