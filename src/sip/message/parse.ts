/**
 * From bytes to messages (RFC 3261 § 7). Bytes are taken as Latin-1 on the way through, so that every byte of a header that
 * we do not understand comes out again as it went in; `text` of a value is decoded from UTF-8 where it is one.
 */
import { header } from './fields.js';
import { isToken } from './grammar.js';
import type { HeaderField, SipMessage } from './message.js';

export const LIMITS = {
  /** Bytes of the start line and headers together. */
  head: 32_768,
  /** Bytes of a body. */
  body: 262_144,
  /** Header fields. */
  fields: 256,
  /** Characters of one start line or header field. */
  line: 8192,
} as const;

/** What could not be parsed. `answer`: the status with which it can be refused, where there is enough to answer. */
export interface ParseFailure {
  readonly kind: 'failure';
  readonly reason: string;
  readonly status: number;
  /** The request as far as it was understood: present when it has what an answer needs. */
  readonly partial?: SipMessage;
}

const failure = (reason: string, status = 400, partial?: SipMessage): ParseFailure => ({
  kind: 'failure',
  reason,
  status,
  ...(partial && canBeAnswered(partial) ? { partial } : {}),
});

function canBeAnswered(message: SipMessage): boolean {
  if (message.kind !== 'request' || message.method === 'ACK') return false;
  return ['via', 'from', 'to', 'call-id', 'cseq'].every((name) => header(message, name) !== undefined);
}

/** Parses one datagram. What follows the body that Content-Length tells is left out (§ 18.3). */
export function parseMessage(datagram: Buffer): SipMessage | ParseFailure {
  let start = 0;
  while (datagram[start] === 13 || datagram[start] === 10) start++;
  const end = headEnd(datagram, start);
  if (end === undefined) return failure('no empty line after the headers');
  const message = parseHead(datagram.subarray(start, end.head));
  if (message.kind === 'failure') return message;
  const length = contentLength(message);
  if (typeof length === 'string') return failure(length, 400, message);
  const available = datagram.length - end.body;
  if (length !== undefined && length > available)
    return failure('the body is shorter than Content-Length', 400, message);
  if ((length ?? available) > LIMITS.body) return failure('the body is too large', 413, message);
  message.body = Buffer.from(datagram.subarray(end.body, end.body + (length ?? available)));
  return message;
}

/** Where the head ends and the body begins: at the first empty line, CRLF or LF. */
export function headEnd(bytes: Buffer, from: number): { head: number; body: number } | undefined {
  const crlf = bytes.indexOf('\r\n\r\n', from, 'latin1');
  const lf = bytes.indexOf('\n\n', from, 'latin1');
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return { head: crlf + 2, body: crlf + 4 };
  return lf >= 0 ? { head: lf + 1, body: lf + 2 } : undefined;
}

/** Parses the start line and headers, without a body. */
export function parseHead(bytes: Buffer): SipMessage | ParseFailure {
  if (bytes.length > LIMITS.head) return failure('the headers are too large', 513);
  const [startLine = '', ...lines] = bytes.toString('latin1').split(/\r?\n/);
  const message = parseStartLine(startLine);
  if (message.kind === 'failure') return message;
  for (const line of unfold(lines)) {
    if (message.fields.length >= LIMITS.fields) return failure('too many headers', 513, message);
    if (line.raw.length > LIMITS.line) return failure('a header is too long', 513, message);
    const field = parseField(line);
    if (!field) return failure(`not a header: ${line.raw.slice(0, 60)}`, 400, message);
    message.fields.push(field);
  }
  return message;
}

interface Line {
  readonly raw: string;
  readonly text: string;
}

/** Joins folded lines (a line that begins with white space goes on with the one before). */
function unfold(lines: readonly string[]): Line[] {
  const joined: Line[] = [];
  for (const line of lines) {
    const last = joined.at(-1);
    if (line === '') continue;
    if (/^[ \t]/.test(line) && last)
      joined[joined.length - 1] = { raw: `${last.raw}\r\n${line}`, text: `${last.text.trimEnd()} ${line.trim()}` };
    else joined.push({ raw: line, text: line });
  }
  return joined;
}

function parseField(line: Line): HeaderField | undefined {
  const colon = line.text.indexOf(':');
  const name = line.text.slice(0, Math.max(0, colon)).trimEnd();
  if (name === '' || /[\s\0]/.test(name)) return undefined;
  return { name: decode(name), value: decode(line.text.slice(colon + 1).trim()), raw: line.raw };
}

/** UTF-8 where the bytes are UTF-8, else Latin-1 as it is. */
function decode(latin1: string): string {
  if (!/[\u0080-\u00ff]/.test(latin1)) return latin1;
  const bytes = Buffer.from(latin1, 'latin1');
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? latin1 : text;
}

function parseStartLine(line: string): SipMessage | ParseFailure {
  if (line.length > LIMITS.line) return failure('the start line is too long', 414);
  const empty = { fields: [], body: Buffer.alloc(0) };
  const status = /^SIP\/2\.0 (\d{3})(?: (.*))?$/i.exec(line);
  if (status) {
    const code = Number(status[1]);
    if (code < 100 || code > 699) return failure('not a status code');
    return { kind: 'response', status: code, reason: decode(status[2] ?? ''), ...empty };
  }
  const [method = '', uri = '', version = '', ...more] = line.split(' ');
  if (!isToken(method) || !/^SIP\/\d+\.\d+$/i.test(version) || more.length > 0 || uri === '')
    return failure('not a SIP start line');
  const request: SipMessage = { kind: 'request', method, uri, ...empty };
  return version.toUpperCase() === 'SIP/2.0' ? request : failure('an unknown SIP version', 505);
}

/** Value of Content-Length; a text says what is wrong with it; undefined where it lacks. */
export function contentLength(message: SipMessage): number | string | undefined {
  const value = header(message, 'content-length');
  if (value === undefined) return undefined;
  return /^\d{1,9}$/.test(value) ? Number(value) : 'Content-Length is not a number';
}
