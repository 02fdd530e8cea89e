/** Peers on real loopback sockets that send and show raw bytes; every wait is for an event. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';

/** What arrives, in order; whoever asks before it is there waits. */
class Inbox<T> {
  readonly #items: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  put(item: T): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(item);
    else this.#items.push(item);
  }

  take(): Promise<T> {
    const item = this.#items.shift();
    return item === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(item);
  }

  get size(): number {
    return this.#items.length;
  }
}

export class UdpPeer {
  readonly #inbox = new Inbox<string>();

  private constructor(private readonly socket: dgram.Socket) {
    socket.on('message', (bytes) => this.#inbox.put(bytes.toString()));
    socket.on('error', () => {}); // Refusals of what a test sent to a closed port.
  }

  static async open(address = '127.0.0.1'): Promise<UdpPeer> {
    const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new UdpPeer(socket);
  }

  get port(): number {
    return this.socket.address().port;
  }

  send(text: string | Buffer, port: number, address = this.socket.address().address): void {
    this.socket.send(text, port, address);
  }

  /** The next datagram, as text. */
  next(): Promise<string> {
    return this.#inbox.take();
  }

  async close(): Promise<void> {
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }
}

export class TcpPeer {
  readonly #inbox = new Inbox<string>();
  readonly closed: Promise<void>;

  constructor(private readonly socket: net.Socket) {
    socket.on('data', (bytes) => this.#inbox.put(bytes.toString()));
    socket.on('error', () => {}); // `closed` tells.
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  static async connect(port: number, address = '127.0.0.1'): Promise<TcpPeer> {
    const socket = net.connect(port, address);
    await once(socket, 'connect');
    return new TcpPeer(socket);
  }

  get port(): number {
    return this.socket.localPort ?? 0;
  }

  send(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** The next bytes, as text. */
  next(): Promise<string> {
    return this.#inbox.take();
  }

  /** Stops reading: what is sent to it stays with the sender. */
  pause(): void {
    this.socket.pause();
  }

  close(): void {
    this.socket.destroy();
  }
}

/** A TCP listener that hands out the connections it takes. */
export class TcpListener {
  readonly #inbox = new Inbox<TcpPeer>();
  readonly #taken: net.Socket[] = [];

  private constructor(private readonly server: net.Server) {
    server.on('connection', (socket) => {
      this.#taken.push(socket);
      this.#inbox.put(new TcpPeer(socket));
    });
  }

  static async open(): Promise<TcpListener> {
    const server = net.createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpListener(server);
  }

  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  next(): Promise<TcpPeer> {
    return this.#inbox.take();
  }

  /** Connections that nobody asked for yet. */
  get waiting(): number {
    return this.#inbox.size;
  }

  /** Stops listening and closes what it took. */
  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.#taken) socket.destroy();
    await closed;
  }
}
