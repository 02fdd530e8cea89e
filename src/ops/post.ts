/**
 * A POST to an address that somebody configured, without becoming a way into this machine or its neighbours: names are looked
 * up once, and the connection goes only to an address that was judged. Redirects are not followed. Addresses of the
 * office's own network are allowed: that is where such programs are.
 */
import { lookup, type LookupAddress } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { HalinaError } from '../base/errors.js';

export interface Posting {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Loopback and link-local addresses are meant. */
  readonly nearby: boolean;
  readonly timeoutMs: number;
}

const NEAR: ReadonlySet<string> = new Set(['loopback', 'linkLocal', 'unspecified']);
/** Nobody's address, whatever is configured. */
const NOWHERE: ReadonlySet<string> = new Set(['multicast', 'broadcast', 'reserved']);

/** Why nothing is sent to this address; undefined where it may be. */
export function barOf(address: string, nearby: boolean): string | undefined {
  const range = ipaddr.process(address).range();
  if (NOWHERE.has(range)) return `${address} is no address of a program`;
  if (NEAR.has(range) && !nearby) return `${address} is this machine or beside it`;
  return undefined;
}

const refused = (host: string, why: string): HalinaError =>
  new HalinaError('TARGET_REFUSED', `nothing is sent to ${host}: ${why}`, {
    hint: 'set `nearby: true` beside the url if that is meant',
  });

/** Resolves with the status. Rejects with `TARGET_REFUSED`, or with what made it fail. */
export function postTo(url: URL, { headers, body, nearby, timeoutMs }: Posting): Promise<number> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const bar = isIP(host) ? barOf(host, nearby) : undefined;
  if (bar !== undefined) return Promise.reject(refused(host, bar));
  if (!/^https?:$/.test(url.protocol)) return Promise.reject(refused(host, `${url.protocol} is not http`));
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const request = open(url, { method: 'POST', headers, lookup: judged(nearby), agent: false, signal }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Looks a name up, and gives nothing where one of its addresses must not be connected to. */
const judged =
  (nearby: boolean): LookupFunction =>
  (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, looked: LookupAddress[]) => {
      const found = error ? [] : looked;
      const bar = found.map(({ address }) => barOf(address, nearby)).find((one) => one !== undefined);
      const failure = error ?? (bar === undefined ? null : refused(host, bar));
      const [first] = found;
      if (failure ?? !first) return done(failure ?? refused(host, 'it has no address'), '', 0);
      if (options.all) return done(null, found);
      return done(null, first?.address ?? '', first?.family ?? 0);
    });
  };
