/**
 * What a spool holds: RTP packets of both legs in the order in which they passed, and marks that say what happened.
 * This file is the meaning; `pcap.ts` is the bytes.
 */
import type { CallEntry, TalkReason } from '../entry/call-entry.js';

/** The two sides of a session; `outside` becomes the left channel, `inside` the right. */
export type Leg = 'outside' | 'inside';

/** How a payload type is to be decoded. */
export interface PayloadMapping {
  readonly payloadType: number;
  readonly codec: 'PCMA' | 'PCMU' | 'G722' | 'opus' | 'telephone-event' | 'CN';
  /** Hz of the RTP timestamp. */
  readonly clockRate: number;
}

/** Who has the inside leg: a handset of the office or, where a call was sent on to the outside, a number. */
export interface SpoolParty {
  readonly extension?: string | undefined;
  readonly number?: string | undefined;
  readonly why?: TalkReason | undefined;
}

export type SpoolMark =
  /** First record: names the call, so that a spool found alone explains itself. */
  | { readonly type: 'call'; readonly entry: CallEntry }
  /** The payload types that may come from this leg from now on. */
  | { readonly type: 'codecs'; readonly leg: Leg; readonly mappings: readonly PayloadMapping[] }
  /** Both parties talk from here: the recording's time zero. */
  | { readonly type: 'begin' }
  | { readonly type: 'hold'; readonly leg: Leg }
  | { readonly type: 'resume'; readonly leg: Leg }
  /** Nobody has the inside leg (a transfer, a parked call): what passes is no part of the call; time runs on. */
  | { readonly type: 'apart' }
  /** Who has the inside leg from now on, after `begin` or `apart`. */
  | { readonly type: 'party'; readonly party: SpoolParty }
  /** Sound after this is not in the recording (`*9`, budget); time runs on. */
  | { readonly type: 'cut'; readonly reason: 'no-room' | 'stopped' | 'failed' }
  /** Last record of a call that ended in good order. */
  | { readonly type: 'end' };

export type SpoolRecord =
  | { readonly kind: 'rtp'; readonly leg: Leg; readonly timeUs: number; readonly rtp: Uint8Array }
  | { readonly kind: 'mark'; readonly timeUs: number; readonly mark: SpoolMark };
// timeUs: microseconds since 1970, from a wall time taken once at the session's beginning plus monotonic time, so that
// a clock that is set in mid-call does not bend the recording.
