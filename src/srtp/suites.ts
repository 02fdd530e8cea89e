/**
 * The crypto suites of SRTP that Halina knows, under the names that SDP gives them (RFC 4568 § 6.2, RFC 6188 § 4,
 * RFC 7714 § 14.2), the cheapest first among those that are as good.
 */
export interface Suite {
  readonly name: SuiteName;
  /** `cm`: AES in counter mode with HMAC-SHA1; `gcm`: AES-GCM, which authenticates by itself. */
  readonly mode: 'cm' | 'gcm';
  /** Bytes of the master key, and of the session keys for encryption. */
  readonly keyBytes: number;
  /** Bytes of the master salt, and of the session salts. */
  readonly saltBytes: number;
  /** Bytes of the authentication tag of an RTP packet, and of an RTCP packet. */
  readonly tagBytes: number;
  readonly rtcpTagBytes: number;
}

export const suiteNames = [
  'AES_CM_128_HMAC_SHA1_80',
  'AEAD_AES_256_GCM',
  'AEAD_AES_128_GCM',
  'AES_256_CM_HMAC_SHA1_80',
  'AES_CM_128_HMAC_SHA1_32',
] as const;

export type SuiteName = (typeof suiteNames)[number];

const cm = (name: SuiteName, keyBytes: number, tagBytes: number): Suite => ({
  name,
  mode: 'cm',
  keyBytes,
  saltBytes: 14,
  tagBytes,
  rtcpTagBytes: 10, // whatever RTP has (RFC 4568 § 6.2.2)
});
const gcm = (name: SuiteName, keyBytes: number): Suite => ({
  name,
  mode: 'gcm',
  keyBytes,
  saltBytes: 12,
  tagBytes: 16,
  rtcpTagBytes: 16,
});

export const suites: Readonly<Record<SuiteName, Suite>> = {
  AES_CM_128_HMAC_SHA1_80: cm('AES_CM_128_HMAC_SHA1_80', 16, 10),
  AES_CM_128_HMAC_SHA1_32: cm('AES_CM_128_HMAC_SHA1_32', 16, 4),
  AES_256_CM_HMAC_SHA1_80: cm('AES_256_CM_HMAC_SHA1_80', 32, 10),
  AEAD_AES_128_GCM: gcm('AEAD_AES_128_GCM', 16),
  AEAD_AES_256_GCM: gcm('AEAD_AES_256_GCM', 32),
};

export const isSuiteName = (name: string): name is SuiteName => Object.hasOwn(suites, name);

/** One direction's secret, as SDP or DTLS agree on it. */
export interface MasterKey {
  readonly suite: SuiteName;
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
  /** Bytes of the master key identifier that follows in each packet; we send none (RFC 3711 § 3.1). */
  readonly mkiBytes?: number;
}
