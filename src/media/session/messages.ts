/**
 * What the engine and its child processes say to one another: a few small messages a call, none a packet. Sent over
 * Node's IPC channel with structured cloning, in order, those together that are said within one turn of the event loop.
 */
import type { CallId } from '../../base/brands.js';
import type { CallEntry } from '../../entry/call-entry.js';
import type { AgreedAudio, SocketAddress } from '../../sdp/index.js';
import type { Leg, SpoolParty } from '../../spool/records.js';
import type { SealKey } from '../../vault/seal-key.js';
import type { LegStats, SpoolEnd, Tone } from '../engine.js';
import type { SessionNews } from './plane/session.js';
import type { EncodedSound } from './plane/sound.js';

/** A session's number, unique as long as the engine lives. */
export type SessionNumber = number;
export type LegPorts = Readonly<Record<Leg, number>>;
export type AllLegStats = Readonly<Record<Leg, LegStats>>;

export type MediaPlane = 'auto' | 'kernel' | 'session';

/** What a child is told once, before anything else. */
export interface PlaneSettings {
  readonly ports: { readonly from: number; readonly to: number };
  readonly portDrainMs: number;
  /** Calls that it may have at once. */
  readonly maxCalls: number;
  readonly silenceTimeoutMs: number;
  /** `auto`: the kernel's where the system allows it. */
  readonly plane: MediaPlane;
  /** By `language/name`. */
  readonly prompts: Readonly<Record<string, EncodedSound>>;
}

/** Requests: each is answered once, by its number. */
export interface PlaneRequests {
  /** `why`: the kernel plane was wanted and cannot be had. */
  configure: {
    args: { settings: PlaneSettings };
    result: { readonly plane: 'kernel' | 'session'; readonly why: string | undefined };
  };
  /** Takes the place of one of the same key, for what is played from now on. */
  prompt: { args: { key: string; sound: EncodedSound }; result: void };
  open: {
    args: {
      session: SessionNumber;
      id: CallId;
      addresses: Readonly<Record<Leg, string>>;
      codes: Readonly<Partial<Record<Leg, readonly string[]>>>;
    };
    result: LegPorts;
  };
  /** Ports for another peer of a leg; `peer` counts them, the first one is 0. */
  peer: { args: { session: SessionNumber; leg: Leg; peer: number; address: string }; result: number };
  play: { args: { session: SessionNumber; leg: Leg; prompt: string; loop: boolean }; result: Played };
  startSpool: {
    args: { session: SessionNumber; path: string; entry: CallEntry; seal?: SealKey | undefined };
    result: void;
  };
  stats: { args: { session: SessionNumber }; result: AllLegStats };
  /** A sign of life. */
  ping: { args: object; result: void };
  close: {
    args: { session: SessionNumber; at?: number | undefined };
    result: { stats: AllLegStats; spool: SpoolEnd | undefined };
  };
}

/** What was sent of a prompt; times are wall times. */
export interface Played {
  readonly framesSent: number;
  readonly framesTotal: number;
  readonly beganAt: number;
  readonly endedAt: number;
  readonly callerMediaSeen: boolean;
}

export type RequestName = keyof PlaneRequests;

type RequestMessage = {
  [K in RequestName]: {
    readonly type: 'request';
    readonly request: number;
    readonly name: K;
  } & PlaneRequests[K]['args'];
}[RequestName];

/** Orders that have no answer. */
export type Order =
  | {
      readonly type: 'remote';
      session: SessionNumber;
      leg: Leg;
      peer: number;
      remote: AgreedAudio;
      signalling: string | undefined;
    }
  /** The leg carries fax in place of sound, until the next `remote`. `remote`: where the peer wants it. */
  | {
      readonly type: 'fax';
      session: SessionNumber;
      leg: Leg;
      peer: number;
      remote: SocketAddress | undefined;
      signalling: string | undefined;
    }
  | { readonly type: 'forgetPeer'; session: SessionNumber; leg: Leg; peer: number }
  | { readonly type: 'stopPlaying'; session: SessionNumber; leg: Leg }
  | { readonly type: 'tone'; session: SessionNumber; leg: Leg; tone: Tone | undefined }
  | { readonly type: 'listen'; session: SessionNumber; leg: Leg; on: boolean }
  | { readonly type: 'key'; session: SessionNumber; leg: Leg; key: string }
  | {
      readonly type: 'bridge';
      session: SessionNumber;
      on: boolean;
      party: SpoolParty | undefined;
      at?: number | undefined;
    }
  | { readonly type: 'stopSpool'; session: SessionNumber }
  | { readonly type: 'reserved'; session: SessionNumber; granted: boolean };

export type ToPlane = RequestMessage | Order;

export type FromPlane =
  | { readonly type: 'done'; readonly request: number; readonly result: unknown }
  | {
      readonly type: 'failed';
      readonly request: number;
      readonly code: string;
      readonly message: string;
      readonly hint: string | undefined;
    }
  | { readonly type: 'news'; readonly session: SessionNumber; readonly news: SessionNews }
  | {
      readonly type: 'cut';
      readonly session: SessionNumber;
      readonly reason: 'no-room' | 'failed';
      readonly why: string;
    }
  | { readonly type: 'reserve'; readonly session: SessionNumber; readonly bytes: number };
