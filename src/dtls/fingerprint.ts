/** Fingerprints of certificates, as they stand in `a=fingerprint` (RFC 8122 § 5). */
import { createHash } from 'node:crypto';

/** The hashes that are believed, the strongest first. MD5 and SHA-1 can be made to agree. */
export const hashes = ['sha-512', 'sha-384', 'sha-256'] as const;
export type FingerprintHash = (typeof hashes)[number];

const BYTES: Readonly<Record<FingerprintHash, number>> = { 'sha-512': 64, 'sha-384': 48, 'sha-256': 32 };

export interface Fingerprint {
  readonly hash: FingerprintHash;
  /** Bytes in upper-case hexadecimal, with colons between them. */
  readonly value: string;
}

export function fingerprintOf(certificate: Uint8Array, hash: FingerprintHash): Fingerprint {
  const hex = createHash(hash.replace('-', '')).update(certificate).digest('hex').toUpperCase();
  return { hash, value: hex.replace(/..(?=.)/g, '$&:') };
}

/** Reads `sha-256 AB:CD:…`; undefined where it is malformed, or by a hash that is not believed. */
export function readFingerprint(text: string): Fingerprint | undefined {
  const [name = '', value = '', ...more] = text.trim().split(/[ \t]+/);
  const hash = hashes.find((one) => one === name.toLowerCase());
  if (!hash || more.length > 0 || !/^[0-9A-F]{2}(:[0-9A-F]{2})*$/i.test(value)) return undefined;
  return value.length === BYTES[hash] * 3 - 1 ? { hash, value: value.toUpperCase() } : undefined;
}

/** Whether the certificate is one of those that were named; of several hashes the strongest counts (RFC 8122 § 5). */
export function isNamed(certificate: Uint8Array, fingerprints: readonly Fingerprint[]): boolean {
  const hash = hashes.find((one) => fingerprints.some((fingerprint) => fingerprint.hash === one));
  if (!hash) return false;
  const { value } = fingerprintOf(certificate, hash);
  return fingerprints.some((fingerprint) => fingerprint.hash === hash && fingerprint.value === value);
}
