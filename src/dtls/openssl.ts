/**
 * OpenSSL's DTLS, as Node has it in itself: its programs export the whole of that library's interface (and where a
 * distribution links Node against its own OpenSSL, that is loaded already), so it is called where it is, through koffi. No
 * second implementation, and its mends come with Node's. What is called here is documented interface of OpenSSL 3.
 */
import koffi from 'koffi';
import { errorMessage, HalinaError } from '../base/errors.js';

/** Address of an object of OpenSSL's. */
export type Pointer = bigint;

const prototypes = {
  DTLS_method: 'void *DTLS_method()',
  SSL_CTX_new: 'void *SSL_CTX_new(void *)',
  SSL_CTX_ctrl: 'long SSL_CTX_ctrl(void *, int, long, void *)',
  SSL_CTX_set_options: 'uint64_t SSL_CTX_set_options(void *, uint64_t)',
  SSL_CTX_set_cipher_list: 'int SSL_CTX_set_cipher_list(void *, const char *)',
  SSL_CTX_set_tlsext_use_srtp: 'int SSL_CTX_set_tlsext_use_srtp(void *, const char *)',
  SSL_CTX_set_verify: 'void SSL_CTX_set_verify(void *, int, void *)',
  SSL_CTX_set_cert_verify_callback: 'void SSL_CTX_set_cert_verify_callback(void *, void *, void *)',
  SSL_new: 'void *SSL_new(void *)',
  SSL_free: 'void SSL_free(void *)',
  SSL_ctrl: 'long SSL_ctrl(void *, int, long, void *)',
  SSL_set_bio: 'void SSL_set_bio(void *, void *, void *)',
  SSL_use_certificate_ASN1: 'int SSL_use_certificate_ASN1(void *, const void *, int)',
  SSL_use_PrivateKey_ASN1: 'int SSL_use_PrivateKey_ASN1(int, void *, const void *, long)',
  SSL_set_accept_state: 'void SSL_set_accept_state(void *)',
  SSL_set_connect_state: 'void SSL_set_connect_state(void *)',
  SSL_do_handshake: 'int SSL_do_handshake(void *)',
  SSL_read: 'int SSL_read(void *, void *, int)',
  SSL_get_error: 'int SSL_get_error(void *, int)',
  SSL_get_selected_srtp_profile: 'void *SSL_get_selected_srtp_profile(void *)',
  SSL_export_keying_material:
    'int SSL_export_keying_material(void *, void *, size_t, const char *, size_t, const void *, size_t, int)',
  SSL_get1_peer_certificate: 'void *SSL_get1_peer_certificate(void *)',
  X509_free: 'void X509_free(void *)',
  i2d_X509_bio: 'int i2d_X509_bio(void *, void *)',
  BIO_s_mem: 'void *BIO_s_mem()',
  BIO_new: 'void *BIO_new(void *)',
  BIO_free: 'int BIO_free(void *)',
  BIO_write: 'int BIO_write(void *, const void *, int)',
  BIO_read: 'int BIO_read(void *, void *, int)',
  BIO_ctrl_pending: 'size_t BIO_ctrl_pending(void *)',
  ERR_clear_error: 'void ERR_clear_error()',
  ERR_get_error: 'unsigned long ERR_get_error()',
  ERR_reason_error_string: 'const char *ERR_reason_error_string(unsigned long)',
} as const;

type Argument = Pointer | Uint8Array | number | string | null;
type Returns<P extends string> = P extends `void *${string}` | `const char *${string}`
  ? P extends `const char${string}`
    ? string | null
    : Pointer | null
  : P extends `void ${string}`
    ? void
    : number;
export type OpenSsl = {
  readonly [K in keyof typeof prototypes]: (...args: Argument[]) => Returns<(typeof prototypes)[K]>;
};

let loaded: OpenSsl | HalinaError | undefined;

/** The library. Throws `HalinaError` `DTLS_UNAVAILABLE` where this Node does not have it to give. */
export function openSsl(): OpenSsl {
  loaded ??= load();
  if (loaded instanceof HalinaError) throw loaded;
  return loaded;
}

function load(): OpenSsl | HalinaError {
  const tried: unknown[] = [];
  for (const where of [null, 'libssl.so.3'])
    try {
      const library = koffi.load(where);
      const entries = Object.entries(prototypes).map(([name, prototype]) => [name, library.func(prototype)]);
      return Object.fromEntries(entries) as OpenSsl;
    } catch (error) {
      tried.push(error);
    }
  return new HalinaError('DTLS_UNAVAILABLE', `this Node lends its OpenSSL to nobody: ${errorMessage(tried[0])}`, {
    hint: 'take an official build of Node for Linux, or install libssl3',
    cause: tried[0],
  });
}

/** Why there is no DTLS here; undefined: there is. */
export function whyNoDtls(): string | undefined {
  try {
    openSsl();
    return undefined;
  } catch (error) {
    return errorMessage(error);
  }
}

/** What went wrong in the library, the oldest first; it keeps a list for the thread, which Node's own calls use too. */
export function takeErrors(ssl: OpenSsl): string {
  const reasons: string[] = [];
  for (let code = ssl.ERR_get_error(); code !== 0 && reasons.length < 8; code = ssl.ERR_get_error())
    reasons.push(ssl.ERR_reason_error_string(code) ?? `error ${code}`);
  ssl.ERR_clear_error();
  return reasons.join(', ');
}
