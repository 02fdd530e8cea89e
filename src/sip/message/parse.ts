/**
 * From bytes to messages (RFC 3261 § 7). This is syntax alone: `validate.ts` says whether a message has what the stack needs.
 * The first mistake is kept and the rest is read nevertheless, so that a refusal can carry the headers that it must copy.
 */
import { fieldOf, firstValue, header, headerFields } from './fields.js';
import { isToken } from './grammar.js';
import { LIMITS, type Problem } from './limits.js';
import type { HeaderField, SipMessage, SipRequest } from './message.js';
import { decodeText, isAscii } from './text.js';
import { namesSender } from './views/via.js';

export { LIMITS } from './limits.js';

/** What could not be taken. With `partial` it is to be answered with `status`, without it is dropped. */
export interface ParseFailure extends Problem {
  readonly kind: 'failure';
  /** The request as far as it was understood: there when an answer is possible and allowed. */
  readonly partial?: SipRequest;
}

export function failure(problem: Problem, message: SipMessage | undefined): ParseFailure {
  const { status, reason } = problem;
  return { kind: 'failure', status, reason, ...(message && canBeAnswered(message) ? { partial: message } : {}) };
}

/** An ACK and a response are never answered; without a Via that says from where, nobody would know the answer. */
function canBeAnswered(message: SipMessage): message is SipRequest {
  return message.kind === 'request' && message.method !== 'ACK' && namesSender(firstValue(message, 'via') ?? '');
}

/**
 * Parses one datagram. Empty lines before it are skipped; what follows the body that Content-Length tells is left out, and a
 * datagram without Content-Length is body to its end (§ 18.3).
 */
export function parseMessage(datagram: Buffer): SipMessage | ParseFailure {
  return parseWhole(datagram, true);
}

/**
 * Parses a message whose end is known from elsewhere, as on the drachtio wire: everything after the empty line is body, and
 * Content-Length is not believed. The empty line may lack where there is no body.
 */
export function parseFramed(frame: Buffer): SipMessage | ParseFailure {
  return parseWhole(frame, false);
}

function parseWhole(bytes: Buffer, measured: boolean): SipMessage | ParseFailure {
  let start = 0;
  while (bytes[start] === 13 || bytes[start] === 10) start++;
  const end = headEnd(bytes, start);
  const { message, problem } = parseHead(bytes, start, end?.head);
  if (problem || !message) return failure(problem ?? { status: 400, reason: 'no SIP message' }, message);
  if (!end && measured) return failure({ status: 400, reason: 'no empty line after the headers' }, message);
  const body = end?.body ?? bytes.length;
  const available = bytes.length - body;
  const length = measured ? contentLength(message) : undefined;
  if (typeof length === 'string') return failure({ status: 400, reason: length }, message);
  if ((length ?? available) > LIMITS.body) return failure({ status: 413, reason: 'the body is too large' }, message);
  if (length !== undefined && length > available)
    return failure({ status: 400, reason: 'the body is shorter than Content-Length' }, message);
  const size = length ?? available;
  if (size > 0) message.body = Buffer.from(bytes.subarray(body, body + size));
  return message;
}

/** Where the head ends and the body begins: at the first empty line; a bare LF counts as a line's end. */
export function headEnd(bytes: Buffer, from: number): { head: number; body: number } | undefined {
  const text = bytes.toString('latin1', from);
  const crlf = text.indexOf('\r\n\r\n');
  // Where there is CRLF twice, no other empty line before it begins later than its first LF.
  const before = crlf < 0 ? text : text.slice(0, crlf + 2);
  const bare = before.indexOf('\n\n');
  const mixed = before.indexOf('\n\r\n');
  const at = (head: number, body: number) => ({ head: from + head, body: from + body });
  if (bare < 0 && mixed < 0) return crlf < 0 ? undefined : at(crlf + 2, crlf + 4);
  if (bare >= 0 && (mixed < 0 || bare < mixed)) return at(bare + 1, bare + 2);
  return at(mixed + 1, mixed + 3);
}

const CR = 13;
const NOTHING = Buffer.alloc(0);

export interface Head {
  /** The message without its body, as far as it was understood; undefined where the start line is none of SIP. */
  readonly message: SipMessage | undefined;
  /** The first thing that is wrong. */
  readonly problem: Problem | undefined;
}

/** Parses start line and headers, each line with its line end, from byte `from` to before byte `to`. */
export function parseHead(bytes: Buffer, from = 0, to = bytes.length): Head {
  const text = bytes.toString('latin1', from, Math.min(to, from + LIMITS.head));
  const decode = isAscii(text) ? asItIs : decodeText;
  let problem: Problem | undefined;
  if (to - from > LIMITS.head) problem = { status: 513, reason: 'the headers are too large' };
  let end = lineFeed(text, 0);
  const start = parseStartLine(text.slice(0, withoutCr(text, end)));
  if (!start.message) return start;
  const { message } = start;
  problem ??= start.problem;
  for (let begin = end + 1; begin < text.length; begin = end + 1) {
    end = lineFeed(text, begin);
    const firstEnd = end;
    // A field goes on over lines that begin with white space (§ 7.3.1).
    while (isSpace(text.charCodeAt(end + 1))) end = lineFeed(text, end + 1);
    if (message.fields.length >= LIMITS.fields)
      return { message, problem: problem ?? { status: 513, reason: 'too many headers' } };
    const field = parseField(text.slice(begin, withoutCr(text, end)), end !== firstEnd, decode);
    if ('status' in field) problem ??= field;
    else message.fields.push(field);
  }
  return { message, problem };
}

