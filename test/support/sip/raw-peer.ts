/**
 * A SIP user agent without a will of its own: a test tells it each message that it sends and waits for each that it should
 * get. It retransmits nothing, so that what a server repeats is seen. What was not waited for stays in the queue.
 */
import { RawMessage, rawText } from './raw-message.js';
import { PATIENCE_MS } from '../until.js';
import { tcpLink, udpLink, type Back, type RawLink } from './raw-link.js';

export interface RequestOptions {
  readonly uri?: string | undefined;
  readonly callId?: string;
  readonly cseq?: number;
  readonly fromTag?: string;
  readonly toTag?: string | undefined;
  readonly branch?: string | undefined;
  /** Full header lines. */
  readonly extra?: readonly string[];
  readonly body?: string;
  readonly contentType?: string;
  /** Instead of the usual `70`; null leaves the header out. */
  readonly maxForwards?: number | null;
  readonly to?: string;
  readonly from?: string;
  readonly contact?: string | null;
}

/** What was sent, to be built on by the next message of the same call. */
export interface Sent {
  readonly callId: string;
  readonly fromTag: string;
  readonly cseq: number;
  readonly branch: string;
  readonly uri: string;
  readonly method: string;
}

export interface AnswerOptions {
  readonly reason?: string;
  readonly toTag?: string;
  readonly contact?: boolean;
  readonly extra?: readonly string[];
  readonly body?: string;
}

interface Waiting {
  readonly wants: (message: RawMessage) => boolean;
  readonly take: (message: RawMessage) => void;
}

let calls = 0;

export class RawPeer {
  readonly #queue: RawMessage[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #back = new WeakMap<RawMessage, Back>();
  #link: RawLink | undefined;
  /** Every message that came, in order. */
  readonly heard: RawMessage[] = [];

  private constructor(
    private readonly serverPort: number,
    private readonly host: string,
    private readonly server: string,
  ) {}

  /**
   * `serverPort`, `server`: where requests go. `host`, `port`: the peer's own, for UDP; port 0 takes a free one.
   */
  static async open(
    serverPort: number,
    protocol: 'udp' | 'tcp' = 'udp',
    host = '127.0.0.1',
    port = 0,
    server = '127.0.0.1',
  ): Promise<RawPeer> {
    const peer = new RawPeer(serverPort, host, server);
    const receive = (text: string, back: Back): void => peer.#receive(text, back);
    peer.#link = await (protocol === 'udp' ? udpLink(receive, host, port, server) : tcpLink(receive));
    return peer;
  }

  get port(): number {
    return this.#opened.port;
  }

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  /** The peer as a target of calls. */
  uri(user: string): string {
    return `sip:${user}@${this.address}${this.#opened.protocol === 'TCP' ? ';transport=tcp' : ''}`;
  }

