/**
 * Our side of one SDP session: what we offered and answered so far, so that the next description keeps to it. The `o=`
 * version rises by one when a description differs from the one before, and only then (RFC 3264 § 8); m= lines stay in
 * their places, and payload types keep their meaning.
 */
import { isIP } from 'node:net';
import {
  type AudioCodec,
  type AudioFormat,
  type Direction,
  knownFormats,
  type PeerAudio,
  peerAudio,
  sharedFormats,
  type SocketAddress,
} from './audio.js';
import { type DtlsIdentity } from '../dtls/index.js';
import { cryptoAttribute, type CryptoLine, OwnKeys, type SdesKeys } from './crypto.js';
import { OwnDtls, sessionAttributes } from './dtls.js';
import type { Attribute, MediaDescription, SessionDescription } from './description.js';
import { notAcceptable, SdpError, warnings } from './errors.js';
import {
  agree,
  type AgreedAudio,
  answerDirection,
  answerFormats,
  answerLines,
  audioLine,
  G711,
  keepNumbers,
  noCodecLeft,
  offerFormats,
  protocolFor,
  refusedLine,
} from './negotiate.js';
import { faxLine, type FaxTerms, type PeerFax, peerFax } from './fax.js';
import { parseSdp } from './parse.js';
import { type Keying, type MediaSecurity, offerKeying, termsOf } from './security.js';
import { serializeSdp } from './serialize.js';
import { NOTHING, sharedNumbers } from './shared.js';

export interface LocalDescriptionOptions {
  /** The address written into the description. */
  readonly advertised: string;
  /** The address that we send from; it decides what of the peer's can be reached. */
  readonly local: string;
  /** Our RTP port; RTCP is the one after it. */
  readonly port: number;
  /** `o=`'s session id: digits, unique among our sessions. */
  readonly sessionId: string;
  /** Whether this is a socket of our own: a peer that names one would have us talk to ourselves. */
  readonly isOwn?: ((address: SocketAddress) => boolean) | undefined;
  /** What the peer was told before, by another session of ours: this one goes on from there (RFC 3264 § 8). */
  readonly continues?: string | undefined;
  /** The codecs that may be offered and taken at present, the best first. Default: G.711. */
  readonly codecs?: () => readonly AudioCodec[];
  /** Makes the certificate for DTLS, once, where it is needed. Throws where there is no DTLS. Default: there is none. */
  readonly identity?: (() => DtlsIdentity) | undefined;
}

const NO_NUMBERS = { formats: NOTHING, payloadTypes: NOTHING };

export class LocalDescription {
  readonly #options: LocalDescriptionOptions;
  #sessionId: string;
  #version = 0n;
  #told = '';
  /** The m= lines of the session, each as if it was refused; ours is at `#index`. */
  #lines: readonly MediaDescription[] = [];
  #index = 0;
  /** Formats whose numbers have a meaning in this session, and numbers that have another one. */
  #known: Pick<PeerAudio, 'formats' | 'payloadTypes'> = NO_NUMBERS;
  /**
   * What our last offer said; undefined when none was ever made. It stands although the peer has offered something since:
   * another fork may yet answer it.
   */
  #offered: readonly AudioFormat[] | undefined;
  #protocol = 'RTP/AVP';
  #security: MediaSecurity = 'off';
  #ownKeys: OwnKeys | undefined;
  /** The lines with keys in our last offer. */
  #offeredKeys: readonly CryptoLine[] = NOTHING;
  #ownDtls: OwnDtls | undefined;
  /** How sound was agreed on last, or how it was in the description that is gone on from. */
  #keying: Keying | undefined;
  /** The name of our line. */
  #mid = '0';
  /** Lines of the whole session. */
  #attributes: readonly Attribute[] = NOTHING;

  constructor(options: LocalDescriptionOptions) {
    this.#options = options;
    this.#sessionId = options.sessionId;
    if (options.continues !== undefined) this.#continue(parseSdp(options.continues));
  }

