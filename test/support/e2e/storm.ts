/** Thousands of handsets that all register at once, each with its retransmissions (RFC 3261 § 17.1.2.2), over a few addresses. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import { DigestClient } from '../../../src/calls/digest/client.js';
import { RawMessage, rawText } from '../sip/raw-message.js';

interface Handset {
  readonly extension: string;
  readonly socket: dgram.Socket;
  readonly host: string;
  readonly digest: DigestClient;
  cseq: number;
  authorization: string | undefined;
  /** When the request is sent again, and the wait after that; milliseconds. */
  dueAt: number;
  wait: number;
  done: boolean;
}

export interface StormOptions {
  readonly addresses: readonly string[];
  readonly extensions: readonly string[];
  readonly password: (extension: string) => string;
  /** The registrar's address. */
  readonly target: string;
}

export class Storm {
  readonly #handsets = new Map<string, Handset>();
  readonly #sockets: dgram.Socket[] = [];
  readonly #target: string;
  #sent = 0;
  #registered = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(target: string) {
    this.#target = target;
  }

  static async open({ addresses, extensions, password, target }: StormOptions): Promise<Storm> {
    const storm = new Storm(target);
    for (const host of addresses) {
      const socket = dgram.createSocket({ type: 'udp4', recvBufferSize: 4_000_000 });
      socket.bind(0, host);
      await once(socket, 'listening');
      socket.on('message', (bytes) => storm.#receive(new RawMessage(bytes.toString())));
      storm.#sockets.push(socket);
    }
    for (const [n, extension] of extensions.entries()) {
      const socket = storm.#sockets[n % storm.#sockets.length];
      if (!socket) continue;
      const digest = new DigestClient({ username: extension, password: password(extension) });
      const handset = { extension, socket, host: socket.address().address, digest, cseq: 1, authorization: undefined, dueAt: 0, wait: 500, done: false }; // prettier-ignore
      storm.#handsets.set(extension, handset);
    }
    return storm;
  }

  get sent(): number {
    return this.#sent;
  }

  get registered(): number {
    return this.#registered;
  }

  /** All send at once; resolves when all are registered, rejects after `ms`. Gives how long it took. */
  async blow(ms: number): Promise<number> {
    const began = performance.now();
    await new Promise<void>((resolve, reject) => {
      this.#timer = setInterval(() => {
        if (this.#registered === this.#handsets.size) return resolve();
        if (performance.now() - began > ms)
          return reject(new Error(`${this.#registered} of ${this.#handsets.size} registered after ${ms} ms`));
        return this.#sendDue();
      }, 20);
    }).finally(() => clearInterval(this.#timer));
    return performance.now() - began;
  }

  close(): void {
    clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.close();
  }

  /** At most so many a turn, as a network would carry them. */
  #sendDue(): void {
    const now = performance.now();
    let left = 1_000;
    for (const handset of this.#handsets.values()) {
      if (handset.done || handset.dueAt > now) continue;
      if (left-- === 0) return;
      this.#send(handset);
      handset.dueAt = now + handset.wait;
      handset.wait = Math.min(4_000, handset.wait * 2);
    }
  }

  #send({ extension, socket, host, cseq, authorization }: Handset): void {
    const at = `${host}:${socket.address().port}`;
    const own = `<sip:${extension}@${this.#target}>`;
    const lines = [
      `Via: SIP/2.0/UDP ${at};branch=z9hG4bK-storm-${extension}-${cseq};rport`,
      'Max-Forwards: 70',
      `From: ${own};tag=s${extension}`,
      `To: ${own}`,
      `Call-ID: storm-${extension}-${process.pid}`,
      `CSeq: ${cseq} REGISTER`,
      `Contact: <sip:${extension}@${at}>`,
      'Expires: 600',
      'User-Agent: Storm Phone 1',
      ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
    ];
    this.#sent++;
    socket.send(rawText(`REGISTER sip:${this.#target} SIP/2.0`, lines, ''), 5060, this.#target);
  }

  #receive(message: RawMessage): void {
    const [, extension, cseq] = /^z9hG4bK-storm-(\d+)-(\d+)$/.exec(message.branch ?? '') ?? [];
    const handset = this.#handsets.get(extension ?? '');
    if (!handset || handset.done || handset.cseq !== Number(cseq)) return;
    if (message.status === 200) {
      handset.done = true;
      this.#registered++;
    } else if (message.status === 401) {
      const header = (): string => message.headers('WWW-Authenticate').join(', ');
      const uri = `sip:${this.#target}`;
      handset.authorization = handset.digest.answer({ status: 401, header }, { method: 'REGISTER', uri })?.value;
      handset.cseq++;
      handset.wait = 500;
      handset.dueAt = 0;
    } else if ((message.status ?? 0) >= 300) {
      // 503 of a server that is not up yet: tried again a little later.
      handset.cseq++;
      handset.dueAt = performance.now() + 1_000;
      handset.wait = 500;
    }
  }
}