  request(method: string, options: RequestOptions = {}): Sent {
    const number = ++calls;
    const {
      uri = `sip:100@${this.server}:${this.serverPort}`,
      callId = `call-${number}@peer`,
      cseq = 1,
      fromTag = `pt${number}`,
      toTag,
      branch = `z9hG4bK-${number}-${method}-${cseq}`,
      extra = [],
      body = '',
      contentType = 'application/sdp',
      maxForwards = 70,
      from = `<sip:+48221234567@${this.address}>`,
      to = `<sip:100@${this.server}>`,
      contact = `<sip:+48221234567@${this.address}>`,
    } = options;
    const lines = [
      `Via: SIP/2.0/${this.#opened.protocol} ${this.address};branch=${branch};rport`,
      ...(maxForwards === null ? [] : [`Max-Forwards: ${maxForwards}`]),
      `From: ${from};tag=${fromTag}`,
      `To: ${to}${toTag === undefined ? '' : `;tag=${toTag}`}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      ...(contact === null ? [] : [`Contact: ${contact}`]),
      ...extra,
      ...(body ? [`Content-Type: ${contentType}`] : []),
    ];
    this.send(rawText(`${method} ${uri} SIP/2.0`, lines, body));
    return { callId, fromTag, cseq, branch, uri, method };
  }

  /** A request in the dialog that `response` to `sent` made. The CSeq must be given: each test knows where it stands. */
  within(sent: Sent, response: RawMessage, method: string, cseq: number, options: RequestOptions = {}): Sent {
    const { callId, fromTag } = sent;
    return this.request(method, {
      callId,
      fromTag,
      cseq,
      uri: response.contact ?? sent.uri,
      toTag: response.tag('To'),
      ...options,
    });
  }

  /** A request in a dialog that the other side began with `invite`. */
  asCallee(invite: RawMessage, method: string, cseq: number, options: RequestOptions = {}): Sent {
    return this.request(method, {
      callId: invite.header('Call-ID'),
      fromTag: 'ans1',
      toTag: invite.tag('From'),
      uri: invite.contact,
      cseq,
      ...options,
    });
  }

  /** ACK for a 2xx, with a branch of its own; for other finals use `ackFailure`. */
  ack(sent: Sent, response: RawMessage, options: RequestOptions = {}): Sent {
    const branch = `z9hG4bK-ack-${++calls}`;
    return this.within(sent, response, 'ACK', sent.cseq, { branch, ...options });
  }

  ackFailure(sent: Sent, response: RawMessage): Sent {
    return this.request('ACK', { ...sent, toTag: response.tag('To'), contact: null });
  }

  cancel(invite: Sent, options: RequestOptions = {}): Sent {
    return this.request('CANCEL', { ...invite, ...options });
  }

  /** Answers a request by the way on which it came. */
  answer(request: RawMessage, status: number, options: AnswerOptions = {}): void {
    const { reason = 'Answer', toTag = 'ans1', contact = true, extra = [], body = '' } = options;
    const to = request.header('To');
    const tagged = request.tag('To') !== undefined || status === 100 ? to : `${to};tag=${toTag}`;
    const lines = [
      ...request.headers('Via').map((value) => `Via: ${value}`),
      ...request.headers('Record-Route').map((value) => `Record-Route: ${value}`),
      `From: ${request.header('From')}`,
      `To: ${tagged}`,
      `Call-ID: ${request.header('Call-ID')}`,
      `CSeq: ${request.header('CSeq')}`,
      ...(contact ? [`Contact: <${this.uri('peer')}>`] : []),
      ...extra,
      ...(body ? ['Content-Type: application/sdp'] : []),
    ];
    const back = this.#back.get(request);
    if (!back) throw new Error('this peer did not get that request');
    back(rawText(`SIP/2.0 ${status} ${reason}`, lines, body));
  }

  /** Sends any text, or bytes, to the server. */
  send(text: string | Buffer): void {
    this.#opened.send(text, this.serverPort);
  }

  /** The next message that fits, from the queue or to come. */
  async expect(wants: (message: RawMessage) => boolean, what: string): Promise<RawMessage> {
    const index = this.#queue.findIndex(wants);
    const [found] = index < 0 ? [] : this.#queue.splice(index, 1);
    if (found) return found;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const queue = this.#queue.map((one) => one.startLine).join(' | ');
        reject(new Error(`the peer waited for ${what}; in its queue: ${queue || 'nothing'}`));
      }, PATIENCE_MS).unref(); // a test that is over does not wait for what it did not need
      const take = (message: RawMessage): void => {
        clearTimeout(timer);
        resolve(message);
      };
      this.#waiting.push({ wants, take });
    });
  }

  expectRequest(method: string): Promise<RawMessage> {
    return this.expect((message) => message.method === method, method);
  }

  /** A response of this status, or, where `method` is given, to a request of this method. */
  expectResponse(status: number, method?: string): Promise<RawMessage> {
    const wants = (message: RawMessage): boolean =>
      message.status === status && (method === undefined || message.header('CSeq').endsWith(` ${method}`));
    return this.expect(wants, `${status} ${method ?? ''}`);
  }

  /** A final response to a request that was sent. */
  expectFinal(sent: Sent): Promise<RawMessage> {
    const wants = (message: RawMessage): boolean => (message.status ?? 0) >= 200 && message.branch === sent.branch;
    return this.expect(wants, `a final response to ${sent.method}`);
  }

  async close(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    await link?.close();
  }

  get #opened(): RawLink {
    if (!this.#link) throw new Error('this peer is closed');
    return this.#link;
  }

  #receive(text: string, back: Back): void {
    if (text.trim() === '') return;
    const message = new RawMessage(text);
    this.#back.set(message, back);
    this.heard.push(message);
    const index = this.#waiting.findIndex((one) => one.wants(message));
    const [waiting] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (waiting) waiting.take(message);
    else this.#queue.push(message);
  }
}
