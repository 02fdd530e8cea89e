/**
 * What the port adds to INVITEs by itself, so that the call machines need not know of it: reliable provisional responses
 * (RFC 3262) both ways, and session timers (RFC 4028), whose refreshes are the SIP server's.
 */
import { abilities } from './options.js';
import type { Headers, IncomingResponse, ReceivedMessage, ResponseOptions } from './sip-port.js';

/** Seconds after which a call that neither side refreshes is over. RFC 4028 § 4 recommends it. */
const SESSION = 1800;

/** Option tags of a header, in small letters. */
function tagsOf(message: Pick<ReceivedMessage, 'header'>, name: string): string[] {
  const tags = (message.header(name) ?? '').split(',').map((tag) => tag.trim().toLowerCase());
  return tags.filter((tag) => tag !== '');
}

/** Whether the caller takes reliable provisional responses, or wants no others. */
export function takesReliable(invite: Pick<ReceivedMessage, 'header'>): boolean {
  return ['Supported', 'Require'].some((name) => tagsOf(invite, name).includes('100rel'));
}

/** A provisional response that is to be sent reliably: the server numbers, repeats and keeps it until its PRACK. */
export function reliably(options: ResponseOptions): ResponseOptions {
  return { ...options, headers: withTag(options.headers, 'Require', '100rel') };
}

/** The session description of a provisional response that came reliably: that is the answer, also where a 2xx has none. */
export function reliableAnswer(response: IncomingResponse): string | undefined {
  return response.body !== '' && tagsOf(response, 'Require').includes('100rel') ? response.body : undefined;
}

/** Headers of an INVITE of ours. What the call machines gave themselves stays. */
export function offerExtensions(headers: Headers | undefined): Headers {
  const able = { ...headers, ...abilitiesIn(headers) };
  return keyOf(able, 'Session-Expires') ? able : { ...able, 'Session-Expires': String(SESSION) };
}

/**
 * What we can do, as it is said in an INVITE, in its 2xx, and in later offers and their answers: as the call machines say
 * it, else what holds for everyone.
 */
export function abilitiesIn(headers: Headers | undefined): Headers {
  const given = (name: 'Allow' | 'Supported'): Headers => {
    const key = keyOf(headers ?? {}, name);
    return key === undefined ? { [name]: abilities.trunk[name] } : { [key]: headers?.[key] };
  };
  const supported = ['100rel', 'timer'].reduce((all, tag) => withTag(all, 'Supported', tag), given('Supported'));
  return { ...given('Allow'), ...supported };
}

/** What an INVITE that was refused as too short a session (422) says when it comes again (RFC 4028 § 7.3). */
export function longerSession(headers: Headers, refusal: IncomingResponse): Headers | undefined {
  const seconds = /^\s*(\d{1,9})/.exec(refusal.header('Min-SE') ?? '')?.[1];
  if (refusal.status !== 422 || seconds === undefined) return undefined;
  const own = new Set(['session-expires', 'min-se']);
  const rest = Object.entries(headers).filter(([name]) => !own.has(name.toLowerCase()));
  return { ...Object.fromEntries(rest), 'Session-Expires': seconds, 'Min-SE': seconds };
}

const keyOf = (headers: Headers, name: string): string | undefined =>
  Object.keys(headers).find((one) => one.toLowerCase() === name.toLowerCase());

function withTag(headers: Headers | undefined, name: string, tag: string): Headers {
  const key = keyOf(headers ?? {}, name) ?? name;
  const given = [headers?.[key] ?? []].flat().join(', ');
  const has = tagsOf({ header: () => given }, name).includes(tag);
  return { ...headers, [key]: has ? given : [given, tag].filter(Boolean).join(', ') };
}
