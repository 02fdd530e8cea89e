/**
 * Our side of a provider's challenge. Of several challenges the strongest that we know is answered (RFC 8760 § 2.4);
 * drachtio-srf's own client knows MD5 only, and is not used.
 */
import { randomBytes } from 'node:crypto';
import { digestAlgorithm, digestResponse, strength, type DigestAlgorithm, type DigestInput } from './compute.js';
import { formatDigest, parseAuthFields, type AuthField, type AuthParameter } from './field.js';
import type { Credentials } from '../sip-port.js';

/** The request that is to be repeated with credentials. */
export interface ChallengedRequest {
  readonly method: string;
  /** The Request-URI as it went to the wire. */
  readonly uri: string;
  readonly body?: string;
}

/** What of a 401 or 407 matters. */
export interface ChallengeResponse {
  readonly status: number;
  header(name: string): string | undefined;
}

/** The header to repeat the request with. */
export interface Authorization {
  readonly name: 'Authorization' | 'Proxy-Authorization';
  readonly value: string;
  /** Whether the challenge said that only the nonce was too old (RFC 7616 § 3.3). */
  readonly stale: boolean;
}

interface Challenge {
  readonly field: AuthField;
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: DigestAlgorithm;
  readonly qop: 'auth' | 'auth-int' | undefined;
}

/** Credentials of one account. Nonce counts go on over its requests, for peers that repeat their nonce. */
export class DigestClient {
  readonly #credentials: Credentials;
  readonly #clientNonce: () => string;
  #lastNonce = '';
  #count = 0;

  constructor(credentials: Credentials, clientNonce: () => string = () => randomBytes(12).toString('hex')) {
    this.#credentials = credentials;
    this.#clientNonce = clientNonce;
  }

  /** The answer to a 401 or 407; undefined where the response is none or offers nothing that we know. */
  answer(response: ChallengeResponse, request: ChallengedRequest): Authorization | undefined {
    if (response.status !== 401 && response.status !== 407) return undefined;
    const proxy = response.status === 407;
    const challenge = strongest(response.header(proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate'));
    if (!challenge) return undefined;
    return {
      name: proxy ? 'Proxy-Authorization' : 'Authorization',
      value: this.#credentialsFor(challenge, request),
      stale: challenge.field.parameters.get('stale')?.toLowerCase() === 'true',
    };
  }

  #credentialsFor(challenge: Challenge, request: ChallengedRequest): string {
    const { algorithm, nonce, qop, realm } = challenge;
    const { username, password } = this.#credentials;
    const needsClientNonce = qop !== undefined || algorithm.endsWith('-sess');
    const clientNonce = needsClientNonce ? this.#clientNonce() : '';
    const nonceCount = this.#countFor(nonce).toString(16).padStart(8, '0');
    const protection = qop && { qop, nonceCount, clientNonce };
    const input: DigestInput = { algorithm, nonce, protection, ...request };
    const parameters: AuthParameter[] = [
      ['username', username, 'quoted'],
      ['realm', realm, 'quoted'],
      ['nonce', nonce, 'quoted'],
      ['uri', request.uri, 'quoted'],
      ['response', digestResponse({ username, realm, password }, input), 'quoted'],
    ];
    if (challenge.field.parameters.has('algorithm')) parameters.push(['algorithm', algorithm, 'token']);
    if (qop) parameters.push(['qop', qop, 'token'], ['nc', nonceCount, 'token']);
    if (needsClientNonce) parameters.push(['cnonce', clientNonce, 'quoted']);
    const opaque = challenge.field.parameters.get('opaque');
    if (opaque !== undefined) parameters.push(['opaque', opaque, 'quoted']);
    return formatDigest(parameters);
  }

  #countFor(nonce: string): number {
    this.#count = nonce === this.#lastNonce ? this.#count + 1 : 1;
    this.#lastNonce = nonce;
    return this.#count;
  }
}

/** Of the digest challenges that we can answer, the one with the strongest hash; of equals the first. */
function strongest(value: string | undefined): Challenge | undefined {
  const known = parseAuthFields(value).flatMap((field) => understood(field) ?? []);
  return known.reduce<Challenge | undefined>(
    (best, next) => (best && strength(best.algorithm) >= strength(next.algorithm) ? best : next),
    undefined,
  );
}

function understood(field: AuthField): Challenge | undefined {
  const { parameters } = field;
  const [realm, nonce] = [parameters.get('realm'), parameters.get('nonce')];
  const algorithm = digestAlgorithm(parameters.get('algorithm') ?? 'MD5');
  if (field.scheme !== 'digest' || realm === undefined || nonce === undefined || !algorithm) return undefined;
  const offered = parameters.get('qop')?.toLowerCase().split(',').map((qop) => qop.trim()); // prettier-ignore
  const qop = (['auth', 'auth-int'] as const).find((one) => offered?.includes(one));
  if (offered && !qop) return undefined;
  return { field, realm, nonce, algorithm, qop };
}
