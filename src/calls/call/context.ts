/** What calls are made of: the doors to everything around them, and how the application sees a call. */
import type { CallId } from '../../base/brands.js';
import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { Config } from '../../config/schema.js';
import type { CallEntry, Fax } from '../../entry/call-entry.js';
import type { MediaEngine, SessionOptions } from '../../media/engine.js';
import type { QueueDesks } from '../office/queue/desks.js';
import type { Binding, CallLedger } from '../ports.js';
import type { HandsetTarget } from '../registrar/registrar.js';
import type { SipPort } from '../sip-port.js';
import type { Placed, Switchboard, Taker } from '../transfer/switchboard.js';
import type { DialogName } from '../transfer/refer.js';
import type { TrunkHealth } from '../trunks/health.js';
import type { Trunk } from '../trunks/sources.js';
import type { Ending } from './ending.js';

/** Where handsets are. */
export interface Handsets {
  /** Where an extension is reached; nowhere if it is not registered or not known. */
  targets(extension: string): readonly HandsetTarget[];
  /** Its connection turned out to be gone. */
  unreachable(binding: Binding): void;
}

/** The addresses of a media leg, by the address of the leg's peer. */
export type LegAddress = (peer: string | undefined) => SessionOptions['addresses']['outside'];

export interface CallContext {
  /** As it stood when the call began. */
  readonly config: Config;
  readonly sip: SipPort;
  readonly media: MediaEngine;
  readonly ledger: CallLedger;
  readonly handsets: Handsets;
  readonly address: LegAddress;
  /** The other calls, and where calls may be sent. */
  readonly switchboard: Switchboard;
  readonly queues: QueueDesks;
  readonly trunkHealth: Pick<TrunkHealth, 'answered' | 'failed' | 'probe'>;
  /** Ends the youngest call on a trunk that is no emergency call, for one that is. Whether there was one. */
  readonly makeRoom: (trunk: Trunk) => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

export type Outside = CallEntry['outside'];

/** A running call as `halina calls` shows it. */
export interface LiveCall {
  readonly id: CallId;
  readonly direction: 'inbound' | 'outbound' | 'internal';
  /** What the call is doing, e.g. `ringing`. */
  readonly state: string;
  readonly trunk?: string;
  /** The outside party's number as far as it is known. */
  readonly outside?: string;
  readonly dialled: string;
  readonly extension?: string;
  /** Handsets that are being rung. */
  readonly ringing?: readonly string[];
  /** Unix milliseconds. */
  readonly startedAt: number;
  readonly connectedAt?: number;
  readonly recording: boolean;
  /** Machines talk, in sound or by T.38. */
  readonly fax?: Fax['kind'];
}

export interface Call {
  readonly id: CallId;
  readonly trunk: string | undefined;
  /** A call to an emergency centre, or its call back: it is never ended to make room. */
  readonly emergency?: boolean;
  readonly live: LiveCall;
  /** How many channels of a trunk it takes: two, where it goes in and out by the same. */
  channelsOn(trunk: string): number;
  /** Begins it. To be called once. */
  start(): void;
  /** Extensions that are being rung for it. */
  readonly rings: readonly string[];
  /** A handset takes the call that rings elsewhere. Whether it may try. */
  pickUp(taker: Taker): boolean;
  /** What has this dialog in it. */
  find(name: DialogName): Placed | undefined;
  /** Ends it at once, whatever it is doing. */
  end(ending: Ending): void;
}
