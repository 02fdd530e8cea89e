/** A SIP message as plain text, read with the least possible: a test's peer must not share the parser that it tests. */

export class RawMessage {
  readonly startLine: string;
  readonly body: string;
  readonly #head: string;

  constructor(readonly text: string) {
    const end = text.indexOf('\r\n\r\n');
    this.#head = end < 0 ? text : text.slice(0, end);
    this.body = end < 0 ? '' : text.slice(end + 4);
    this.startLine = this.#head.split('\r\n')[0] ?? '';
  }

  /** The method of a request, undefined for a response. */
  get method(): string | undefined {
    return this.status === undefined ? this.startLine.split(' ')[0] : undefined;
  }

  /** The status of a response, undefined for a request. */
  get status(): number | undefined {
    const match = /^SIP\/2\.0 (\d{3})/.exec(this.startLine);
    return match ? Number(match[1]) : undefined;
  }

  get requestUri(): string {
    return this.startLine.split(' ')[1] ?? '';
  }

  /** Values of all fields of this name, in order. */
  headers(name: string): string[] {
    const pattern = new RegExp(`^${name}[ \\t]*:[ \\t]*(.*)$`, 'i');
    return this.#head.split('\r\n').flatMap((line) => pattern.exec(line)?.[1]?.trim() ?? []);
  }

  /** Value of the first field of this name, or an empty text. */
  header(name: string): string {
    return this.headers(name)[0] ?? '';
  }

  tag(name: 'From' | 'To'): string | undefined {
    return /;tag=([^;\s>]+)/.exec(this.header(name))?.[1];
  }

  /** URI of the first Contact. */
  get contact(): string | undefined {
    return /<([^>]+)>/.exec(this.header('Contact'))?.[1];
  }

  get branch(): string {
    return /;branch=([^;\s,]+)/.exec(this.header('Via'))?.[1] ?? '';
  }

  get cseq(): number {
    return Number.parseInt(this.header('CSeq'), 10);
  }
}

/** Writes a message: start line, header lines, body; Content-Length is made from the body. */
export function rawText(startLine: string, lines: readonly string[], body: string): string {
  return [startLine, ...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
}

/** A session description with one audio line: A-law and telephone-event. */
export function sdp(port = 40_000, direction = 'sendrecv', version = 1): string {
  return [
    'v=0',
    `o=peer 1 ${version} IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP 8 101`,
    'a=rtpmap:8 PCMA/8000',
    'a=rtpmap:101 telephone-event/8000',
    `a=${direction}`,
    '',
  ].join('\r\n');
}
