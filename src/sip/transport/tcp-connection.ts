/**
 * One TCP connection, whichever side opened it: bytes in, messages out. Closes itself when it stood idle, when a message that
 * was begun is not finished, when what comes is no SIP, and when the peer does not read what we write.
 */
import type net from 'node:net';
import type { Clock, Timer } from '../../base/clock.js';
import { DSCP, setDscp } from '../../base/socket-options.js';
import { StreamParser, type StreamItem } from '../message/stream.js';
import { TransportError } from './types.js';

export interface TcpOptions {
  /** Milliseconds without traffic after which a connection is closed. */
  readonly idle: number;
  /** Milliseconds in which a connection must be made. */
  readonly connectTimeout: number;
  /** Milliseconds in which a message that was begun must be there. */
  readonly messageTimeout: number;
  /** Connections at once from one address, and from all; more are refused. */
  readonly perSource: number;
  readonly inAll: number;
  /** Bytes that may wait to be taken by the peer. */
  readonly unsent: number;
}

export const TCP_DEFAULTS: TcpOptions = {
  idle: 660_000,
  connectTimeout: 4000,
  messageTimeout: 30_000,
  perSource: 64,
  inAll: 2000,
  unsent: 1 << 20,
};

/** After this time the kernel asks whether a silent peer is still there. */
const KEEP_ALIVE_MS = 60_000;

export interface ConnectionEvents {
  onItem(item: StreamItem, connection: TcpConnection): void;
  onClosed(connection: TcpConnection): void;
}

export class TcpConnection {
  readonly address: string;
  readonly port: number;
  readonly localAddress: string;
  readonly #parser = new StreamParser();
  #lastTraffic: number;
  #idle: Timer;
  #message: Timer | undefined;

  constructor(
    private readonly socket: net.Socket,
    private readonly events: ConnectionEvents,
    private readonly clock: Clock,
    private readonly options: TcpOptions,
  ) {
    this.address = socket.remoteAddress ?? '';
    this.port = socket.remotePort ?? 0;
    this.localAddress = socket.localAddress ?? '';
    this.#lastTraffic = clock.monotonic();
    this.#idle = this.#watch(options.idle);
    setDscp(socket, DSCP.signalling, this.address.includes(':') ? 6 : 4);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#closed());
  }

  /** Whether something can still be sent: not when either side has begun to close. */
  get usable(): boolean {
    return this.socket.writable;
  }

  /** Resolves when the kernel has taken the bytes. Rejects with `CLOSED`. */
  send(bytes: Buffer): Promise<void> {
    this.#lastTraffic = this.clock.monotonic();
    return new Promise((resolve, reject) => {
      const closed = (cause?: Error): void =>
        reject(new TransportError('CLOSED', `the connection with ${this.address}:${this.port} is closed`, cause));
      if (!this.usable) return closed();
      this.socket.write(bytes, (error) => (error ? closed(error) : resolve()));
      if (this.socket.writableLength > this.options.unsent) this.socket.destroy();
    });
  }

  /** Closes when what was sent before has left. */
  end(): void {
    this.socket.end();
    // A peer that never closes its side is not waited for.
    this.#message?.cancel();
    this.#message = this.clock.setTimer(this.options.connectTimeout, () => this.socket.destroy());
  }

  destroy(): void {
    this.socket.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#parser.broken) return;
    this.#lastTraffic = this.clock.monotonic();
    const items = this.#parser.push(chunk);
    for (const item of items) this.events.onItem(item, this);
    if (this.#parser.broken) return this.end();
    if (this.#message && this.#parser.unfinished && items.length === 0) return;
    this.#message?.cancel();
    this.#message = this.#parser.unfinished
      ? this.clock.setTimer(this.options.messageTimeout, () => this.socket.destroy())
      : undefined;
  }

  /** One timer that looks again, rather than a new one with each message. */
  #watch(delay: number): Timer {
    return this.clock.setTimer(delay, () => {
      const left = this.#lastTraffic + this.options.idle - this.clock.monotonic();
      if (left > 0) this.#idle = this.#watch(left);
      else this.end();
    });
  }

  #closed(): void {
    this.#idle.cancel();
    this.#message?.cancel();
    this.events.onClosed(this);
  }
}
