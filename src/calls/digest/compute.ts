/** The computations of HTTP digest for SIP: RFC 7616 § 3.4, RFC 3261 § 22.4, and the algorithms of RFC 8760 § 2. */
import { createHash } from 'node:crypto';

/** Name of each algorithm's hash in Node, weakest first. */
const HASHES = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' } as const;
type Hash = keyof typeof HASHES;
export type DigestAlgorithm = Hash | `${Hash}-sess`;

/** An algorithm by its name, whose case does not matter; undefined for one that we do not know. */
export function digestAlgorithm(name: string): DigestAlgorithm | undefined {
  const wanted = name.toUpperCase().replace(/-SESS$/, '');
  const hash = (Object.keys(HASHES) as Hash[]).find((known) => known === wanted);
  if (hash === undefined) return undefined;
  return wanted.length === name.length ? hash : `${hash}-sess`;
}

/** Greater for the stronger hash. */
export function strength(algorithm: DigestAlgorithm): number {
  return Object.keys(HASHES).indexOf(hashOf(algorithm));
}

function hashOf(algorithm: DigestAlgorithm): Hash {
  return algorithm.replace(/-sess$/, '') as Hash;
}

/** Lower-case hex. Text is hashed as UTF-8. */
export function hash(algorithm: DigestAlgorithm, text: string): string {
  return createHash(HASHES[hashOf(algorithm)]).update(text, 'utf8').digest('hex');
}

export interface Secret {
  readonly username: string;
  readonly realm: string;
  readonly password: string;
}

/** What the response is computed from beside the secret. */
export interface DigestInput {
  readonly algorithm: DigestAlgorithm;
  readonly nonce: string;
  /** `qop` with its count and client nonce; undefined as in RFC 2069. */
  readonly protection:
    | { readonly qop: 'auth' | 'auth-int'; readonly nonceCount: string; readonly clientNonce: string }
    | undefined;
  readonly method: string;
  readonly uri: string;
  /** Only `auth-int` hashes it. */
  readonly body?: string;
}

/** The `response` value, in hex. */
export function digestResponse(secret: Secret, input: DigestInput): string {
  const { algorithm, nonce, protection, method, uri } = input;
  let ha1 = hash(algorithm, `${secret.username}:${secret.realm}:${secret.password}`);
  if (algorithm.endsWith('-sess')) ha1 = hash(algorithm, `${ha1}:${nonce}:${protection?.clientNonce ?? ''}`);
  const whole = protection?.qop === 'auth-int' ? `:${hash(algorithm, input.body ?? '')}` : '';
  const ha2 = hash(algorithm, `${method}:${uri}${whole}`);
  if (!protection) return hash(algorithm, `${ha1}:${nonce}:${ha2}`);
  const { qop, nonceCount, clientNonce } = protection;
  return hash(algorithm, `${ha1}:${nonce}:${nonceCount}:${clientNonce}:${qop}:${ha2}`);
}
