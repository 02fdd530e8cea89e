/** A TCP proxy between an application and the server's application port that keeps every frame of the drachtio protocol. */
import net from 'node:net';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { PATIENCE_MS } from '../until.js';
import type { Frame, Sender } from './conversation.js';

interface Waiting {
  readonly wants: (frame: Frame) => boolean;
  readonly take: (frame: Frame) => void;
}

/** An application's own end of its connection. */
export interface ApplicationEnd {
  readonly socket: net.Socket;
  /** Calls `then` when the application reads the answer to the frame with this id. */
  onAnswer(id: string, then: () => void): void;
}

const BARRIER = 'barrier-';

export class Recorder {
  readonly frames: Frame[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #sockets: net.Socket[] = [];
  #barriers = 0;

  private constructor(private readonly server: net.Server) {}

  /** Frames pass between applications that connect here and the server's port. */
  static async open(serverPort: number): Promise<Recorder> {
    const server = net.createServer();
    const recorder = new Recorder(server);
    server.on('connection', (application) => recorder.#join(application, serverPort));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return recorder;
  }

  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  /** The first frame that fits, passed already or to come. */
  async seen(sender: Sender, wants: (text: string) => boolean, what: string): Promise<Frame> {
    const fits = (frame: Frame): boolean => frame.sender === sender && wants(frame.text);
    const found = this.frames.find(fits);
    if (found) return found;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const last = this.frames.slice(-6).map((frame) => `${frame.sender}: ${frame.text.slice(0, 150)}`);
        reject(new Error(`the recorder waited for ${what}; the last frames were:\n${last.join('\n')}`));
      }, PATIENCE_MS).unref(); // a test that is over does not wait for what it did not need
      const take = (frame: Frame): void => {
        clearTimeout(timer);
        resolve(frame);
      };
      this.#waiting.push({ wants: fits, take });
    });
  }

  /** Waits until at least this many frames of a sender passed. */
  async count(sender: Sender, count: number): Promise<void> {
    const enough = (): boolean => this.frames.filter((frame) => frame.sender === sender).length >= count;
    if (!enough()) await this.seen(sender, enough, `${count} frames of the ${sender}`);
  }

  /** Keeps back the server's frames from the first that fits on, until the returned function is called. */
  hold(wants: (text: string) => boolean): () => void {
    const held: (() => void)[] = [];
    let open = false;
    this.#gate = (frame, on) => {
      if (open || frame.sender !== 'server' || (held.length === 0 && !wants(frame.text))) on();
      else held.push(on);
    };
    return () => {
      open = true;
      for (const on of held) on();
    };
  }

  #gate: (frame: Frame, on: () => void) => void = (_, on) => on();

  /** The application's end of its connection, if it is known and open. */
  application: () => ApplicationEnd | undefined = () => undefined;

  /**
   * Waits until the server has answered everything that went to it before, and the application has read that: a ping goes the
   * same way after it, there and back. Where the application is not known it goes from here to the server and back.
   */
  async settle(): Promise<void> {
    const socket = this.#sockets.findLast((one) => !one.destroyed);
    if (!socket) return;
    const id = `${BARRIER}${this.#barriers++}`;
    const text = `${id}|ping`;
    const frame = `${Buffer.byteLength(text)}#${text}`;
    const application = this.application();
    const passed = new Promise<void>((resolve) => {
      if (application) application.onAnswer(id, resolve);
      else this.#passing.set(id, resolve);
    });
    (application?.socket ?? socket).write(frame);
    await passed;
    // drachtio-srf tells some of what it read a turn later.
    for (let turns = 0; turns < 2; turns++) await turn();
  }

  readonly #passing = new Map<string, () => void>();

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  #join(application: net.Socket, serverPort: number): void {
    const server = net.connect(serverPort, '127.0.0.1');
    application.setNoDelay(true);
    server.setNoDelay(true);
    this.#sockets.push(server);
    this.#pipe(application, server, 'application');
    this.#pipe(server, application, 'server');
  }

  #pipe(from: net.Socket, to: net.Socket, sender: Sender): void {
    let buffer: Buffer = Buffer.alloc(0);
    from.on('data', (chunk) => {
      buffer = Buffer.concat([buffer, chunk]);
      for (;;) {
        const hash = buffer.indexOf('#');
        const end = hash + 1 + Number(buffer.subarray(0, Math.max(0, hash)).toString());
        if (hash < 0 || buffer.length < end) return;
        const frame = buffer.subarray(0, end);
        this.#pass({ sender, text: frame.subarray(hash + 1).toString() }, () => to.write(frame));
        buffer = buffer.subarray(end);
      }
    });
    from.on('error', () => from.destroy());
    from.on('close', () => to.end());
  }

  #pass(frame: Frame, on: () => void): void {
    const barrier = new RegExp(`\\|response\\|(${BARRIER}\\d+)\\|`).exec(frame.text)?.[1];
    if (barrier !== undefined || frame.text.startsWith(BARRIER)) {
      const passed = this.#passing.get(barrier ?? '');
      return passed ? passed() : on();
    }
    this.#gate(frame, on);
    this.frames.push(frame);
    const index = this.#waiting.findIndex((one) => one.wants(frame));
    const [waiting] = index < 0 ? [] : this.#waiting.splice(index, 1);
    waiting?.take(frame);
  }
}
