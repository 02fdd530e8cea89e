/**
 * The media engine as the call application sees it. A session has two legs; SDP goes in and comes out as text, packets
 * never pass this door. Two engines can stand behind it: the embedded one (`session/`) and a FreeSWITCH.
 * Where a call is internal, the calling handset has the `outside` leg.
 */
import type { CallId } from '../base/brands.js';
import type { CallEntry, NoticeEvidence } from '../entry/call-entry.js';
import type { FaxSign } from '../codecs/fax-detector.js';
import type { AudioCodec, FaxTerms, MediaSecurity } from '../sdp/index.js';
import type { LegMedia } from '../entry/call-media.js';
import type { Leg, SpoolParty } from '../spool/records.js';
import type { SealKey } from '../vault/seal-key.js';

export type { FaxSign } from '../codecs/fax-detector.js';
export type { FaxTerms, MediaSecurity } from '../sdp/index.js';
export type { Leg, SpoolParty } from '../spool/records.js';

/** A prompt in memory: decoded once at start into each codec that can be negotiated. */
export interface PromptInfo {
  /** `notice`, `no-answer`, `busy`, `reminder`…, as in prompts/<language>/<name>.wav. */
  readonly name: string;
  readonly language: string;
  /** SHA-256 of the WAV file, hex. */
  readonly sha256: string;
  readonly durationMs: number;
  /** 20 ms frames of the whole prompt. */
  readonly frames: number;
}

export type Tone = 'ringback' | 'busy' | 'congestion' | 'beep';

/** What was sent of a prompt. `framesSent === framesTotal` when it was played whole. */
export type PlayEvidence = Omit<NoticeEvidence, 'mode' | 'choice'>;

export interface PlayOptions {
  readonly signal?: AbortSignal;
  /** From the beginning again until something stops it: music. */
  readonly loop?: boolean;
}

/** Where a leg's media goes, and the codecs that its peer may have, the best first; default: G.711. */
export interface LegAddress {
  readonly local: string;
  readonly advertised: string;
  readonly codecs?: readonly AudioCodec[] | undefined;
}

export interface SessionOptions {
  readonly id: CallId;
  /** Local and advertised address for each leg (chosen by the face that the leg's peer is on). */
  readonly addresses: Readonly<Record<Leg, LegAddress>>;
  /** Digit strings that the engine holds back on a leg until decided, and reports as `code` (e.g. `*7` inside). */
  readonly codes?: Readonly<Partial<Record<Leg, readonly string[]>>>;
}

/** What is measured of a leg's sound beyond its counters. */
export type LegQuality = Omit<LegMedia, 'encryption' | 'packetsReceived' | 'packetsSent' | 'lostPercent' | 'jitterMs'>;

export interface LegStats {
  readonly packetsReceived: number;
  readonly packetsSent: number;
  /** By sequence numbers. */
  readonly packetsLost: number;
  readonly packetsLate: number;
  readonly packetsDuplicate: number;
  /** From other sources than the latched one, or malformed: dropped. */
  readonly packetsRejected: number;
  /** Of those received: relayed by the kernel plane. */
  readonly packetsByKernel: number;
  /** RFC 3550 interarrival jitter, milliseconds. */
  readonly jitterMs: number;
  /** The latched source, `address:port`. */
  readonly source: string | undefined;
  /** What its sound is encrypted by, e.g. `AES_CM_128_HMAC_SHA1_80`; undefined: it is plain. */
  readonly encryption: string | undefined;
  /** How its sound was, as far as that is known. */
  readonly quality: LegQuality;
}

export interface SpoolEnd {
  readonly path: string;
  readonly bytes: number;
  /** Packets that were relayed but could not be written. */
  readonly dropped: number;
  /** Set when writing was cut short before the end. */
  readonly cut: 'no-room' | 'stopped' | 'failed' | undefined;
}

/** What a session tells. */
export type MediaNews =
  /** A key that was pressed and goes (or went) on to the other side. */
  | { readonly type: 'dtmf'; readonly leg: Leg; readonly digit: string; readonly source: 'rtp' | 'inband' }
  /** A held-back code that matched; it was not passed on. */
  | { readonly type: 'code'; readonly leg: Leg; readonly code: string }
  /** The peer's SDP put the call on hold or took it off (RFC 3264 § 8.4: sendonly, inactive, c=0.0.0.0). */
  | { readonly type: 'hold'; readonly leg: Leg; readonly held: boolean }
  /** No RTP from this leg for `media.silenceTimeout` although it should send. Told once per silence. */
  | { readonly type: 'silence'; readonly leg: Leg; readonly forMs: number }
  /** Its sound must be encrypted, and no keys could be agreed on with its peer: nothing passes. Told once an association. */
  | { readonly type: 'unsecured'; readonly leg: Leg }
  /** A fax machine is heard on this leg. Told once a session. */
  | { readonly type: 'fax'; readonly leg: Leg; readonly sign: FaxSign }
  /** The spool could not go on: the call does. */
  | { readonly type: 'recordingCut'; readonly reason: 'no-room' | 'failed' }
  /** The engine process is gone; the session with it. Its spool is left for recovery. */
  | { readonly type: 'lost' };

/**
 * What a leg and one of its peers say to one another. The peer that was agreed with last has the leg; one that was
 * replaced is still answered, but changes nothing any more.
 */
