/**
 * What the port adds to INVITEs by itself, so that the call machines need not know of it: reliable provisional responses
 * (RFC 3262) both ways, and session timers (RFC 4028), whose refreshes are the SIP server's.
 */
import { remember } from '../base/remember.js';
import { abilities } from './options.js';
import type { Headers, IncomingResponse, ReceivedMessage, ResponseOptions } from './sip-port.js';

/** Seconds after which a call that neither side refreshes is over. RFC 4028 § 4 recommends it. */
const SESSION = 1800;

/** Option tags of a header, in small letters. */
const tagsOf = (message: Pick<ReceivedMessage, 'header'>, name: string): string[] => tagsIn(message.header(name) ?? '');

const tagsIn = (list: string): string[] =>
  list
    .split(',')
    .map((tag) => tag.trim().toLowerCase())
    .filter((tag) => tag !== '');

/** Whether the caller takes reliable provisional responses, or wants no others. */
export type Reliability = 'none' | 'supported' | 'required';

export function reliabilityOf(invite: Pick<ReceivedMessage, 'header'>): Reliability {
  if (tagsOf(invite, 'Require').includes('100rel')) return 'required';
  return tagsOf(invite, 'Supported').includes('100rel') ? 'supported' : 'none';
}

/** A provisional response that is to be sent reliably: the server numbers, repeats and keeps it until its PRACK. */
export function reliably(options: ResponseOptions): ResponseOptions {
  const { headers } = options;
  const key = keyOf(headers ?? {}, 'Require') ?? 'Require';
  return { ...options, headers: { ...headers, [key]: withTag([headers?.[key] ?? []].flat().join(', '), '100rel') } };
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
  const given = (name: 'Allow' | 'Supported') => {
    const key = keyOf(headers ?? {}, name);
    return key === undefined ? ([name, abilities.trunk[name]] as const) : ([key, headers?.[key]] as const);
  };
  const [[allow, methods], [supported, tags]] = [given('Allow'), given('Supported')];
  return sharedAbilities({ [allow]: methods, [supported]: withOurs([tags ?? []].flat().join(', ')) });
}

/** Every dialog keeps what was said in it, and all say one of a few things. */
function sharedAbilities(able: Headers): Headers {
  const same = known.find((one) => Object.entries(able).every(([name, value]) => one[name] === value));
  if (same) return same;
  if (known.length < MOST_KNOWN) known.push(able);
  return able;
}

const known: Headers[] = [];
const MOST_KNOWN = 20;

/** Option tags with those of the extensions that are the port's. The same few lists come with every call. */
const withOurs = remember((tags) => ['100rel', 'timer'].reduce(withTag, tags));

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

function withTag(given: string, tag: string): string {
  return tagsIn(given).includes(tag) ? given : [given, tag].filter(Boolean).join(', ');
}
