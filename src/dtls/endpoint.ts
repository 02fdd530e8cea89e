/**
 * One side of a DTLS handshake whose purpose is keys for SRTP (RFC 5764). Datagrams go in and come out, the owner sends
 * them and keeps the timer; no socket and no clock here, but that OpenSSL looks at the time by itself to know when a flight
 * has to be sent again (RFC 6347 § 4.2.4).
 *
 *     handshaking ──flights──▶ ready (keys, the peer's certificate)
 *          └──alert, timeouts──▶ failed
 *
 * Whether the certificate is the right one is for the owner to look at, before it uses the keys.
 */
import koffi from 'koffi';
import { HalinaError } from '../base/errors.js';
import { type MasterKey, type SuiteName, suites } from '../srtp/index.js';
import type { DtlsIdentity } from './identity.js';
import { type OpenSsl, openSsl, type Pointer, takeErrors } from './openssl.js';

/** `active`: we send the first flight, as the client (RFC 5763 § 5). */
export type DtlsRole = 'active' | 'passive';

/** The keys of both directions. */
export interface SrtpKeys {
  readonly send: MasterKey;
  readonly receive: MasterKey;
}

export type DtlsState =
  | { readonly at: 'handshaking' }
  | { readonly at: 'ready'; readonly keys: SrtpKeys; readonly certificate: Uint8Array }
  | { readonly at: 'failed'; readonly why: string };

/** Bytes of DTLS in a datagram: IPv6's least MTU less what tunnels and headers take. */
const MTU = 1_200;
/** The longest datagram that may come, and the most that an answer to one may be. */
const SCRATCH = 16_384;
const RECORD_HEADER = 13;

const CONTROL = { setMtu: 17, sessionCache: 44, getTimeout: 73, handleTimeout: 74, minVersion: 123 } as const;
const DTLS_1_2 = 0xfefd;
const VERIFY_PEER = 1;
const REQUIRE_CERTIFICATE = 2;
const NO_QUERY_MTU = 1 << 12;
const NO_TICKET = 1 << 14;
const NO_RENEGOTIATION = 1 << 30;
const KEY_TYPE_EC = 408;
const WANT_READ = 2;
const WANT_WRITE = 3;

const EXPORTER = 'EXTRACTOR-dtls_srtp';
/** Forward secrecy and authenticated encryption; RFC 8827 § 6.5 wants the first of them. */
const CIPHERS = ['ECDSA', 'RSA']
  .flatMap((by) => ['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305'].map((one) => `ECDHE-${by}-${one}`))
  .join(':');
/** Our suites under OpenSSL's names and the numbers of RFC 5764 § 4.1.2 and 7714 § 14.2; as a server we choose by this order. */
const PROFILES: readonly { readonly suite: SuiteName; readonly name: string; readonly id: number }[] = [
  { suite: 'AES_CM_128_HMAC_SHA1_80', name: 'SRTP_AES128_CM_SHA1_80', id: 1 },
  { suite: 'AEAD_AES_256_GCM', name: 'SRTP_AEAD_AES_256_GCM', id: 8 },
  { suite: 'AEAD_AES_128_GCM', name: 'SRTP_AEAD_AES_128_GCM', id: 7 },
  { suite: 'AES_CM_128_HMAC_SHA1_32', name: 'SRTP_AES128_CM_SHA1_32', id: 2 },
];

let context: Pointer | undefined;

/** What all handshakes of this process have in common. */
function sharedContext(ssl: OpenSsl): Pointer {
  if (context !== undefined) return context;
  const made = present(ssl.SSL_CTX_new(present(ssl.DTLS_method(), 'DTLS_method')), 'SSL_CTX_new');
  ssl.SSL_CTX_ctrl(made, CONTROL.minVersion, DTLS_1_2, null);
  ssl.SSL_CTX_ctrl(made, CONTROL.sessionCache, 0, null);
  ssl.SSL_CTX_set_options(made, NO_QUERY_MTU | NO_TICKET | NO_RENEGOTIATION);
  if (ssl.SSL_CTX_set_cipher_list(made, CIPHERS) !== 1) throw failure(ssl, 'SSL_CTX_set_cipher_list');
  const profiles = PROFILES.map(({ name }) => name).join(':');
  if (ssl.SSL_CTX_set_tlsext_use_srtp(made, profiles) !== 0) throw failure(ssl, 'SSL_CTX_set_tlsext_use_srtp');
  // No authority vouches for a peer's certificate: the fingerprint in its description does, and is looked at afterwards.
  const takeAny = koffi.register(() => 1, koffi.pointer(koffi.proto('int HalinaTakeAny(void *, void *)')));
  ssl.SSL_CTX_set_cert_verify_callback(made, takeAny, null);
  ssl.SSL_CTX_set_verify(made, VERIFY_PEER | REQUIRE_CERTIFICATE, null);
  return (context = made);
}

