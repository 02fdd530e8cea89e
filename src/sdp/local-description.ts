/**
 * Our side of one SDP session: what we offered and answered so far, so that the next description keeps to it. The `o=`
 * version rises by one when a description differs from the one before, and only then (RFC 3264 § 8); m= lines stay in
 * their places, and payload types keep their meaning.
 */
import { isIP } from 'node:net';
import {
  type AudioCodec,
  type AudioFormat,
  knownFormats,
  type PeerAudio,
  peerAudio,
  type SocketAddress,
} from './audio.js';
import type { MediaDescription, SessionDescription } from './description.js';
import { notAcceptable, warnings } from './errors.js';
import {
  agree,
  type AgreedAudio,
  answerDirection,
  answerFormats,
  answerLines,
  audioLine,
  defaultFormats,
  offerFormats,
  refusedLine,
} from './negotiate.js';
import { parseSdp } from './parse.js';
import { serializeSdp } from './serialize.js';

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
  readonly isOwn?: (address: SocketAddress) => boolean;
  /** What the peer was told before, by another session of ours: this one goes on from there (RFC 3264 § 8). */
  readonly continues?: string | undefined;
}

export class LocalDescription {
  readonly #options: LocalDescriptionOptions;
  #sessionId: string;
  #version = 0n;
  #written = '';
  /** The m= lines of the session; ours is at `#index`. */
  #lines: readonly MediaDescription[] = [];
  #index = 0;
  #formats: readonly AudioFormat[] = defaultFormats;
  /** What our last offer said; undefined when none is open or was ever made. */
  #offered: readonly AudioFormat[] | undefined;
  #protocol = 'RTP/AVP';

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
    if (!audio) return;
    this.#protocol = audio.protocol;
    const formats = knownFormats(audio);
    this.#formats = keepNumbers({ formats, payloadTypes: new Set(formats.map(({ payloadType }) => payloadType)) });
  }

  /** An offer. `preferred`: the codec to name first. `direction`: which way sound is to go, as we see it. */
  offer(preferred: AudioCodec | undefined, direction: 'sendrecv' | 'sendonly' = 'sendrecv'): string {
    const formats = offerFormats(this.#formats, preferred);
    this.#offered = formats;
    const audio = this.#audio(formats, direction);
    const lines = this.#lines.length === 0 ? [audio] : this.#lines.map((line, i) => (i === this.#index ? audio : line));
    return this.#write(lines);
  }

  /** Answers the peer's offer. Throws `SdpError`; what was agreed before then stands. */
  answer(sdp: string, preferred: AudioCodec | undefined): { readonly sdp: string; readonly agreed: AgreedAudio } {
    const offer = parseSdp(sdp);
    const peer = this.#peer(offer);
    const formats = answerFormats(peer, preferred);
    const agreed = agree(formats, peer, preferred);
    this.#formats = keepNumbers(peer);
    this.#index = peer.index;
    this.#protocol = peer.protocol;
    this.#offered = undefined;
    const audio = this.#audio(formats, answerDirection(peer.direction));
    return { sdp: this.#write(answerLines(offer, peer.index, audio)), agreed };
  }

  /** Takes the peer's answer to the last offer; more than one may come (forking, 18x and 2xx). Throws `SdpError`. */
  answered(sdp: string, preferred: AudioCodec | undefined): AgreedAudio {
    if (!this.#offered) throw notAcceptable('an answer came to no offer', warnings.miscellaneous);
    return agree(this.#offered, this.#peer(parseSdp(sdp)), preferred);
  }

  #peer(description: SessionDescription): PeerAudio {
    const peer = peerAudio(description, this.#options.local);
    if (peer.rtp && this.#options.isOwn?.(peer.rtp))
      throw notAcceptable(`${peer.rtp.address}:${peer.rtp.port} is a port of our own`, warnings.incompatibleAddress);
    return peer;
  }

  #audio(formats: readonly AudioFormat[], direction: Parameters<typeof audioLine>[1]['direction']): MediaDescription {
    return audioLine(formats, { port: this.#options.port, protocol: this.#protocol, direction });
  }

  #write(lines: readonly MediaDescription[]): string {
    this.#lines = lines.map((line, i) => (i === this.#index ? line : refusedLine(line)));
    const { advertised: address } = this.#options;
    const sessionId = this.#sessionId;
    const addressType = isIP(address) === 6 ? 'IP6' : 'IP4';
    const describe = (sessionVersion: string): SessionDescription => ({
      origin: { username: '-', sessionId, sessionVersion, addressType, address },
      sessionName: '-',
      connection: { addressType, address },
      attributes: [],
      media: this.#lines,
    });
    const unversioned = serializeSdp(describe('0'));
    if (unversioned !== this.#written) this.#version += 1n;
    this.#written = unversioned;
    return serializeSdp(describe(String(this.#version)));
  }
}

/**
 * What we offer after having answered: all that we can do, under the peer's payload types where it named them, and
 * never under a number that it gave to something else (RFC 3264 § 8.3.2: in a session a number keeps its meaning).
 */
function keepNumbers({ formats, payloadTypes }: Pick<PeerAudio, 'formats' | 'payloadTypes'>): AudioFormat[] {
  const taken = new Set(payloadTypes);
  return defaultFormats.map((own) => {
    const theirs = formats.find((format) => format.codec === own.codec);
    if (theirs) return theirs;
    let payloadType = own.payloadType;
    for (let dynamic = 96; taken.has(payloadType) && dynamic < 128; dynamic++) payloadType = dynamic;
    taken.add(payloadType);
    return { ...own, payloadType };
  });
}
