/**
 * What a UAS looks at before it takes a request (RFC 3261 § 8.2), as far as that can be said without knowing what the
 * application does with it.
 */
import { header } from '../message/fields.js';
import { optionTags, sessionExpiresOf, tagOf } from '../message/headers.js';
import type { SipRequest } from '../message/message.js';
import { schemeOf } from '../message/uri.js';

/** Methods that exist; of others we say so by 405 (§ 8.2.1). */
export const METHODS = [
  'INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER', 'PRACK', 'UPDATE', 'INFO', 'SUBSCRIBE', 'NOTIFY', 'REFER',
  'MESSAGE', 'PUBLISH',
] as const; // prettier-ignore

/**
 * Extensions that a peer may require of us: those of this server, and those that are between the peer and the application,
 * which refuses by itself what it cannot do. What changes how a session is set up (precondition, 199…) is not among them.
 */
export const EXTENSIONS: readonly string[] = [
  '100rel', 'timer', 'replaces', 'join', 'norefersub', 'tdialog', 'eventlist', 'path', 'outbound', 'gruu', 'privacy',
  'histinfo', 'from-change', 'answermode', 'resource-priority', 'sec-agree',
]; // prettier-ignore

/** The shortest session interval in seconds that RFC 4028 allows. */
export const MIN_SESSION = 90;

export interface Refusal {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function inspect(request: SipRequest, extensions: ReadonlySet<string>): Refusal | undefined {
  return inspectMethod(request) ?? inspectUri(request) ?? inspectRequire(request, extensions) ?? inspectLimits(request);
}

function inspectMethod(request: SipRequest): Refusal | undefined {
  if (METHODS.some((method) => method === request.method)) return undefined;
  return { status: 405, headers: { Allow: METHODS.join(', ') } };
}

function inspectUri(request: SipRequest): Refusal | undefined {
  return ['sip', 'sips', 'tel'].includes(schemeOf(request.uri) ?? '') ? undefined : { status: 416 };
}

function inspectRequire(request: SipRequest, extensions: ReadonlySet<string>): Refusal | undefined {
  // § 8.2.2.3: never to ACK and CANCEL.
  if (request.method === 'ACK' || request.method === 'CANCEL') return undefined;
  const unknown = optionTags(request, 'require').filter((tag) => !extensions.has(tag));
  return unknown.length === 0 ? undefined : { status: 420, headers: { Unsupported: unknown.join(', ') } };
}

function inspectLimits(request: SipRequest): Refusal | undefined {
  const starts = tagOf(request, 'to') === undefined;
  const ours = request.method === 'OPTIONS' || request.method === 'REGISTER';
  if (starts && !ours && header(request, 'max-forwards') === '0') return { status: 483 };
  const session = request.method === 'INVITE' || request.method === 'UPDATE' ? sessionExpiresOf(request) : undefined;
  if (session && session.seconds < MIN_SESSION) return { status: 422, headers: { 'Min-SE': String(MIN_SESSION) } };
  return undefined;
}
