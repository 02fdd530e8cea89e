/** What the transport layer (RFC 3261 § 18) speaks of: where a message came from and where one is to go. */
import { HalinaError } from '../../base/errors.js';
import type { SipMessage } from '../message/message.js';

export type Protocol = 'udp' | 'tcp';

/** A local address that we listen on, with what peers see of it. */
export interface Face {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly transports: readonly Protocol[];
  /** The address that peers outside this machine's own networks see. */
  readonly externalAddress?: string | undefined;
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
}

/** Where a message is to go. */
export interface Destination {
  readonly protocol: Protocol;
  /** An IP address; names are resolved before. */
  readonly address: string;
  readonly port: number;
  /** Name of the face to send from; chosen by the address where it lacks. */
  readonly face?: string | undefined;
  /** TCP: where to connect to when the connection from `port` is gone (§ 18.2.2); where it lacks, `port` itself. */
  readonly connectPort?: number | undefined;
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
 * the connection broke or its peer does not read.
 */
export type TransportErrorCode = 'NO_TRANSPORT' | 'REFUSED' | 'TIMEOUT' | 'UNREACHABLE' | 'TOO_LARGE' | 'CLOSED';

export class TransportError extends HalinaError {
  declare readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, cause?: unknown) {
    super(code, message, cause === undefined ? {} : { cause });
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
  /** TCP connections that were closed at once because there were too many. */
  connectionsRefused: number;
}
