/**
 * The server's side of digest (RFC 3261 § 22, RFC 7616, RFC 8760): challenges, and the judgement of credentials. It
 * does the same work and gives the same answer for a user that there is not, so nobody learns which there are.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { parseUri } from '../../sip/message/uri.js';
import { digestAlgorithm, digestResponse, type DigestAlgorithm } from './compute.js';
import { formatDigest, parseAuthFields, type AuthField } from './field.js';
import type { Nonces } from './nonces.js';

/** What is judged. */
export interface AuthenticatedRequest {
  readonly method: string;
  readonly uri: string;
  readonly source: { readonly address: string };
  header(name: string): string | undefined;
}

export type Judgement =
  | { readonly kind: 'right'; readonly username: string; readonly algorithm: DigestAlgorithm }
  /** The password is known, but the nonce is old, of before a restart, or its count was used: challenge with stale=true. */
  | { readonly kind: 'stale'; readonly username: string; readonly algorithm: DigestAlgorithm }
  /** A guess: our nonce and a wrong response. */
  | { readonly kind: 'wrong'; readonly username: string; readonly algorithm: DigestAlgorithm }
  /** No credentials for our realm, or none that can be judged. */
  | { readonly kind: 'none' };

/** The algorithms of our challenges, in the order in which they are offered. */
export type Offer = readonly Extract<DigestAlgorithm, 'MD5' | 'SHA-256'>[];

interface Presented {
  readonly username: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
  readonly nonceCount: string;
  readonly clientNonce: string;
}

export class DigestServer {
  readonly #realm: string;
  readonly #nonces: Nonces;
  readonly #password: (username: string) => string | undefined;
  /** What a user that there is not is compared with. */
  readonly #nobody = randomBytes(24).toString('base64url');

  constructor(realm: string, nonces: Nonces, password: (username: string) => string | undefined) {
    this.#realm = realm;
    this.#nonces = nonces;
    this.#password = password;
  }

  /** Values of WWW-Authenticate, one for each algorithm. */
  challenges(address: string, offer: Offer, stale: boolean): string[] {
    const nonce = this.#nonces.make(address);
    return offer.map((algorithm) =>
      formatDigest([
        ['realm', this.#realm, 'quoted'],
        ['nonce', nonce, 'quoted'],
        ...(stale ? ([['stale', 'true', 'token']] as const) : []),
        ['algorithm', algorithm, 'token'],
        ['qop', 'auth', 'quoted'],
      ]),
    );
  }

  /** The user that the request claims to be, before anything is proved. */
  claimed(request: AuthenticatedRequest): string | undefined {
    return this.#presented(request)?.username;
  }

  judge(request: AuthenticatedRequest): Judgement {
    const presented = this.#presented(request);
    if (!presented) return { kind: 'none' };
    const { username, algorithm, nonce, uri, nonceCount, clientNonce } = presented;
    const password = this.#password(username);
    const expected = digestResponse(
      { username, realm: this.#realm, password: password ?? this.#nobody },
      { algorithm, nonce, uri, method: request.method, protection: { qop: 'auth', nonceCount, clientNonce } },
    );
    const right = sameText(expected, presented.response.toLowerCase()) && password !== undefined;
    const address = request.source.address;
    const state = this.#nonces.state(nonce, address);
    if (!right) return state === 'foreign' ? { kind: 'none' } : { kind: 'wrong', username, algorithm };
    const count = Number.parseInt(nonceCount, 16);
    if (state !== 'fresh' || !this.#nonces.use(nonce, address, count)) return { kind: 'stale', username, algorithm };
    return { kind: 'right', username, algorithm };
  }

  /** Credentials for our realm, whole and of a kind that we offered. */
  #presented(request: AuthenticatedRequest): Presented | undefined {
    const fields = ['Authorization', 'Proxy-Authorization'].flatMap((name) => parseAuthFields(request.header(name)));
    const own = fields.find((one) => one.scheme === 'digest' && one.parameters.get('realm') === this.#realm);
    const presented = own && wholeCredentials(own);
    return presented && meansThisRequest(presented.uri, request.uri) ? presented : undefined;
  }
}

function wholeCredentials({ parameters }: AuthField): Presented | undefined {
  const [username, nonce, uri, response] = ['username', 'nonce', 'uri', 'response'].map((name) => parameters.get(name));
  const [nonceCount, clientNonce, qop] = ['nc', 'cnonce', 'qop'].map((name) => parameters.get(name));
  const algorithm = digestAlgorithm(parameters.get('algorithm') ?? 'MD5');
  if (!username || !nonce || !uri || !response || !clientNonce || !algorithm) return undefined;
  if (qop?.toLowerCase() !== 'auth' || !nonceCount || !/^[0-9a-f]{8}$/i.test(nonceCount)) return undefined;
  return { username, nonce, uri, response, algorithm, nonceCount, clientNonce };
}

/**
 * The digest's `uri` should be the Request-URI, but handsets write it without port or with other parameters. What is
 * asked of it is that it names the same user, so that a call cannot be turned to another number.
 */
function meansThisRequest(digestUri: string, requestUri: string): boolean {
  const user = parseUri(digestUri)?.user;
  return user === undefined || user === parseUri(requestUri)?.user;
}

/** Takes the same time wherever the texts differ. */
function sameText(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
