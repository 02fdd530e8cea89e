/** What the transport layer (RFC 3261 § 18) speaks of: where a message came from and where one is to go. */
import { HalinaError } from '../../base/errors.js';
import type { SipMessage } from '../message/message.js';

export type Protocol = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';
/** Those with connections. */
export type StreamProtocol = Exclude<Protocol, 'udp'>;

/** TLS at a face. */
export interface TlsSettings {
  /**
   * PEM files; the first is shown where a peer names no server, the others to those that ask for a name in them (SNI). It is
   * also what we show as a client. Without any, the face only opens connections.
   */
  readonly certificates: readonly { readonly certificate: string; readonly key: string }[];
  /** PEM files with the certificates of those whose signature on a peer's certificate counts; else the well-known ones. */
  readonly trusted?: readonly string[] | undefined;
  /** Whether peers that connect are asked for a certificate, and refused without one that is good. */
  readonly clients?: 'none' | 'wanted' | 'required' | undefined;
  /** Whether a certificate for `*.example.com` is one for `sip.example.com`; RFC 5922 § 7.2 says no, some providers need it. */
  readonly wildcards?: boolean | undefined;
}

/** A local address that we listen on, with what peers see of it. */
export interface Face {
  readonly name: string;
  readonly address: string;
  /** For UDP and TCP. */
  readonly port: number;
  /** Where they lack: 5061 for TLS, 5066 and 7443 for WebSocket without and with TLS. */
  readonly tlsPort?: number | undefined;
  readonly wsPort?: number | undefined;
  readonly wssPort?: number | undefined;
  readonly transports: readonly Protocol[];
  /** The address that peers outside this machine's own networks see. */
  readonly externalAddress?: string | undefined;
  readonly tls?: TlsSettings | undefined;
  /** Web pages (`https://host[:port]`) from which browsers may connect; every one where it lacks. */
  readonly origins?: readonly string[] | undefined;
}

/** Where a message came from: also the way back. */
export interface Flow {
  readonly protocol: Protocol;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Name of the face. */
  readonly face: string;
  /** What the peer proved to be by a certificate. */
  readonly identities?: Identities | undefined;
}

/** The names in a certificate that was verified, in small letters (RFC 5922 § 7.1). */
export interface Identities {
  /** Hosts of SIP URIs. Where there are any, only they count. */
  readonly sip: readonly string[];
  readonly dns: readonly string[];
  readonly addresses: readonly string[];
}

/** Where a message is to go. */
export interface Destination {
  readonly protocol: Protocol;
  /** An IP address; names are resolved before. */
  readonly address: string;
  readonly port: number;
  /** Name of the face to send from; chosen by the address where it lacks. */
  readonly face?: string | undefined;
  /** Streams: where to connect to when the connection from `port` is gone (§ 18.2.2); where it lacks, `port` itself. */
  readonly connectPort?: number | undefined;
  /** TLS: whom a connection that we open must lead to, by the peer's certificate (RFC 5922). */
  readonly serverName?: string | undefined;
  /** Where a request goes when it finds nobody here, in this order (RFC 3263 § 4.3). */
  readonly others?: readonly Destination[] | undefined;
}

export interface TransportHandler {
  /** A message came that could be read. Via has `received` and `rport` already (RFC 3261 § 18.2.1, RFC 3581 § 4). */
  onMessage(message: SipMessage, flow: Flow): void;
  /**
   * A destination cannot be reached: nothing listens there, or the connection broke. `branch`: of the very message that was
   * refused, where that is known; without it, it may be any that was sent there of late.
   */
  onUnreachable(destination: Destination, branch?: string): void;
  /** Whether a request that could not be read is to be answered; without this, every one is. */
  mayAnswer?(request: SipMessage, flow: Flow): boolean;
  /** Whether a keep-alive from there is to be answered; without this, every one is. */
  isKnown?(flow: Flow): boolean;
}

/** The transport as transactions see it. */
export interface Transport {
  readonly reliable: (protocol: Protocol) => boolean;
  /** Sends; rejects with `TransportError`. UDP may fail later too, by `onUnreachable`. */
  send(message: SipMessage, destination: Destination): Promise<void>;
  /** What goes into Via and Contact of a message to this destination. */
  sentBy(destination: Destination): { host: string; port: number };
}

/**
 * Why a message did not leave. `NO_TRANSPORT`: no face has the protocol, or the address family; `REFUSED`: nothing listens
 * there; `TIMEOUT`: no connection in time; `UNREACHABLE`: no way there; `TOO_LARGE`: more than a datagram holds; `CLOSED`:
 * the connection broke or its peer does not read; `CERTIFICATE`: the peer's certificate is not good, or ours not for it.
 */
export type TransportErrorCode =
  | 'NO_TRANSPORT'
  | 'REFUSED'
  | 'TIMEOUT'
  | 'UNREACHABLE'
  | 'TOO_LARGE'
  | 'CLOSED'
  | 'CERTIFICATE';

export class TransportError extends HalinaError {
  declare readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, cause?: unknown, hint?: string) {
    super(code, message, { ...(cause === undefined ? {} : { cause }), ...(hint === undefined ? {} : { hint }) });
  }
}

/** Counters of what came, and of what of it could not be used. */
export interface TransportCounters {
  messages: number;
  /** Could not be read and not be answered, or a response to nothing of ours. */
  dropped: number;
  /** Could not be read but was answered. */
  refused: number;
  pings: number;
  /** Destinations that ICMP said to be out of reach. */
  unreachable: number;
  /** Connections that were not taken: too many, no TLS or WebSocket that fits, a certificate that is not good. */
  connectionsRefused: number;
}