export interface LegPeer {
  /** Our description as the peer was told it last; empty before the first. */
  readonly told: string;
  /** Whether its sound is to be encrypted, from the next description on; plain where nothing was said. */
  secure(security: MediaSecurity): void;
  /**
   * An offer for the peer (RFC 3264 § 5); the `o=` version rises only when something changed. `sendonly`: the peer is to
   * be told that the other party holds the call. Throws `SdpError` where its security is `refuse`.
   */
  createOffer(direction?: 'sendrecv' | 'sendonly'): string;
  /**
   * Takes the peer's offer and answers it. Re-arms the latch. Throws `SdpError` (SIP 488, or 400 if it cannot be read).
   * `signalling`: the address that the SIP message came from, which tells the latch more about a peer behind NAT.
   * `sendonly`: the other party holds the call, and the answer is to say so still.
   */
  acceptOffer(sdp: string, signalling?: string, direction?: 'sendrecv' | 'sendonly'): string;
  /** Takes the peer's answer to the last offer; may be called again for a further 18x or 2xx. Re-arms the latch. */
  acceptAnswer(sdp: string, signalling?: string): void;

  /**
   * The terms of the fax (T.38) that a description of the peer's has; undefined where it has none. Throws `SdpError`, also
   * where fax is out of the question.
   */
  readFax(sdp: string): FaxTerms | undefined;
  /** An offer of fax in place of the sound. `terms`: the other machine's. */
  offerFax(terms: FaxTerms): string;
  /** Answers the peer's offer of fax with the other machine's terms: from now on datagrams are its UDPTL. Throws `SdpError`. */
  acceptFaxOffer(sdp: string, terms: FaxTerms, signalling?: string): string;
  /** Takes the peer's answer to our offer of fax, and gives its terms. Throws `SdpError` (488) where it takes no fax. */
  acceptFaxAnswer(sdp: string, signalling?: string): FaxTerms;
}

/** A further peer of a leg, until it has the leg, on ports of its own. */
export interface NextPeer extends LegPeer {
  /** It does not come: its ports are let go, and the leg stays with whom it had. Harmless once it has the leg. */
  close(): void;
}

export interface NextPeerOptions {
  readonly address: SessionOptions['addresses'][Leg];
  /** The description that this peer has of us from elsewhere: its `o=` line goes on from there (RFC 3264 § 8). */
  readonly continues?: string;
}

export interface MediaSession {
  readonly id: CallId;
  /** Who hears what happens in it; whoever did before, hears no more. */
  hear(listener: (news: MediaNews) => void): void;

  /** The leg's first peer, which these three are short for. */
  peer(leg: Leg): LegPeer;
  createOffer(leg: Leg, direction?: 'sendrecv' | 'sendonly'): string;
  acceptOffer(leg: Leg, sdp: string, signalling?: string): string;
  acceptAnswer(leg: Leg, sdp: string, signalling?: string): void;

  /**
   * Another peer for a leg, e.g. who the call is transferred to. It has the leg from its first agreement on, and what
   * the other leg is sent stays one stream. Rejects like `openSession`.
   */
  nextPeer(leg: Leg, options: NextPeerOptions): Promise<NextPeer>;

  /**
   * Plays a prompt towards the leg at once, to the SDP's address if nothing is latched yet. Replaces what plays. Resolves
   * at its end, or where it was stopped (`signal`, `bridge`, `close`, another sound) with what was sent until then; it
   * waits while the peer has us on hold. Rejects with `HalinaError` `MEDIA_NO_PROMPT`, `MEDIA_NOT_AGREED` (no SDP yet) or
   * `MEDIA_ENGINE_LOST`.
   */
  play(leg: Leg, prompt: { name: string; language: string }, options?: PlayOptions): Promise<PlayEvidence>;
  /** Plays a tone until told otherwise; `undefined` stops it. */
  tone(leg: Leg, tone: Tone | undefined): void;
  /** Detect keys in the sound of this leg (Goertzel) as long as telephone-event is not negotiated. */
  listen(leg: Leg, on: boolean): void;

  /** Makes a key towards the leg as a telephone-event; false where its peer takes none (RFC 4733 was not agreed on). */
  sendKey(leg: Leg, key: string): boolean;

  /**
   * Relays both directions from now on. Stops tones and prompts. `party`: who has the inside leg, for the spool: a
   * recording that is recovered after a crash knows from it who talked when. `at`: since when they could talk, Unix
   * milliseconds; a recording begins there, although we heard of it later.
   */
  bridge(party?: SpoolParty, at?: number): void;
  /** Stops relaying. What passes then is not in the recording; time runs on. */
  unbridge(): void;

  /**
   * Spools both directions from now on (while bridged and nobody is on hold), to `path`, within the budget that is asked
   * for as it grows; sealed with `seal` where that is given. Resolves when the first block is on the disk; rejects where the file cannot be made.
   */
  startSpool(path: string, entry: CallEntry, seal?: SealKey): Promise<void>;
  /** Stops spooling for good (`*9`): what is there stays, time runs on in it. */
  stopSpool(): void;

  /** Counters so far; those known last where the process is gone. */
  stats(): Promise<Readonly<Record<Leg, LegStats>>>;
  /**
   * Ends the session: sockets drain and close, the spool's last block is on disk when this resolves. `at`: when the call
   * ended, Unix milliseconds; a recording ends there.
   */
  close(
    at?: number,
  ): Promise<{ readonly stats: Readonly<Record<Leg, LegStats>>; readonly spool: SpoolEnd | undefined }>;
}

export interface MediaEngine {
  /** Rejects with `HalinaError` `MEDIA_NO_PORTS` or `MEDIA_NO_ENGINE`. */
  openSession(options: SessionOptions): Promise<MediaSession>;
  prompt(name: string, language: string): PromptInfo | undefined;
  close(): Promise<void>;
}

/** Who grants bytes on disk before they are written. */
export interface SpoolBudget {
  /** Asks for `bytes` more for this call's spool; false: there is no room, and the spool is cut. */
  reserve(id: CallId, bytes: number): Promise<boolean>;
}
