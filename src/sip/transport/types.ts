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
  readonly address: string;
  readonly port: number;
  /** Name of the face to send from; chosen by the address where it lacks. */
  readonly face?: string | undefined;
}

export interface TransportHandler {
  /** A message came that could be read. Via has `received` and `rport` already (RFC 3261 § 18.2.1, RFC 3581 § 4). */
  onMessage(message: SipMessage, flow: Flow): void;
  /** A destination cannot be reached: nothing listens there, or the connection broke. */
  onUnreachable(destination: Destination): void;
}

/** The transport as transactions see it. */
export interface Transport {
  readonly reliable: (protocol: Protocol) => boolean;
  /** Sends; rejects with `TransportError`. UDP may fail later too, by `onUnreachable`. */
  send(message: SipMessage, destination: Destination): Promise<void>;
  /** What goes into Via and Contact of a message to this destination. */
  sentBy(destination: Destination): { host: string; port: number };
}

export class TransportError extends HalinaError {
  constructor(code: 'NO_TRANSPORT' | 'UNREACHABLE' | 'TOO_LARGE' | 'CLOSED', message: string, cause?: unknown) {
    super(code, message, cause === undefined ? {} : { cause });
  }
}

/** Counters of what came and could not be used. */
export interface TransportCounters {
  messages: number;
  /** Could not be read and not be answered. */
  dropped: number;
  /** Could not be read but was answered. */
  refused: number;
  pings: number;
}
