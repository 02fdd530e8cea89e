/**
 * The TCP side of a face: the connections that peers opened and those that we did, found by the peer's address and port (or
 * by an alias, RFC 5923) and used again in both directions (RFC 3261 § 18).
 */
import net from 'node:net';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Clock } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { StreamItem } from '../message/stream.js';
import { isWildcard } from './faces.js';
import { TcpConnection, type TcpOptions } from './tcp-connection.js';
import { TransportError } from './types.js';

export interface TcpEvents {
  onItem(item: StreamItem, connection: TcpConnection): void;
  /** A connection is gone. */
  onClosed(address: string, port: number): void;
  /** A connection was not taken because there are too many. */
  onRefused(address: string): void;
}

const keyOf = (address: string, port: number): string => `${address} ${port}`;

export class TcpFace {
  readonly #connections = new Map<string, TcpConnection>();
  readonly #aliases = new Map<string, TcpConnection>();
  readonly #opening = new Map<string, Promise<TcpConnection>>();
  readonly #unfinished = new Set<net.Socket>();
  readonly #inbound = new Set<TcpConnection>();

  private constructor(
    private readonly server: net.Server,
    private readonly address: string,
    private readonly events: TcpEvents,
    private readonly clock: Clock,
    private readonly options: TcpOptions,
  ) {
    server.on('connection', (socket) => this.#accept(socket));
    // What the system refuses to accept (no descriptors left) is one connection less, not the end of the program.
    server.on('error', (error) => events.onRefused(errorMessage(error)));
  }

  static async listen(
    address: string,
    port: number,
    events: TcpEvents,
    clock: Clock,
    options: TcpOptions,
  ): Promise<TcpFace> {
    const server = net.createServer({ noDelay: true });
    server.listen({ port, host: address, ipv6Only: isIPv6(address) });
    await once(server, 'listening');
    return new TcpFace(server, address, events, clock, options);
  }

  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  /** Whether a connection to this peer is open. */
  connected(address: string, port: number): boolean {
    return this.#find(address, port) !== undefined;
  }

  /**
   * Sends on the connection with that peer, or on a new one. `connectPort`: where to connect to instead, when the peer's own
   * connection is gone. Rejects with `TransportError`.
   */
  async send(bytes: Buffer, address: string, port: number, connectPort = port): Promise<void> {
    const open = this.#find(address, port) ?? this.#find(address, connectPort);
    const connection = open ?? (await this.#open(address, connectPort));
    await connection.send(bytes);
  }

  /** Requests to `port` of the peer may go over the connection that it opened (RFC 5923 § 4). Never another address. */
  alias(address: string, connectionPort: number, port: number): void {
    const connection = this.#connections.get(keyOf(address, connectionPort));
    if (connection && !this.#find(address, port)) this.#aliases.set(keyOf(address, port), connection);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const connection of this.#connections.values()) connection.destroy();
    for (const socket of this.#unfinished) socket.destroy(new TransportError('CLOSED', 'the face is closed'));
    await closed;
  }

  #find(address: string, port: number): TcpConnection | undefined {
    const key = keyOf(address, port);
    return [this.#connections.get(key), this.#aliases.get(key)].find((connection) => connection?.usable);
  }

  #open(address: string, port: number): Promise<TcpConnection> {
    const key = keyOf(address, port);
    const opening = this.#opening.get(key) ?? this.#connect(address, port).finally(() => this.#opening.delete(key));
    this.#opening.set(key, opening);
    return opening;
  }

  async #connect(address: string, port: number): Promise<TcpConnection> {
    const { connectTimeout } = this.options;
    const local = isWildcard(this.address) ? {} : { localAddress: this.address };
    const socket = net.connect({ host: address, port, noDelay: true, ...local });
    this.#unfinished.add(socket);
    const timer = this.clock.setTimer(connectTimeout, () =>
      socket.destroy(new TransportError('TIMEOUT', `no connection to ${address}:${port} in ${connectTimeout} ms`)),
    );
    try {
      await once(socket, 'connect');
    } catch (error) {
      throw connectError(error, address, port);
    } finally {
      timer.cancel();
      this.#unfinished.delete(socket);
    }
    return this.#adopt(socket);
  }

  #accept(socket: net.Socket): void {
    const { remoteAddress: address } = socket;
    const already = [...this.#inbound].filter((one) => one.address === address).length;
    if (!address || already >= this.options.perSource || this.#inbound.size >= this.options.inAll) {
      socket.destroy();
      this.events.onRefused(address ?? '');
    } else this.#inbound.add(this.#adopt(socket));
  }

  #adopt(socket: net.Socket): TcpConnection {
    const connection = new TcpConnection(
      socket,
      { onItem: (item, from) => this.events.onItem(item, from), onClosed: (closed) => this.#closed(closed) },
      this.clock,
      this.options,
    );
    this.#connections.set(keyOf(connection.address, connection.port), connection);
    return connection;
  }

  #closed(connection: TcpConnection): void {
    const { address, port } = connection;
    this.#inbound.delete(connection);
    if (this.#connections.get(keyOf(address, port)) === connection) this.#connections.delete(keyOf(address, port));
    for (const [key, aliased] of this.#aliases) if (aliased === connection) this.#aliases.delete(key);
    this.events.onClosed(address, port);
  }
}

function connectError(error: unknown, address: string, port: number): TransportError {
  if (error instanceof TransportError) return error;
  const code = (error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'REFUSED' : 'UNREACHABLE';
  return new TransportError(code, `tcp:${address}:${port}: ${errorMessage(error)}`, error);
}