const asItIs = (wire: string): string => wire;

/** Index of the LF that ends the line, or where the text ends. */
function lineFeed(text: string, from: number): number {
  const index = text.indexOf('\n', from);
  return index < 0 ? text.length : index;
}

/** Where the text of a line ends whose LF is at `end`. */
function withoutCr(text: string, end: number): number {
  return end > 0 && text.charCodeAt(end - 1) === CR ? end - 1 : end;
}

function parseField(line: string, folded: boolean, decode: (wire: string) => string): HeaderField | Problem {
  if (line.length > LIMITS.line) return { status: 513, reason: 'a header is too long' };
  const lines = folded ? line.split('\n').map((part) => part.slice(0, withoutCr(part, part.length))) : undefined;
  const raw = lines ? lines.join('\r\n') : line;
  const text = lines ? lines.map(trimSpaces).join(' ') : line;
  const colon = text.indexOf(':');
  const name = decode(trimSpaces(text.slice(0, Math.max(0, colon))));
  // A bare CR would become a line of its own at a careless reader behind us.
  if (!isFieldName(name) || isSpace(line.charCodeAt(0)) || text.includes('\r'))
    return { status: 400, reason: `not a header: ${printable(text.slice(0, 60))}` };
  return fieldOf(name, decode(trimSpaces(text.slice(colon + 1))), raw);
}

/** `trim` would take a byte A0 too, which may be the end of a letter in UTF-8. */
function trimSpaces(wire: string): string {
  let start = 0;
  let end = wire.length;
  while (isSpace(wire.charCodeAt(start))) start++;
  while (end > start && isSpace(wire.charCodeAt(end - 1))) end--;
  return wire.slice(start, end);
}

const isSpace = (code: number): boolean => code === 32 || code === 9;

/** More than a token is let through (names that are not ASCII occur), but nothing that could be mistaken for a boundary. */
function isFieldName(name: string): boolean {
  return isToken(name) || /^[^\s\p{Cc}:;,<>"\\]+$/u.test(name);
}

function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?');
}

function parseStartLine(line: string): Head {
  const refused = (reason: string): Head => ({ message: undefined, problem: { status: 400, reason } });
  if (/^SIP\//i.test(line)) {
    const status = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/i.exec(line);
    if (!status) return refused('not a status line of SIP/2.0');
    const reason = decodeText(status[2] ?? '');
    return {
      message: { kind: 'response', status: Number(status[1]), reason, fields: [], body: NOTHING },
      problem: undefined,
    };
  }
  const text = trimSpaces(line);
  const [first, last] = [text.indexOf(' '), text.lastIndexOf(' ')];
  const [method, wireUri, version] = [text.slice(0, first), trimSpaces(text.slice(first, last)), text.slice(last + 1)];
  if (!isToken(method) || wireUri === '' || !/^SIP\/\d+\.\d+$/i.test(version)) return refused('not a SIP start line');
  const uri = decodeText(wireUri);
  const message: SipMessage = { kind: 'request', method, uri, fields: [], body: NOTHING };
  const spaces = line.length - method.length - wireUri.length - version.length;
  return { message, problem: requestLineProblem(line.length, spaces, uri, version) };
}

function requestLineProblem(length: number, spaces: number, uri: string, version: string): Problem | undefined {
  if (version.toUpperCase() !== 'SIP/2.0') return { status: 505, reason: `unknown version ${version}` };
  if (length > LIMITS.line) return { status: 414, reason: 'the Request-URI is too long' };
  if (spaces !== 2 || /\s/.test(uri)) return { status: 400, reason: 'white space where the request line has none' };
  return /[<>"\p{Cc}]/u.test(uri) ? { status: 400, reason: 'the Request-URI is none' } : undefined;
}

/** Value of Content-Length; a text says what is wrong with it; undefined where it lacks. */
export function contentLength(message: SipMessage): number | string | undefined {
  const value = header(message, 'content-length');
  if (value === undefined) return undefined;
  if (headerFields(message, 'content-length').length > 1) return 'more than one Content-Length';
  return /^\d{1,9}$/.test(value) ? Number(value) : 'Content-Length is not a number';
}

/** Whether a datagram holds nothing but empty lines, or the four zero bytes that some phones send, to keep a NAT open. */
export function isKeepAlive(datagram: Buffer): boolean {
  return datagram.length <= 4 && datagram.every((byte) => byte === 13 || byte === 10 || byte === 0);
}
