/**
 * One connection, whichever side opened it: bytes in, messages out. Closes itself when it stood idle, when a message that
 * was begun is not finished, when what comes is no SIP, and when the peer does not read what we write. Those that we opened
 * are held open by pings (RFC 5626 § 4.4.1).
 */
import type { Clock, Timer } from '../../base/clock.js';
import type { StreamItem } from '../message/stream.js';
import { TransportError, type Identities } from './types.js';
import type { Wire } from './wire.js';

export interface StreamOptions {
  /** Milliseconds without traffic after which a connection that a peer opened is closed. */
  readonly idle: number;
  /** The same for one that we opened: longer than from one registration to the next, as calls come to us by it. */
  readonly idleOpened: number;
  /** Milliseconds in which a connection must be made, and in which TLS and WebSocket on it must be. */
  readonly connectTimeout: number;
  /** Milliseconds in which a message that was begun must be there. */
  readonly messageTimeout: number;
  /** Connections at once from one address, and from all; more are refused. */
  readonly perSource: number;
  readonly inAll: number;
  /** Bytes that may wait to be taken by the peer. */
  readonly unsent: number;
  /** Milliseconds between pings on connections that we opened, at the most; 80 % of it at the least. */
  readonly ping: number;
  /** Milliseconds in which a peer that has answered pings before answers the next. */
  readonly pong: number;
}

export const STREAM_DEFAULTS: StreamOptions = {
  idle: 660_000,
  idleOpened: 7_200_000,
  connectTimeout: 4000,
  messageTimeout: 30_000,
  perSource: 64,
  inAll: 2000,
  unsent: 1 << 20,
  ping: 120_000,
  pong: 10_000,
};

const PING = Buffer.from('\r\n\r\n');
/** The answer to a ping is a single CRLF (RFC 5626 § 3.5.1). */
const PONG = Buffer.from('\r\n');

export interface ConnectionEvents {
  onItem(item: StreamItem, connection: Connection): void;
  onClosed(connection: Connection, cause: Error | undefined): void;
}

export class Connection {
  readonly address: string;
  readonly port: number;
  readonly localAddress: string;
  readonly identities: Identities | undefined;
  #lastTraffic: number;
  #idle: Timer;
  #message: Timer | undefined;
  #ping: Timer | undefined;
  /** A ping of ours has no answer yet. */
  #pinged = false;
  /** The peer answers pings. */
  #answersPings = false;

  constructor(
    private readonly wire: Wire,
    /** Whether we opened it. */
    readonly opened: boolean,
    private readonly events: ConnectionEvents,
    private readonly clock: Clock,
    private readonly options: StreamOptions,
  ) {
    this.address = wire.address;
    this.port = wire.port;
    this.localAddress = wire.localAddress;
    this.identities = wire.identities;
    this.#lastTraffic = clock.monotonic();
    this.#idle = this.#watch(this.#mostIdle);
    wire.listen(
      (chunk) => this.#receive(chunk),
      (cause) => this.#closed(cause),
    );
    if (opened) this.#schedulePing();
  }

  /** Whether something can still be sent: not when either side has begun to close. */
  get usable(): boolean {
    return this.wire.writable;
  }

  /** Resolves when the kernel has taken the bytes. Rejects with `CLOSED`. */
  send(bytes: Buffer): Promise<void> {
    this.#lastTraffic = this.clock.monotonic();
    return this.#write(bytes);
  }

  /** Closes when what was sent before has left. */
  end(): void {
    this.wire.end();
    // A peer that never closes its side is not waited for.
    this.#message?.cancel();
    this.#message = this.clock.setTimer(this.options.connectTimeout, () => this.wire.destroy());
  }

  destroy(): void {
    this.wire.destroy();
  }

  get #mostIdle(): number {
    return this.opened ? this.options.idleOpened : this.options.idle;
  }

  #write(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      const closed = (cause?: Error): void =>
        reject(new TransportError('CLOSED', `the connection with ${this.address}:${this.port} is closed`, cause));
      if (!this.usable) return closed();
      this.wire.write(bytes, (error) => (error ? closed(error) : resolve()));
      if (this.wire.waiting > this.options.unsent) this.wire.destroy();
    });
  }

  #receive(chunk: Buffer): void {
    const { framing } = this.wire;
    if (framing.broken) return;
    this.#lastTraffic = this.clock.monotonic();
    const items = framing.push(this.#pinged ? this.#withoutPong(chunk) : chunk);
    for (const item of items) {
      if (item.kind === 'ping') this.#write(PONG).catch(() => {}); // Closed meanwhile: nobody waits for it.
      this.events.onItem(item, this);
    }
    if (framing.broken) return this.end();
    if (this.#message && framing.unfinished && items.length === 0) return;
    this.#message?.cancel();
    this.#message = framing.unfinished
      ? this.clock.setTimer(this.options.messageTimeout, () => this.wire.destroy())
      : undefined;
  }

  /** Whatever comes after a ping shows that the peer is there; a single CRLF is its answer, two are a ping of its own. */
  #withoutPong(chunk: Buffer): Buffer {
    this.#pinged = false;
    const starts = (text: Buffer): boolean => chunk.subarray(0, text.length).equals(text);
    if (this.wire.framing.unfinished || !starts(PONG) || starts(PING)) return chunk;
    this.#answersPings = true;
    return chunk.subarray(PONG.length);
  }

  #schedulePing(): void {
    const pause = this.options.ping * (0.8 + 0.2 * Math.random());
    this.#ping = this.clock.setTimer(pause, () => {
      this.#pinged = true;
      this.#write(PING).catch(() => {}); // Closed meanwhile, which is told by `onClosed`.
      this.#ping = this.clock.setTimer(this.options.pong, () => this.#checkPong());
    });
  }

  /** RFC 5626 § 4.4.1: a flow without its pong is dead. Not every peer knows pings: only one that did counts. */
  #checkPong(): void {
    if (this.#pinged && this.#answersPings) return this.wire.destroy();
    this.#schedulePing();
  }

  /** One timer that looks again, rather than a new one with each message. */
  #watch(delay: number): Timer {
    return this.clock.setTimer(delay, () => {
      const left = this.#lastTraffic + this.#mostIdle - this.clock.monotonic();
      if (left > 0) this.#idle = this.#watch(left);
      else this.end();
    });
  }

  #closed(cause: Error | undefined): void {
    for (const timer of [this.#idle, this.#message, this.#ping]) timer?.cancel();
    this.events.onClosed(this, cause);
  }
}
