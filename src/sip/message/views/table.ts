/**
 * Every header that we know, with its typed view: all of RFC 3261 § 20 and the extensions that a B2BUA meets. A row says how
 * a value is read and written, and whether a message may hold several.
 */
import { headerValues, setHeader } from '../fields.js';
import type { SipMessage } from '../message.js';
import { address, contact } from './address.js';
import { authentication, authenticationInfo } from './auth.js';
import { integer, SECONDS_MAX, text, token, word, type Codec } from './codec.js';
import { cseq, date, minSe, rack, retryAfter, sessionExpires, timestamp, warning } from './numbers.js';
import { products } from './products.js';
import { info, mediaType, parameteredToken, range, replaces } from './values.js';
import { via } from './via.js';

const seconds = integer(SECONDS_MAX);

/** Canonical name (small letters) → codec of one value. */
const TABLE = {
  accept: mediaType,
  'accept-encoding': range,
  'accept-language': range,
  'alert-info': info,
  allow: token,
  'allow-events': token,
  'authentication-info': authenticationInfo,
  authorization: authentication,
  'call-id': word,
  'call-info': info,
  contact,
  'content-disposition': parameteredToken,
  'content-encoding': token,
  'content-language': token,
  'content-length': integer(2 ** 31),
  'content-type': mediaType,
  cseq,
  date,
  'error-info': info,
  event: parameteredToken,
  expires: seconds,
  from: address,
  'in-reply-to': word,
  'max-forwards': integer(255),
  'mime-version': text,
  'min-expires': seconds,
  'min-se': minSe,
  organization: text,
  'p-asserted-identity': address,
  'p-preferred-identity': address,
  path: address,
  priority: token,
  privacy: text,
  'proxy-authenticate': authentication,
  'proxy-authorization': authentication,
  'proxy-require': token,
  rack,
  reason: parameteredToken,
  'record-route': address,
  'refer-to': address,
  'referred-by': address,
  replaces,
  'reply-to': address,
  require: token,
  'retry-after': retryAfter,
  route: address,
  rseq: integer(SECONDS_MAX, 1),
  server: products,
  'service-route': address,
  'session-expires': sessionExpires,
  subject: text,
  'subscription-state': parameteredToken,
  supported: token,
  timestamp,
  to: address,
  unsupported: token,
  'user-agent': products,
  via,
  warning,
  'www-authenticate': authentication,
} as const;

export type HeaderName = keyof typeof TABLE;
type ViewOf<C> = C extends Codec<infer T> ? T : never;
/** The typed view of one value of a header. */
export type HeaderView<N extends HeaderName> = ViewOf<(typeof TABLE)[N]>;

/** Names of all headers with a view. */
export const HEADER_NAMES = Object.keys(TABLE) as readonly HeaderName[];

/** The row of a header. The table's type says which view belongs to which name; the compiler cannot follow it by itself. */
export function headerCodec<N extends HeaderName>(name: N): Codec<HeaderView<N>> {
  return TABLE[name] as unknown as Codec<HeaderView<N>>;
}

/** View of the first value; undefined where the header lacks or its first value is malformed. */
export function readHeader<N extends HeaderName>(message: SipMessage, name: N): HeaderView<N> | undefined {
  const [first] = headerValues(message, name);
  return first === undefined ? undefined : headerCodec(name).parse(first);
}

/** Views of all values, none where the header lacks; undefined where one is malformed. */
export function readHeaders<N extends HeaderName>(message: SipMessage, name: N): HeaderView<N>[] | undefined {
  const views: HeaderView<N>[] = [];
  for (const value of headerValues(message, name)) {
    const view = headerCodec(name).parse(value);
    if (view === undefined) return undefined;
    views.push(view);
  }
  return views;
}

/** Replaces all values of the header by these, one a field, at the place of the first. */
export function writeHeader<N extends HeaderName>(message: SipMessage, name: N, ...views: HeaderView<N>[]): void {
  setHeader(message, name, ...views.map((view) => headerCodec(name).format(view)));
}
