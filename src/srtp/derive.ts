/** Session keys from a master key (RFC 3711 § 4.3, for AES-256 RFC 6188 § 3, for GCM RFC 7714 § 11): a rate of 0, once. */
import { createCipheriv } from 'node:crypto';
import type { MasterKey } from './suites.js';
import { suites } from './suites.js';

export interface SessionKeys {
  readonly encryption: Uint8Array;
  /** Empty where the cipher authenticates. */
  readonly authentication: Uint8Array;
  readonly salt: Uint8Array;
}

const HMAC_SHA1_KEY_BYTES = 20;

/** @param firstLabel 0 for RTP, 3 for RTCP (§ 4.3.2) */
export function deriveSessionKeys(master: MasterKey, firstLabel: 0 | 3): SessionKeys {
  const { mode, keyBytes, saltBytes } = suites[master.suite];
  return {
    encryption: derive(master, firstLabel, keyBytes),
    authentication: derive(master, firstLabel + 1, mode === 'cm' ? HMAC_SHA1_KEY_BYTES : 0),
    salt: derive(master, firstLabel + 2, saltBytes),
  };
}

function derive({ key, salt }: MasterKey, label: number, bytes: number): Uint8Array {
  const counter = Buffer.alloc(16); // a salt of 96 bits is one of 112 that ends in zeros
  counter.set(salt);
  counter[7] = (counter[7] ?? 0) ^ label;
  const cipher = createCipheriv(key.length === 32 ? 'aes-256-ctr' : 'aes-128-ctr', key, counter);
  return new Uint8Array(cipher.update(new Uint8Array(bytes)));
}
