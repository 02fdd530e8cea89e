/**
 * Messages from a byte stream (RFC 3261 § 18.3), however the stream is cut. Content-Length is needed there. What is wrong in
 * a message whose end is known is told and the next one is read; where the end is not known, or too far, the stream is
 * `broken`: nobody can say where the next message would begin.
 */
import { contentLength, failure, headEnd, LIMITS, parseHead, type Head, type ParseFailure } from './parse.js';
import type { Problem } from './limits.js';
import type { SipMessage } from './message.js';

/** `ping`: two empty lines, to be answered by one (RFC 5626 § 3.5.1). */
export type StreamItem = SipMessage | { readonly kind: 'ping' } | ParseFailure;

/** A head that was read, whose body is still to come. */
interface Pending {
  readonly head: Head;
  readonly bodyLength: number;
}

const CR = 13;
const LF = 10;

export class StreamParser {
  /** What was received and not yet used is `#bytes` from `#start` to `#end`. */
  #bytes: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;
  /** Up to here there is no end of the head: where the next search begins. */
  #searched = 0;
  #pending: Pending | undefined;
  #broken = false;

  /** Nothing more will come of this stream: send the answer, if there is one, and close it. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Whether a message has begun and not ended: a peer that leaves it so is not to be waited for without a bound. */
  get unfinished(): boolean {
    const first = this.#bytes[this.#start];
    const begun = this.#end > this.#start && first !== CR && first !== LF;
    return !this.#broken && (this.#pending !== undefined || begun);
  }

  /** Takes bytes and gives what they complete. */
  push(chunk: Buffer): StreamItem[] {
    if (this.#broken) return [];
    this.#append(chunk);
    const items: StreamItem[] = [];
    for (let item = this.#next(); item; item = this.#next()) items.push(item);
    if (this.#start === this.#end || this.#broken) this.#release();
    return items;
  }

  #next(): StreamItem | undefined {
    if (this.#broken) return undefined;
    if (!this.#pending) {
      if (this.#skipEmptyLines()) return { kind: 'ping' };
      const refused = this.#readHead();
      if (refused) return refused;
    }
    const { head, bodyLength } = this.#pending ?? {};
    if (!head || bodyLength === undefined || this.#end - this.#start < bodyLength) return undefined;
    const body = Buffer.from(this.#bytes.subarray(this.#start, this.#start + bodyLength));
    this.#consume(bodyLength);
    this.#pending = undefined;
    if (head.problem || !head.message) return failure(head.problem ?? NO_MESSAGE, head.message);
    head.message.body = body;
    return head.message;
  }

  /** Takes the head off the stream, if it is there, and remembers it; a failure breaks the stream. */
  #readHead(): ParseFailure | undefined {
    const end = headEnd(this.#bytes.subarray(0, this.#end), Math.max(this.#start, this.#searched - 3));
    this.#searched = this.#end;
    const length = (end?.body ?? this.#end) - this.#start;
    if (!end && length <= LIMITS.head) return undefined;
    const head = parseHead(this.#bytes.subarray(this.#start, end?.head ?? this.#end));
    this.#consume(length);
    const bodyLength = head.message ? contentLength(head.message) : NO_MESSAGE.reason;
    if (!end || typeof bodyLength !== 'number') return this.#break(head, unframed(bodyLength));
    if (bodyLength > LIMITS.body) return this.#break(head, { status: 413, reason: 'the body is too large' });
    this.#pending = { head, bodyLength };
    return undefined;
  }

  #break(head: Head, problem: Problem): ParseFailure {
    this.#broken = true;
    return failure(head.problem ?? problem, head.message);
  }

  /** Empty lines before a message are skipped, two at a time are a ping. A CR or CRLF at the end waits for what follows. */
  #skipEmptyLines(): boolean {
    const at = (offset: number): number =>
      this.#start + offset < this.#end ? (this.#bytes[this.#start + offset] ?? -1) : -1;
    for (;;) {
      const line = at(0) === LF ? 1 : at(0) === CR && at(1) === LF ? 2 : 0;
      if (line === 0) return false;
      const second = at(line) === LF ? 1 : at(line) === CR && at(line + 1) === LF ? 2 : 0;
      if (second > 0) {
        this.#consume(line + second);
        return true;
      }
      const follows = at(line);
      if (follows < 0 || (follows === CR && at(line + 1) < 0)) return false;
      this.#consume(line);
    }
  }

  #consume(length: number): void {
    this.#start += length;
    this.#searched = this.#start;
  }

  /** Grows by doubling, so that a peer which sends byte by byte costs no more than one that does not. */
  #append(chunk: Buffer): void {
    if (this.#start === this.#end) {
      // Nothing is kept from before: parse in place. Bodies are copied out, heads become strings.
      this.#searched = 0;
      [this.#bytes, this.#start, this.#end] = [chunk, 0, chunk.length];
      return;
    }
    const kept = this.#end - this.#start;
    if (this.#end + chunk.length > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(2 * (kept + chunk.length), 4096));
      this.#bytes.copy(grown, 0, this.#start, this.#end);
      this.#searched -= this.#start;
      [this.#bytes, this.#start, this.#end] = [grown, 0, kept];
    }
    chunk.copy(this.#bytes, this.#end);
    this.#end += chunk.length;
  }

  #release(): void {
    [this.#bytes, this.#start, this.#end, this.#searched] = [Buffer.alloc(0), 0, 0, 0];
  }
}

const NO_MESSAGE: Problem = { status: 400, reason: 'no SIP message' };

function unframed(length: number | string | undefined): Problem {
  if (typeof length === 'string') return { status: 400, reason: length };
  if (length === undefined) return { status: 400, reason: 'no Content-Length on a stream' };
  return { status: 513, reason: 'the headers are too large' };
}