  /** Another address and port, but the same `o=` session, m= lines and payload types. */
  #continue({ origin, media }: SessionDescription): void {
    this.#sessionId = origin.sessionId;
    this.#version = BigInt(origin.sessionVersion);
    this.#index = Math.max(
      0,
      media.findIndex((line) => line.media === 'audio' && line.port !== 0),
    );
    this.#lines = media;
    const audio = media[this.#index];
    if (audio?.media !== 'audio') return; // it was fax
    this.#protocol = audio.protocol;
    const named = (name: string): Attribute | undefined => audio.attributes.find((one) => one.name === name);
    this.#mid = named('mid')?.value ?? this.#mid;
    this.#keying = named('fingerprint') ? 'dtls' : named('crypto') ? 'sdes' : 'plain';
    const formats = knownFormats(audio);
    this.#known = { formats, payloadTypes: formats.map(({ payloadType }) => payloadType) };
  }

  /** Keys are made where somebody asks for them. */
  get #keys(): OwnKeys {
    return (this.#ownKeys ??= new OwnKeys());
  }

  get #dtls(): OwnDtls {
    return (this.#ownDtls ??= new OwnDtls(this.#options.identity ?? noDtls));
  }

  /** The last description that the peer was told; empty where there was none. */
  get told(): string {
    return this.#told;
  }

  /** Whether the peer's sound is to be encrypted, from the next description on. */
  secure(security: MediaSecurity): void {
    this.#security = security;
  }

  /** An offer. `preferred`: the codec to name first. `direction`: which way sound is to go, as we see it. */
  offer(preferred: AudioCodec | undefined, direction: 'sendrecv' | 'sendonly' = 'sendrecv'): string {
    const formats = sharedFormats(offerFormats(keepNumbers(this.#known, this.#codecs), preferred));
    this.#remember(formats);
    const keying = offerKeying(this.#security, this.#keying);
    if (!keying) throw keysLieOpen();
    if (this.#codecs.length === 0) throw noCodecLeft();
    this.#offered = formats;
    this.#offeredKeys = keying === 'sdes' || keying === 'either' ? this.#keys.offer() : NOTHING;
    this.#protocol = protocolFor(this.#protocol, keying);
    const isDtls = keying === 'dtls';
    this.#attributes = isDtls ? sessionAttributes(true, this.#mid) : NOTHING;
    const { advertised, port } = this.#options;
    const more = isDtls
      ? this.#dtls.offerAttributes(advertised, port, this.#mid)
      : this.#offeredKeys.map(cryptoAttribute);
    return this.#offer('audio', this.#audio(formats, direction, more));
  }

  /** An offer of fax in place of the sound (RFC 3264 § 8.3.3). `terms`: the other machine's. */
  offerFax(terms: FaxTerms): string {
    this.#refuseInClear();
    this.#attributes = [];
    return this.#offer('image', faxLine(terms, this.#options.port));
  }

  /** The m= line goes where one of its kind was, else in the place of what is open. */
  #offer(kind: string, own: MediaDescription): string {
    const before = this.#lines.findIndex(({ media }) => media === kind);
    if (before >= 0) this.#index = before;
    return this.#write(this.#lines.length === 0 ? [own] : this.#lines.with(this.#index, own));
  }

  /** The fax that a description of the peer's offers, or takes; undefined where there is none. Throws `SdpError`. */
  readFax(sdp: string): PeerFax | undefined {
    const fax = peerFax(parseSdp(sdp), this.#options.local);
    if (fax) this.#refuseInClear();
    if (fax?.udptl) this.#refuseOwn(fax.udptl);
    return fax;
  }

  /** Answers the peer's offer of fax. `terms`: what the other machine answered. Throws `SdpError`. */
  answerFax(sdp: string, terms: FaxTerms): string {
    const offer = parseSdp(sdp);
    const fax = this.readFax(sdp);
    if (!fax) throw notAcceptable('the session description has no fax', warnings.mediaTypeNotAvailable);
    this.#index = fax.index;
    this.#attributes = [];
    return this.#write(answerLines(offer, fax.index, faxLine(terms, this.#options.port)));
  }

  /** Answers the peer's offer. `own`: as in `offer`. Throws `SdpError`; what was agreed before then stands. */
  answer(
    sdp: string,
    preferred: AudioCodec | undefined,
    own?: 'sendrecv' | 'sendonly',
  ): { readonly sdp: string; readonly agreed: AgreedAudio } {
    const offer = parseSdp(sdp);
    const peer = this.#peer(offer);
    const formats = answerFormats(peer, preferred, this.#codecs);
    const { crypto, more } = this.#keysFor(peer);
    const agreed = agree(formats, peer, preferred, crypto);
    this.#keying = keyingOf(agreed);
    this.#known = { formats: peer.formats, payloadTypes: peer.payloadTypes };
    this.#index = peer.index;
    this.#protocol = peer.protocol;
    if (peer.dtls?.mid !== undefined) this.#mid = peer.dtls.mid;
    this.#attributes = peer.dtls
      ? sessionAttributes(peer.dtls.ice !== undefined, peer.dtls.isBundled ? peer.dtls.mid : undefined)
      : NOTHING;
    const audio = this.#audio(formats, answerDirection(peer.direction, own), more);
    return { sdp: this.#write(answerLines(offer, peer.index, audio)), agreed };
  }

  /** How the peer's offer is to be encrypted, and the lines that say so in the answer. */
  #keysFor(peer: PeerAudio): { readonly crypto: AgreedAudio['crypto']; readonly more: readonly Attribute[] } {
    const [taken] = peer.crypto;
    if (taken) {
      const own = this.#keys.of(taken.key.suite);
      const crypto = { kind: 'sdes' as const, send: own, receive: taken.key };
      return { crypto, more: [cryptoAttribute({ tag: taken.tag, key: own })] };
    }
    if (!peer.dtls) return { crypto: undefined, more: [] };
    const crypto = this.#dtls.answer(peer.dtls);
    return { crypto, more: this.#dtls.answerAttributes(this.#options.advertised, this.#options.port) };
  }

  /** Takes the peer's answer to the last offer; more than one may come (forking, 18x and 2xx). Throws `SdpError`. */
  answered(sdp: string, preferred: AudioCodec | undefined): AgreedAudio {
    if (!this.#offered) throw notAcceptable('an answer came to no offer', warnings.miscellaneous);
    const peer = this.#peer(parseSdp(sdp));
    const crypto = peer.dtls ? this.#dtls.answered(peer.dtls) : this.#answeredKeys(peer);
    const agreed = agree(this.#offered, peer, preferred, crypto);
    this.#keying = keyingOf(agreed);
    return agreed;
  }

  /** The answer's line names one of ours by its tag, and has the same suite (RFC 4568 § 5.1.3). */
  #answeredKeys({ crypto }: PeerAudio): SdesKeys | undefined {
    const [taken] = crypto;
    if (!taken) return undefined;
    const own = this.#offeredKeys.find(({ tag, key }) => tag === taken.tag && key.suite === taken.key.suite);
    if (!own) throw notAcceptable('the answer has a key for nothing that was offered', warnings.incompatibleTransport);
    return { kind: 'sdes', send: own.key, receive: taken.key };
  }

  get #codecs(): readonly AudioCodec[] {
    return this.#options.codecs?.() ?? G711;
  }

  /** Numbers that were told once keep their meaning, also where a later offer leaves them out. */
  #remember(formats: readonly AudioFormat[]): void {
    const { formats: before, payloadTypes } = this.#known;
    const added = formats.filter(({ payloadType }) => !before.some((format) => format.payloadType === payloadType));
    if (added.length === 0) return;
    this.#known = {
      formats: sharedFormats([...before, ...added]),
      payloadTypes: sharedNumbers([...payloadTypes, ...added.map(({ payloadType }) => payloadType)].map(String)),
    };
  }

  #peer(description: SessionDescription): PeerAudio {
    const peer = peerAudio(description, this.#options.local, this.#security);
    if (peer.rtp) this.#refuseOwn(peer.rtp);
    return peer;
  }

  #refuseOwn(address: SocketAddress): void {
    if (this.#options.isOwn?.(address))
      throw notAcceptable(`${address.address}:${address.port} is a port of our own`, warnings.incompatibleAddress);
  }

  /** UDPTL has no encryption here: where sound must have it, a fax goes as sound. */
  #refuseInClear(): void {
    if (!termsOf[this.#security].takes.includes('plain'))
      throw notAcceptable('fax would go in clear, and encryption is required here', warnings.incompatibleTransport);
  }

  #audio(formats: readonly AudioFormat[], direction: Direction, more: readonly Attribute[]): MediaDescription {
    return audioLine(formats, { port: this.#options.port, protocol: this.#protocol, direction, more });
  }

  #write(lines: readonly MediaDescription[]): string {
    const refused = lines.map(refusedLine);
    const media = refused.map((line, i) => (i === this.#index ? (lines[i] ?? line) : line));
    this.#lines = refused;
    const { advertised: address } = this.#options;
    const sessionId = this.#sessionId;
    const addressType = isIP(address) === 6 ? 'IP6' : 'IP4';
    const describe = (sessionVersion: string): SessionDescription => ({
      origin: { username: '-', sessionId, sessionVersion, addressType, address },
      sessionName: '-',
      connection: { addressType, address },
      attributes: this.#attributes,
      media,
    });
    const isSame = this.#told !== '' && serializeSdp(describe(String(this.#version))) === this.#told;
    if (isSame) return this.#told;
    this.#version += 1n;
    this.#told = serializeSdp(describe(String(this.#version)));
    return this.#told;
  }
}

const keysLieOpen = (): SdpError =>
  new SdpError(488, 'encrypted sound is wanted here, but its keys would lie open', {
    warning: warnings.incompatibleTransport,
    hint: 'let signalling go over TLS, or set media.srtpWithoutTls',
  });

const noDtls = (): never => {
  throw notAcceptable('there is no DTLS here', warnings.incompatibleTransport);
};

const keyingOf = ({ crypto }: AgreedAudio): Keying => crypto?.kind ?? 'plain';
