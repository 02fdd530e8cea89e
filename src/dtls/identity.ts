/**
 * Who we are in a DTLS handshake: a key pair of one call's side and a certificate that nobody but we ourselves signed. It
 * proves nothing; the other side knows it by its fingerprint, which stands in the session description (RFC 5763 § 5).
 * Making one takes a fifth of a millisecond, so each peer of a leg has its own, as browsers do it (RFC 8827 § 6.5): no
 * two calls can be linked by it, and a call that is taken over from another one is seen to be a new association.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { bits, explicit, identifier, integer, sequence, set, time, utf8 } from './der.js';
import { type Fingerprint, fingerprintOf } from './fingerprint.js';

export interface DtlsIdentity {
  /** X.509, DER. */
  readonly certificate: Uint8Array;
  /** The private key, SEC 1 DER (RFC 5915). Never in a log or on a disk. */
  readonly privateKey: Uint8Array;
  readonly fingerprint: Fingerprint;
}

const DAY_MS = 86_400_000;
const ECDSA_WITH_SHA256 = sequence(identifier('1.2.840.10045.4.3.2'));
/** Says nothing of the office or the machine. */
const NAME = sequence(set(sequence(identifier('2.5.4.3'), utf8('halina'))));
const VERSION_3 = explicit(0, integer(Uint8Array.of(2)));

/** A new key on P-256, which every peer knows (RFC 8827 § 6.5), and its certificate. `now`: Unix milliseconds. */
export function makeIdentity(now: number): DtlsIdentity {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const content = sequence(
    VERSION_3,
    integer(randomBytes(8)),
    ECDSA_WITH_SHA256,
    NAME,
    sequence(time(now - DAY_MS), time(now + 30 * DAY_MS)),
    NAME,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const certificate = new Uint8Array(sequence(content, ECDSA_WITH_SHA256, bits(sign('sha256', content, privateKey))));
  return {
    certificate,
    privateKey: new Uint8Array(privateKey.export({ type: 'sec1', format: 'der' })),
    fingerprint: fingerprintOf(certificate, 'sha-256'),
  };
}
