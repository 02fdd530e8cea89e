/**
 * TLS under SIP (RFC 3261 § 26.3, RFC 5922): as a server with a certificate for each name (SNI), as a client that makes sure
 * that the other end is whom the URI means. What is wrong with a certificate is said in words.
 */
import { once } from 'node:events';
import { isIP } from 'node:net';
import type net from 'node:net';
import tls from 'node:tls';
import type { Certificates } from './certificates.js';
import { describeIdentities, identitiesOf, isFor } from './identity.js';
import type { Refused, StreamKind, Target } from './streams.js';
import { TransportError, type Identities, type TlsSettings } from './types.js';
import { prepareSocket, socketWire, type Wire } from './wire.js';

type Policy = Pick<TlsSettings, 'clients' | 'wildcards'>;

/** Places whose names are remembered. */
const PROVED_MAX = 1000;

interface Waiting {
  readonly ready: (socket: tls.TLSSocket) => void;
  readonly refused: Refused;
}

/** What OpenSSL says of a certificate, and what that means to whoever has to do something about it. */
const REASONS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  CERT_HAS_EXPIRED: ['has expired', 'its owner must renew it; is the clock of this machine right?'],
  CERT_NOT_YET_VALID: ['is not valid yet', 'is the clock of this machine right?'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['is signed by nobody but itself', 'if you know it, name its file under sip.faces[].tls.trusted'],
  SELF_SIGNED_CERT_IN_CHAIN: ['is signed by someone who is not trusted here', 'if you know them, name their certificate under sip.faces[].tls.trusted'],
  UNABLE_TO_GET_ISSUER_CERT: ['is signed by someone who is not trusted here', 'if you know them, name their certificate under sip.faces[].tls.trusted'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['is signed by someone who is not trusted here', 'if you know them, name their certificate under sip.faces[].tls.trusted'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['does not come with the certificates of those who signed it', 'its owner must add them to the file; or name them under sip.faces[].tls.trusted'],
  CERT_REVOKED: ['was revoked', 'its owner must get another'],
  INVALID_PURPOSE: ['is not for this use', 'its owner needs one for servers and clients'],
}; // prettier-ignore

function untrusted(where: string, code: string): TransportError {
  const [what, hint] = REASONS[code] ?? [`is not trusted (${code})`, 'ask its owner'];
  return new TransportError('CERTIFICATE', `the certificate of ${where} ${what}`, undefined, hint);
}

/** Handshakes that failed at the other end because of our certificate, or of the lack of one; or because it has no TLS. */
function handshakeFailed(error: Error, where: string): TransportError | undefined {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (/CERTIFICATE_REQUIRED|ALERT_(BAD|UNSUPPORTED|EXPIRED|UNKNOWN|REVOKED)_C|UNKNOWN_CA|HANDSHAKE_FAILURE/.test(code))
    return new TransportError(
      'CERTIFICATE',
      `${where} does not take our certificate, or wants one (${code})`,
      error,
      'see sip.faces[].tls.certificates, and what the provider asks for',
    );
  if (/^ERR_SSL_|EPROTO/.test(code))
    return new TransportError('UNREACHABLE', `${where} does not speak TLS as we do (${code})`, error);
  return undefined;
}

/** What a peer proved; undefined where it showed no certificate, or one that is not good. */
function proved(socket: tls.TLSSocket): Identities | undefined {
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
  return certificate && identitiesOf(certificate);
}

export class TlsKind implements StreamKind {
  readonly protocol = 'tls';
  readonly #server: tls.Server;
  readonly #waiting = new Map<string, Waiting>();
  /** Names that were proved at an address and port, for URIs of dialogs that name only these. */
  readonly #proved = new Map<string, Set<string>>();

  constructor(
    private readonly certificates: Certificates,
    private readonly policy: Policy,
  ) {
    const asks = (policy.clients ?? 'none') !== 'none';
    this.#server = tls.createServer({
      SNICallback: (name, done) => done(null, certificates.context(name)),
      requestCert: asks,
      // What is wrong with it is looked at afterwards, to be able to say it.
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
    });
    this.#server.on('secureConnection', (socket) => this.#secured(socket));
    this.#server.on('tlsClientError', (error, socket) => {
      this.#take(socket)?.refused(`TLS failed: ${error.message}`);
      socket.destroy();
    });
    this.renewed();
  }

  accept(socket: net.Socket, ready: (wire: Wire) => void, refused: Refused): void {
    this.secure(socket, (secured) => ready(socketWire(secured, proved(secured))), refused);
  }

  /** The TLS socket on top of one that a peer opened, when it is there. */
  secure(socket: net.Socket, ready: (socket: tls.TLSSocket) => void, refused: Refused): void {
    const key = keyOf(socket);
    this.#waiting.set(key, { ready, refused });
    socket.once('close', () => this.#waiting.delete(key));
    this.#server.emit('connection', socket);
  }

  connect = async (to: Target, made: (socket: net.Socket) => void): Promise<Wire> => {
    const { address, port, localAddress, serverName = address } = to;
    const where = isIP(serverName) ? `${serverName}:${port}` : `${serverName} (${address}:${port})`;
    const options: tls.ConnectionOptions & { localAddress?: string } = {
      host: address,
      port,
      secureContext: this.certificates.context(undefined),
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined, // Below, by the rules of SIP.
      minVersion: 'TLSv1.2',
      ...(isIP(serverName) ? {} : { servername: serverName }),
      ...(localAddress ? { localAddress } : {}),
    };
    const socket = tls.connect(options);
    made(socket);
    try {
      await once(socket, 'secureConnect');
      const identities = this.#verified(socket, to, where);
      prepareSocket(socket);
      return socketWire(socket, identities);
    } catch (error) {
      socket.destroy();
      throw error;
    }
  };

  /** TLS 1.3 tells of a certificate that is not taken only after the connection is there. */
  explain(error: Error, where: string): TransportError | undefined {
    return handshakeFailed(error, where);
  }

  leadsTo({ identities }: { readonly identities: Identities | undefined }, serverName: string): boolean {
    return identities !== undefined && isFor(identities, serverName, this.policy.wildcards);
  }

  /** Peers that name no server get the first certificate, which may be another now. */
  renewed(): void {
    const [first] = this.certificates.pairs;
    if (first) this.#server.setSecureContext({ cert: first.chain, key: first.key, ...this.certificates.trusted });
  }

  #verified(socket: tls.TLSSocket, to: Target, where: string): Identities {
    const { address, port, serverName = address } = to;
    const certificate = socket.getPeerX509Certificate();
    if (!socket.authorized) throw untrusted(where, String(socket.authorizationError));
    if (!certificate) throw new TransportError('CERTIFICATE', `${where} shows no certificate`);
    const identities = identitiesOf(certificate);
    const before = this.#provedAt(address, port);
    // A Record-Route with the address of a server is about the one that proved its name there (its domain is not in the URI).
    const meant = serverName === address ? [serverName, ...before] : [serverName];
    if (meant.some((name) => isFor(identities, name, this.policy.wildcards))) {
      before.add(serverName);
      return identities;
    }
    throw new TransportError(
      'CERTIFICATE',
      `the certificate of ${where} is for ${describeIdentities(identities)}, not for ${serverName}`,
      undefined,
      wildcardHint(identities, serverName) ?? 'write the name in the certificate as the proxy, or ask the provider',
    );
  }

  #provedAt(address: string, port: number): Set<string> {
    const key = `${address} ${port}`;
    const known = this.#proved.get(key) ?? new Set();
    if (this.#proved.size >= PROVED_MAX) this.#proved.clear();
    this.#proved.set(key, known);
    return known;
  }

  #secured(socket: tls.TLSSocket): void {
    const waiting = this.#take(socket);
    const why = this.policy.clients === 'required' && !socket.authorized ? this.#whyRefused(socket) : undefined;
    if (waiting && why === undefined) return waiting.ready(socket);
    socket.on('error', () => {}); // It is being closed.
    socket.destroy();
    waiting?.refused(why ?? 'nobody waits for it');
  }

  #whyRefused(socket: tls.TLSSocket): TransportError {
    const where = `the client at ${socket.remoteAddress ?? 'an unknown address'}`;
    if (socket.getPeerX509Certificate()) return untrusted(where, String(socket.authorizationError));
    const hint = 'it needs one, or a face on which sip.faces[].tls.clients does not require it';
    return new TransportError('CERTIFICATE', `${where} showed no certificate`, undefined, hint);
  }

  #take(socket: net.Socket): Waiting | undefined {
    const key = keyOf(socket);
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    return waiting;
  }
}

function wildcardHint(identities: Identities, serverName: string): string | undefined {
  return isFor(identities, serverName, true)
    ? 'RFC 5922 takes no wildcards; where the provider has no other, set sip.faces[].tls.wildcards to true'
    : undefined;
}

/** The TLS socket on top of a socket has the same ends. */
const keyOf = (socket: net.Socket): string => `${socket.remoteAddress} ${socket.remotePort}`;
