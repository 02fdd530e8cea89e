/** One connected application (a drachtio-srf program): its tags, the methods that it wants, and what is written to it. */
import { randomUUID } from 'node:crypto';
import type net from 'node:net';
import { Gathered } from '../../base/gathered.js';
import type { SipMessage } from '../message/message.js';
import { serialize } from '../message/serialize.js';
import type { Protocol } from '../transport/types.js';
import { encodeFrame, FrameParser } from './framing.js';

/** Tokens of a message, and what followed them. */
export interface ApplicationMessage {
  readonly id: string;
  readonly tokens: readonly string[];
  /** The SIP message. */
  readonly payload: Buffer;
}

export interface SentOrReceived {
  readonly source: 'network' | 'application';
  readonly message: SipMessage;
  /** Empty where the protocol of applications leaves it out; unknown of what was on no wire. */
  readonly protocol: Protocol | '' | 'unknown';
  readonly address: string;
  readonly port: number;
}

export interface ApplicationEvents {
  onMessage(message: ApplicationMessage): void;
  onGone(): void;
}

/** `HH:MM:SS.micro`, the time of day as the protocol writes it. */
function timeOfDay(now: number): string {
  if (now !== told.now) told = { now, time: `${new Date(now).toISOString().slice(11, 23)}000` };
  return told.time;
}

/** What comes together is told with the same time. */
let told = { now: Number.NaN, time: '' };

export class Application {
  authenticated = false;
  tags: readonly string[] = [];
  readonly verbs = new Set<string>();
  readonly #parser = new FrameParser();
  #open = true;
  readonly #frames = new Gathered<Buffer>((frames) => {
    if (this.#open) this.socket.write(Buffer.concat(frames));
  });

  /** `dialled`: whether we connected to it, for one request (outbound mode). */
  constructor(
    private readonly socket: net.Socket,
    readonly dialled: boolean,
    private readonly now: () => number,
    events: ApplicationEvents,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      const frames = this.#parser.push(chunk);
      const messages = frames?.map(parseFrame);
      if (!messages || messages.includes(undefined)) socket.destroy();
      else for (const message of messages) if (message && this.#open) events.onMessage(message);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#open = false;
      events.onGone();
    });
  }

  get connected(): boolean {
    return this.#open;
  }

  /** Ends the connection when what was written has gone out. */
  end(): void {
    this.#frames.flush();
    this.socket.end();
  }

  /** Breaks the connection. */
  drop(): void {
    this.#frames.flush();
    this.socket.destroy();
  }

  /** Answers a message of the application. */
  reply(id: string, ...tokens: readonly string[]): void {
    this.#write(`response|${id}|${tokens.join('|')}`);
  }

  /** Answers with a SIP message as it went to the wire or came from it. `last`: the tokens after the transaction id. */
  replyMessage(id: string, sent: SentOrReceived, transactionId: string, ...last: readonly string[]): void {
    const bytes = serialize(sent.message);
    this.#write(`response|${id}|OK|${this.#origin(sent, bytes)}|${transactionId}|${last.join('|')}\r\n`, bytes);
  }

  /** Hands a message on. `where`: the local address and port, for new requests. */
  deliver(received: SentOrReceived, transactionId: string, dialogId: string, where?: readonly [string, number]): void {
    const local = where ? `${where[0]}|${where[1]}|` : '';
    const bytes = serialize(received.message);
    this.#write(`sip|${this.#origin(received, bytes)}|${transactionId}|${dialogId}|${local}\r\n`, bytes);
  }

  /** A call detail record (`cdr:attempt`, `cdr:start`, `cdr:stop`). */
  record(kind: string, source: string, message: SipMessage, ...more: readonly string[]): void {
    this.#write(`${[kind, source, timeOfDay(this.now()), ...more].join('|')}\r\n`, serialize(message));
  }

  #origin({ source, protocol, address, port }: SentOrReceived, bytes: Buffer): string {
    // What never was on a wire has no length.
    return `${source}|${address === '' ? 0 : bytes.length}|${protocol}|${address}|${port}|${timeOfDay(this.now())}`;
  }

  /** What is written while the loop deals with what came goes to the kernel at once, when that is done. */
  #write(head: string, message?: Buffer): void {
    if (this.#open) this.#frames.add(encodeFrame(`${randomUUID()}|${head}`, message));
  }
}

function parseFrame(frame: Buffer): ApplicationMessage | undefined {
  const end = frame.indexOf('\r\n');
  const [id = '', ...tokens] = frame.toString('utf8', 0, end < 0 ? frame.length : end).split('|');
  return tokens.length === 0 ? undefined : { id, tokens, payload: frame.subarray(end < 0 ? frame.length : end + 2) };
}
