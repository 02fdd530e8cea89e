/**
 * Messages from a byte stream (RFC 3261 § 18.3), however the stream is cut. Content-Length is needed there; its lack, or a
 * message beyond the limits, ends the stream: there is no way to know where the next message begins.
 */
import { headEnd, LIMITS, contentLength, parseHead, type ParseFailure } from './parse.js';
import type { SipMessage } from './message.js';

export type StreamItem = SipMessage | { readonly kind: 'ping' } | ParseFailure;

export class StreamParser {
  #buffer: Buffer = Buffer.alloc(0);
  #broken = false;

  /** Takes bytes and gives what they complete. After a failure nothing more comes: close the connection. */
  push(chunk: Buffer): StreamItem[] {
    if (this.#broken) return [];
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    const items: StreamItem[] = [];
    for (;;) {
      const item = this.#next();
      if (!item) return items;
      items.push(item);
      if (item.kind === 'failure') {
        this.#broken = true;
        return items;
      }
    }
  }

  #next(): StreamItem | undefined {
    const keepAlive = this.#keepAlive();
    if (keepAlive) return keepAlive;
    if (this.#buffer.length === 0) return undefined;
    const end = headEnd(this.#buffer, 0);
    if (!end) {
      return this.#buffer.length > LIMITS.head
        ? { kind: 'failure', status: 513, reason: 'the headers are too large' }
        : undefined;
    }
    const message = parseHead(this.#buffer.subarray(0, end.head));
    if (message.kind === 'failure') return message;
    const length = contentLength(message);
    const refuse = (status: number, reason: string): ParseFailure => ({
      kind: 'failure',
      status,
      reason,
      partial: message,
    });
    if (length === undefined) return refuse(400, 'no Content-Length on a stream');
    if (typeof length === 'string') return refuse(400, length);
    if (length > LIMITS.body) return refuse(413, 'the body is too large');
    if (this.#buffer.length < end.body + length) return undefined;
    message.body = Buffer.from(this.#buffer.subarray(end.body, end.body + length));
    this.#buffer = this.#buffer.subarray(end.body + length);
    return message;
  }

  /** Empty lines before a message; two in a row are a ping (RFC 5626 § 3.5.1). A lone CR or CRLF waits for what follows. */
  #keepAlive(): StreamItem | undefined {
    if (this.#buffer.subarray(0, 4).toString('latin1') === '\r\n\r\n') {
      this.#buffer = this.#buffer.subarray(4);
      return { kind: 'ping' };
    }
    let start = 0;
    while (this.#buffer[start] === 13 || this.#buffer[start] === 10) start++;
    if (start > 0 && start < this.#buffer.length) this.#buffer = this.#buffer.subarray(start);
    return undefined;
  }
}