const failure = (ssl: OpenSsl, call: string): HalinaError =>
  new HalinaError('DTLS_FAILED', `${call} failed: ${takeErrors(ssl) || 'for no reason that OpenSSL gives'}`);

function present(pointer: Pointer | null, call: string): Pointer {
  if (!pointer) throw failure(openSsl(), call);
  return pointer;
}

const scratch = Buffer.alloc(SCRATCH);
const timeval = Buffer.alloc(16);
const Profile = koffi.struct({ name: 'const char *', id: 'unsigned long' });

export class DtlsEndpoint {
  readonly role: DtlsRole;
  readonly #library = openSsl();
  readonly #ssl: Pointer;
  readonly #in: Pointer;
  readonly #out: Pointer;
  #state: DtlsState = { at: 'handshaking' };
  #closed = false;

  /** Throws `HalinaError` where OpenSSL cannot be had, or will not take our certificate. */
  constructor(role: DtlsRole, { certificate, privateKey }: DtlsIdentity) {
    this.role = role;
    const ssl = this.#library;
    this.#ssl = present(ssl.SSL_new(sharedContext(ssl)), 'SSL_new');
    this.#in = present(ssl.BIO_new(ssl.BIO_s_mem()), 'BIO_new');
    this.#out = present(ssl.BIO_new(ssl.BIO_s_mem()), 'BIO_new');
    ssl.SSL_set_bio(this.#ssl, this.#in, this.#out); // they are freed with it
    ssl.SSL_ctrl(this.#ssl, CONTROL.setMtu, MTU, null);
    const isTaken =
      ssl.SSL_use_certificate_ASN1(this.#ssl, certificate, certificate.length) === 1 &&
      ssl.SSL_use_PrivateKey_ASN1(KEY_TYPE_EC, this.#ssl, privateKey, privateKey.length) === 1;
    if (!isTaken) {
      this.close();
      throw failure(ssl, 'the use of a certificate');
    }
    if (role === 'active') ssl.SSL_set_connect_state(this.#ssl);
    else ssl.SSL_set_accept_state(this.#ssl);
  }

  get state(): DtlsState {
    return this.#state;
  }

  /** The first flight, where it is ours. Datagrams to be sent. */
  begin(): Buffer[] {
    return this.#advance();
  }

  /** A datagram of DTLS records came. What is to be sent for it: also where the peer missed our last flight. */
  receive(datagram: Uint8Array): Buffer[] {
    if (this.#closed || datagram.length > SCRATCH) return [];
    this.#library.BIO_write(this.#in, datagram, datagram.length);
    return this.#advance();
  }

  /** Milliseconds until `expired` wants to be called; undefined: nothing is waited for. */
  get timeoutMs(): number | undefined {
    if (this.#closed || this.#state.at !== 'handshaking') return undefined;
    if (this.#library.SSL_ctrl(this.#ssl, CONTROL.getTimeout, 0, timeval) !== 1) return undefined;
    return Number(timeval.readBigInt64LE(0)) * 1_000 + Math.ceil(Number(timeval.readBigInt64LE(8)) / 1_000);
  }

  /** The time is over: the flight is sent once more. */
  expired(): Buffer[] {
    if (this.#closed || this.#state.at !== 'handshaking') return [];
    this.#library.ERR_clear_error();
    if (this.#library.SSL_ctrl(this.#ssl, CONTROL.handleTimeout, 0, null) < 0) this.#fail('the peer does not answer');
    return this.#takeDatagrams();
  }

  #advance(): Buffer[] {
    if (this.#closed || this.#state.at === 'failed') return [];
    const ssl = this.#library;
    ssl.ERR_clear_error();
    if (this.#state.at === 'handshaking') this.#handshake();
    // Nobody sends data here; what is read away are retransmissions, which are answered, and alerts.
    else while (ssl.SSL_read(this.#ssl, scratch, SCRATCH) > 0);
    ssl.ERR_clear_error();
    return this.#takeDatagrams();
  }

  #handshake(): void {
    const ssl = this.#library;
    const result = ssl.SSL_do_handshake(this.#ssl);
    if (result === 1) return this.#finish();
    const error = ssl.SSL_get_error(this.#ssl, result);
    if (error !== WANT_READ && error !== WANT_WRITE) this.#fail(takeErrors(ssl) || `SSL error ${error}`);
  }

  #fail(why: string): void {
    this.#state = { at: 'failed', why };
  }

  #finish(): void {
    const keys = this.#exportKeys();
    const certificate = this.#peerCertificate();
    if (!keys) this.#fail('the peer has no SRTP profile in common with us');
    else if (!certificate) this.#fail('the peer has no certificate');
    else this.#state = { at: 'ready', keys, certificate };
  }

  /** RFC 5764 § 4.2: the client's key, the server's, the client's salt, the server's. */
  #exportKeys(): SrtpKeys | undefined {
    const ssl = this.#library;
    const selected = ssl.SSL_get_selected_srtp_profile(this.#ssl);
    const { id } = selected ? (koffi.decode(selected, Profile) as { id: number | bigint }) : { id: 0 };
    const suite = PROFILES.find((one) => one.id === Number(id))?.suite;
    if (!suite) return undefined;
    const { keyBytes, saltBytes } = suites[suite];
    const material = Buffer.alloc(2 * (keyBytes + saltBytes));
    const done = ssl.SSL_export_keying_material(
      this.#ssl,
      material,
      material.length,
      EXPORTER,
      EXPORTER.length,
      null,
      0,
      0,
    );
    if (done !== 1) return undefined;
    const part = (from: number, length: number): Uint8Array => new Uint8Array(material.subarray(from, from + length));
    const of = (side: 0 | 1): MasterKey => ({
      suite,
      key: part(side * keyBytes, keyBytes),
      salt: part(2 * keyBytes + side * saltBytes, saltBytes),
    });
    const [client, server] = [of(0), of(1)];
    material.fill(0);
    return this.role === 'active' ? { send: client, receive: server } : { send: server, receive: client };
  }

  #peerCertificate(): Uint8Array | undefined {
    const ssl = this.#library;
    const certificate = ssl.SSL_get1_peer_certificate(this.#ssl);
    if (!certificate) return undefined;
    const bio = present(ssl.BIO_new(ssl.BIO_s_mem()), 'BIO_new');
    ssl.i2d_X509_bio(bio, certificate);
    const der = read(ssl, bio);
    ssl.BIO_free(bio);
    ssl.X509_free(certificate);
    return der;
  }

  /** OpenSSL's memory has no bounds between datagrams, but records have a length (RFC 6347 § 4.1): whole ones are put together. */
  #takeDatagrams(): Buffer[] {
    const bytes = read(this.#library, this.#out);
    const datagrams: Buffer[] = [];
    let start = 0;
    for (let at = 0; at + RECORD_HEADER <= bytes.length;) {
      const next = at + RECORD_HEADER + bytes.readUInt16BE(at + 11);
      if (next - start > MTU && at > start) {
        datagrams.push(bytes.subarray(start, at));
        start = at;
      }
      at = next;
    }
    if (start < bytes.length) datagrams.push(bytes.subarray(start));
    return datagrams;
  }

  /** Lets go of it; the keys stay as they are. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#library.SSL_free(this.#ssl);
  }
}

/** All that a BIO has. */
function read(ssl: OpenSsl, bio: Pointer): Buffer {
  const bytes = Buffer.alloc(ssl.BIO_ctrl_pending(bio));
  if (bytes.length > 0) ssl.BIO_read(bio, bytes, bytes.length);
  return bytes;
}
