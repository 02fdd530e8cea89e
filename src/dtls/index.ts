/** The room of DTLS for SRTP: what others use of it. */
export { DtlsEndpoint, type DtlsRole, type DtlsState, type SrtpKeys } from './endpoint.js';
export { type Fingerprint, fingerprintOf, isNamed, readFingerprint } from './fingerprint.js';
export { type DtlsIdentity, makeIdentity } from './identity.js';
export { whyNoDtls } from './openssl.js';
