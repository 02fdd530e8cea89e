/** A raw SIP socket at an address of the test network: sends what it is told and keeps every byte that comes back. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import { RawMessage, rawText } from '../sip/raw-message.js';

export interface AskOptions {
  readonly extension?: string;
  readonly extra?: readonly string[];
  readonly body?: string;
  /** How long an answer is waited for. */
  readonly ms: number;
}

let sent = 0;

export class Caller {
  readonly heard: RawMessage[] = [];
  readonly #socket: dgram.Socket;
  readonly #host: string;
  readonly #target: string;

  private constructor(socket: dgram.Socket, host: string, target: string) {
    this.#socket = socket;
    this.#host = host;
    this.#target = target;
    socket.on('message', (bytes) => {
      this.heard.push(new RawMessage(bytes.toString()));
      socket.emit('heard');
    });
  }

  /** `target`: the address whose port 5060 it talks to. */
  static async open(host: string, target: string): Promise<Caller> {
    const socket = dgram.createSocket('udp4');
    socket.bind(0, host);
    await once(socket, 'listening');
    return new Caller(socket, host, target);
  }

  /** Sends a request outside a dialog, once. Gives its branch. */
  send(method: string, uri: string, options: Partial<AskOptions> = {}): string {
    const number = ++sent;
    const branch = `z9hG4bK-caller-${process.pid}-${number}`;
    const at = `${this.#host}:${this.#socket.address().port}`;
    const own = `<sip:${options.extension ?? 'scanner'}@${this.#target}>`;
    const body = options.body ?? '';
    const lines = [
      `Via: SIP/2.0/UDP ${at};branch=${branch};rport`,
      'Max-Forwards: 70',
      `From: ${own};tag=c${number}`,
      `To: ${method === 'REGISTER' ? own : `<${uri}>`}`,
      `Call-ID: caller-${process.pid}-${number}`,
      `CSeq: ${number} ${method}`,
      `Contact: <sip:scanner@${at}>`,
      'User-Agent: friendly-scanner',
      ...(options.extra ?? []),
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
    ];
    this.#socket.send(rawText(`${method} ${uri} SIP/2.0`, lines, body), 5060, this.#target);
    return branch;
  }

  /** The same, and its final response; undefined where none comes in time. */
  async ask(method: string, uri: string, options: AskOptions): Promise<RawMessage | undefined> {
    const branch = this.send(method, uri, options);
    const found = (): RawMessage | undefined =>
      this.heard.find((one) => one.branch === branch && (one.status ?? 0) >= 200);
    const signal = AbortSignal.timeout(options.ms);
    while (!found() && !signal.aborted) await once(this.#socket, 'heard', { signal }).catch(() => undefined);
    return found();
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}
