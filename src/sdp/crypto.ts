/**
 * Keys for SRTP in session descriptions (SDES, RFC 4568): lines `a=crypto:TAG SUITE inline:KEY…`. Each side tells the key
 * under which it sends; an answer takes one line of the offer by its tag.
 */
import { randomBytes } from 'node:crypto';
import { isSuiteName, type MasterKey, type SuiteName, suiteNames, suites } from '../srtp/index.js';
import type { Attribute, MediaDescription } from './description.js';
import { cut, wholeNumber, words } from './scan.js';

/** A line that can be used. */
export interface CryptoLine {
  /** Up to nine digits (§ 9.1). */
  readonly tag: string;
  readonly key: MasterKey;
}

/** Both directions of an encrypted stream. */
export interface SdesKeys {
  readonly kind: 'sdes';
  readonly send: MasterKey;
  readonly receive: MasterKey;
}

/** The lines that we can use, in the peer's order: it names first what it likes best (§ 5.1.1). */
export const cryptoLines = (media: MediaDescription): CryptoLine[] =>
  media.attributes.filter(({ name }) => name === 'crypto').flatMap(({ value }) => readLine(value ?? '') ?? []);

function readLine(value: string): CryptoLine | undefined {
  const [tag, name, keys, ...parameters] = words(value);
  if (tag === undefined || wholeNumber(tag, 999_999_999) === undefined) return undefined;
  if (name === undefined || !isSuiteName(name) || keys === undefined) return undefined;
  if (!parameters.every(isHarmless)) return undefined;
  const key = readKey(name, keys);
  return key && { tag, key };
}

/** § 6.3: what changes how packets look must be known; a hint for the window, and what may be ignored (`-…`), need not. */
const isHarmless = (parameter: string): boolean => parameter.startsWith('WSH=') || parameter.startsWith('-');

/** `inline:KEY|LIFETIME|MKI:LENGTH`; one key, as nobody sends several. */
function readKey(suite: SuiteName, text: string): MasterKey | undefined {
  const [method, info] = cut(text, ':');
  if (method.toLowerCase() !== 'inline' || info === undefined || info.includes(';')) return undefined;
  const [encoded = '', ...rest] = info.split('|');
  const bytes = new Uint8Array(Buffer.from(encoded, 'base64'));
  const { keyBytes, saltBytes } = suites[suite];
  if (bytes.length !== keyBytes + saltBytes) return undefined;
  const mki = rest.find((part) => part.includes(':'));
  const mkiBytes = mki === undefined ? 0 : wholeNumber(cut(mki, ':')[1], 128);
  if (mkiBytes === undefined) return undefined;
  const master = { suite, key: bytes.subarray(0, keyBytes), salt: bytes.subarray(keyBytes) };
  return mkiBytes === 0 ? master : { ...master, mkiBytes };
}

export const cryptoAttribute = ({ tag, key }: CryptoLine): Attribute => ({
  name: 'crypto',
  value: `${tag} ${key.suite} inline:${Buffer.concat([key.key, key.salt]).toString('base64')}`,
});

/** Our own keys of one session: one a suite, made when it is first named and the same from then on. */
export class OwnKeys {
  readonly #keys = new Map<SuiteName, MasterKey>();

  of(suite: SuiteName): MasterKey {
    let key = this.#keys.get(suite);
    if (!key) {
      const { keyBytes, saltBytes } = suites[suite];
      const bytes = new Uint8Array(randomBytes(keyBytes + saltBytes));
      key = { suite, key: bytes.slice(0, keyBytes), salt: bytes.slice(keyBytes) };
      this.#keys.set(suite, key);
    }
    return key;
  }

  /** A line for each suite. */
  offer(): CryptoLine[] {
    return suiteNames.map((suite, i) => ({ tag: String(i + 1), key: this.of(suite) }));
  }
}
