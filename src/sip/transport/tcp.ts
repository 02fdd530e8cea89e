/**
 * TCP connections of a face: those that peers opened and those that we did, kept by the peer's address and port and used
 * again in both directions (RFC 3261 § 18), closed when they stood idle.
 */
import net from 'node:net';
import { once } from 'node:events';
import { DSCP, setDscp } from '../../base/socket-options.js';
import type { Clock, Timer } from '../../base/clock.js';
import { StreamParser, type StreamItem } from '../message/stream.js';

export interface TcpEvents {
  onItem(item: StreamItem, address: string, port: number): void;
  /** A connection that carried messages is gone. */
  onClosed(address: string, port: number): void;
}

export interface TcpOptions {
  /** Milliseconds without traffic after which a connection is closed. */
  readonly idle: number;
  /** Milliseconds in which a connection must be made. */
  readonly connectTimeout: number;
  /** Connections at once from one address; more are refused. */
  readonly perSource: number;
}

export const TCP_DEFAULTS: TcpOptions = { idle: 660_000, connectTimeout: 4000, perSource: 64 };

interface Connection {
  readonly socket: net.Socket;
  idle: Timer;
}

export class TcpFace {
  readonly #connections = new Map<string, Connection>();
  readonly #opening = new Map<string, Promise<Connection>>();
  readonly #server: net.Server;

  private constructor(
    server: net.Server,
    private readonly address: string,
    private readonly events: TcpEvents,
    private readonly clock: Clock,
    private readonly options: TcpOptions,
  ) {
    this.#server = server;
    server.on('connection', (socket) => this.#accept(socket));
  }

  static async listen(
    address: string,
    port: number,
    events: TcpEvents,
    clock: Clock,
    options: TcpOptions = TCP_DEFAULTS,
  ): Promise<TcpFace> {
    const server = net.createServer({ noDelay: true });
    const face = new TcpFace(server, address, events, clock, options);
    server.listen(port, address);
    await once(server, 'listening');
    return face;
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  /** Whether a connection to this peer is open. */
  connected(address: string, port: number): boolean {
    return this.#connections.has(`${address}:${port}`);
  }

  async send(bytes: Buffer, address: string, port: number): Promise<void> {
    const key = `${address}:${port}`;
    const connection = this.#connections.get(key) ?? (await (this.#opening.get(key) ?? this.#open(address, port)));
    this.#touch(connection);
    await new Promise<void>((resolve, reject) => {
      connection.socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  async close(): Promise<void> {
    for (const { socket } of this.#connections.values()) socket.destroy();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #open(address: string, port: number): Promise<Connection> {
    const key = `${address}:${port}`;
    const opening = this.#connect(address, port).finally(() => this.#opening.delete(key));
    this.#opening.set(key, opening);
    return opening;
  }

  async #connect(address: string, port: number): Promise<Connection> {
    const socket = net.connect({ host: address, port, localAddress: this.address, noDelay: true });
    const timer = this.clock.setTimer(this.options.connectTimeout, () =>
      socket.destroy(new Error(`no connection to ${address}:${port} in ${this.options.connectTimeout} ms`)),
    );
    try {
      await once(socket, 'connect');
    } finally {
      timer.cancel();
    }
    return this.#adopt(socket, address, port);
  }

  #accept(socket: net.Socket): void {
    const { remoteAddress: address, remotePort: port } = socket;
    const already = [...this.#connections.values()].filter((one) => one.socket.remoteAddress === address).length;
    if (!address || !port || already >= this.options.perSource) socket.destroy();
    else this.#adopt(socket, address, port);
  }

  #adopt(socket: net.Socket, address: string, port: number): Connection {
    const key = `${address}:${port}`;
    const parser = new StreamParser();
    const connection: Connection = { socket, idle: this.#idleTimer(socket) };
    this.#connections.set(key, connection);
    setDscp(socket, DSCP.signalling);
    socket.on('data', (chunk) => {
      this.#touch(connection);
      for (const item of parser.push(chunk)) {
        this.events.onItem(item, address, port);
        if (item.kind === 'failure') socket.end();
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      connection.idle.cancel();
      this.#connections.delete(key);
      this.events.onClosed(address, port);
    });
    return connection;
  }

  #touch(connection: Connection): void {
    connection.idle.cancel();
    connection.idle = this.#idleTimer(connection.socket);
  }

  #idleTimer(socket: net.Socket): Timer {
    return this.clock.setTimer(this.options.idle, () => socket.end());
  }
}
