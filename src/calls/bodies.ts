/**
 * The session description in a body: all of it, or the part of a multipart body that is one (RFC 3261 § 8.1.1.5, RFC
 * 5621). Providers send others beside it, e.g. ISUP or a caller's place; those that need not be understood are left out.
 */
import type { ReceivedMessage, ResponseOptions } from './sip-port.js';

const SDP = 'application/sdp';

/** A media type in small letters, without its parameters. */
const typeOf = (value: string | undefined): string => (value ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

interface Part {
  readonly type: string;
  /** The one who does not know its type may not go on (RFC 3204 § 6). */
  readonly required: boolean;
  readonly content: string;
}

/** The session description of a message; the body as it is where there is none. */
export function sessionIn(contentType: string | undefined, body: string): string {
  const type = typeOf(contentType);
  if (!type.startsWith('multipart/')) return body;
  const parts = partsOf(contentType ?? '', body);
  const sessions = parts.filter((part) => part.type === SDP);
  if (parts.some((part) => part.required && part.type !== SDP)) return body;
  // Alternatives come in the order in which they are better (RFC 2046 § 5.1.4).
  const session = type === 'multipart/alternative' ? sessions.at(-1) : sessions[0];
  return session?.content ?? body;
}

function partsOf(contentType: string, body: string): Part[] {
  const [, quoted, plain] = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return [];
  // What stands before the first and after the last line of the boundary is no part.
  const pieces = `\r\n${body}`.split(`\r\n--${boundary}`).slice(1);
  const end = pieces.findIndex((piece) => piece.startsWith('--'));
  return pieces.slice(0, end < 0 ? undefined : end).map(partOf);
}

function partOf(piece: string): Part {
  const text = piece.replace(/^[ \t]*\r\n/, '');
  // A part without headers begins with an empty line.
  const blank = text.startsWith('\r\n') ? 0 : text.indexOf('\r\n\r\n') + 2;
  const head = text.slice(0, blank).replaceAll(/\r\n[ \t]+/g, ' ');
  const field = (name: string): string | undefined => new RegExp(`^${name}\\s*:(.*)$`, 'im').exec(head)?.[1];
  const required = /;\s*handling\s*=\s*required/i.test(field('Content-Disposition') ?? '');
  return { type: typeOf(field('Content-Type')), required, content: text.slice(blank + 2) };
}

/** How a request is refused whose body is none that we can read, or who wants none that we have (RFC 3261 § 8.2.3, § 21.4.7). */
export function bodyRefusal(
  request: Pick<ReceivedMessage, 'header' | 'body'>,
): { readonly status: number; readonly options: ResponseOptions } | undefined {
  const { body } = request;
  const encoding = request.header('Content-Encoding')?.trim().toLowerCase() ?? 'identity';
  if (body !== '' && encoding !== 'identity')
    return { status: 415, options: { headers: { 'Accept-Encoding': 'identity' } } };
  const type = typeOf(request.header('Content-Type'));
  const isSession = type === '' || type === SDP || (type.startsWith('multipart/') && body.startsWith('v='));
  if (body !== '' && !isSession) return { status: 415, options: { headers: { Accept: SDP } } };
  const accepted = request.header('Accept')?.split(',').map(typeOf);
  if (accepted?.some((one) => [SDP, 'application/*', '*/*'].includes(one)) === false)
    return { status: 406, options: { headers: { Accept: SDP } } };
  return undefined;
}
