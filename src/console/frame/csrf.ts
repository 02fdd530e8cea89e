/**
 * Whether a request that changes something comes from our own pages. Three fences, each enough alone: the cookie is
 * SameSite=Strict, the browser says where the request comes from (Origin, Sec-Fetch-Site), and the page sends back a
 * token that only it can read.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from './problem.js';

export const CSRF_HEADER = 'x-halina-token';

export interface Provenance {
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`. */
  readonly site: string | undefined;
  readonly token: string | undefined;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares without telling by its time how much of it is right. */
export const sameText = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

/** Throws `cross-site`. `origins`: where our pages come from. `expected`: the session's token, where there is a session. */
export function checkProvenance(from: Provenance, origins: ReadonlySet<string>, expected: string | undefined): void {
  const { origin, site, token } = from;
  const isForeign = site !== undefined && site !== 'same-origin';
  // A browser names the origin with everything that changes something; who does not is none, or hides it.
  const isUnknown = origin === undefined || !origins.has(origin);
  const isUnproved = expected !== undefined && (token === undefined || !sameText(token, expected));
  if (isForeign || isUnknown || isUnproved) throw crossSite();
}

const crossSite = (): Problem =>
  new Problem('cross-site', {
    pl: 'Żądanie nie pochodzi ze strony tej konsoli albo strona jest nieaktualna. Odśwież stronę i spróbuj jeszcze raz.',
    en: 'This request does not come from a page of this console, or the page is out of date. Load the page again and retry.',
  });
