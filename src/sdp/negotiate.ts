/**
 * Offer and answer (RFC 3264) for one audio stream: pure functions from what the two sides said to what holds between
 * them. Sessions keep the result and hand it to the media plane.
 */
import type { AudioCodec, AudioFormat, Direction, PeerAudio, SocketAddress } from './audio.js';
import { type CryptoLine, cryptoAttribute, type SdesKeys } from './crypto.js';
import type { Attribute, MediaDescription, SessionDescription } from './description.js';
import { notAcceptable, warnings } from './errors.js';

/** What holds between us and the peer after an offer and its answer. */
export interface AgreedAudio {
  readonly rtp: SocketAddress | undefined;
  readonly rtcp: SocketAddress | undefined;
  /** What may come from the peer: by our numbers, or by its own. */
  readonly receive: readonly AudioFormat[];
  /** What we send sound in. */
  readonly send: AudioFormat & { readonly codec: AudioCodec };
  /** The payload type for telephone-events to the peer, where it takes them. */
  readonly sendEvents: number | undefined;
  /** We may send to the peer. */
  readonly maySend: boolean;
  /** The peer is to send to us. */
  readonly expects: boolean;
  /** The keys under which its packets go; undefined: plain. */
  readonly crypto: SdesKeys | undefined;
  /** The peer has put the call on hold: sendonly, inactive or `c=0.0.0.0`. */
  readonly held: boolean;
}

/** What we offer when nothing was agreed before. */
export const defaultFormats: readonly AudioFormat[] = [
  { payloadType: 8, codec: 'PCMA', clockRate: 8000 },
  { payloadType: 0, codec: 'PCMU', clockRate: 8000 },
  { payloadType: 101, codec: 'telephone-event', clockRate: 8000 },
];

/** Comfort noise (RFC 3389) is static and comes from peers that never asked, so it is understood always. */
const comfortNoise: AudioFormat = { payloadType: 13, codec: 'CN', clockRate: 8000 };

/** Our formats for an offer, the preferred codec first. */
export function offerFormats(formats: readonly AudioFormat[], preferred: AudioCodec | undefined): AudioFormat[] {
  return [...formats].sort((a, b) => Number(b.codec === preferred) - Number(a.codec === preferred));
}

/** Our formats for the answer to `peer`: one codec (the preferred, else the peer's first) and its telephone-event. */
export function answerFormats(peer: PeerAudio, preferred: AudioCodec | undefined): AudioFormat[] {
  const codecs = peer.formats.filter(isSound);
  const codec = codecs.find((format) => format.codec === preferred) ?? codecs[0];
  if (!codec) throw notAcceptable('no codec in common: PCMA or PCMU is needed', warnings.incompatibleFormat);
  const events = peer.formats.find((format) => format.codec === 'telephone-event');
  return events ? [codec, events] : [codec];
}

/** What holds when we said `ours` and the peer said `peer`. Throws `SdpError` (488) if they have no codec in common. */
export function agree(
  ours: readonly AudioFormat[],
  peer: PeerAudio,
  preferred: AudioCodec | undefined,
  crypto: SdesKeys | undefined,
): AgreedAudio {
  const common = peer.formats.filter(isSound).filter(({ codec }) => ours.some((own) => own.codec === codec));
  const send = common.find((format) => format.codec === preferred) ?? common[0];
  if (!send) throw notAcceptable('the answer has no codec of the offer', warnings.incompatibleFormat);
  const eventsWanted = ours.some(({ codec }) => codec === 'telephone-event');
  const events = peer.formats.find(({ codec }) => codec === 'telephone-event');
  return {
    rtp: peer.rtp,
    rtcp: peer.rtcp,
    crypto,
    receive: receivable(ours, peer.formats),
    send,
    sendEvents: eventsWanted ? events?.payloadType : undefined,
    maySend: peer.rtp !== undefined && (peer.direction === 'sendrecv' || peer.direction === 'recvonly'),
    expects: peer.rtp !== undefined && (peer.direction === 'sendrecv' || peer.direction === 'sendonly'),
    held: peer.rtp === undefined || peer.direction === 'sendonly' || peer.direction === 'inactive',
  };
}

const isSound = (format: AudioFormat): format is AudioFormat & { codec: AudioCodec } =>
  format.codec === 'PCMA' || format.codec === 'PCMU';

/** All that can be understood: some peers send what they offered, whatever the answer was. */
function receivable(ours: readonly AudioFormat[], theirs: readonly AudioFormat[]): AudioFormat[] {
  const map = new Map<number, AudioFormat>();
  for (const format of [...ours, ...theirs, comfortNoise])
    if (!map.has(format.payloadType)) map.set(format.payloadType, format);
  return [...map.values()];
}

/** The direction to answer with (RFC 3264 § 6.1). */
export function answerDirection(offered: Direction): Direction {
  if (offered === 'sendonly') return 'recvonly';
  if (offered === 'recvonly') return 'sendonly';
  return offered;
}

/** Our own m=audio line. */
export function audioLine(
  formats: readonly AudioFormat[],
  options: { port: number; protocol: string; direction: Direction; crypto: readonly CryptoLine[] },
): MediaDescription {
  const maps = formats.map(({ payloadType, codec, clockRate }) => ({
    name: 'rtpmap',
    value: `${payloadType} ${codec}/${clockRate}`,
  }));
  const events = formats.filter(({ codec }) => codec === 'telephone-event');
  const attributes: Attribute[] = [
    ...maps,
    ...events.map(({ payloadType }) => ({ name: 'fmtp', value: `${payloadType} 0-15` })),
    { name: 'ptime', value: '20' },
    ...options.crypto.map(cryptoAttribute),
    { name: options.direction },
  ];
  const { port, protocol } = options;
  return { media: 'audio', port, protocol, formats: formats.map((f) => String(f.payloadType)), attributes };
}

/** The same m= line refused: port 0 (RFC 3264 § 6). */
export const refusedLine = ({ media, protocol, formats }: MediaDescription): MediaDescription => ({
  media,
  port: 0,
  protocol,
  formats,
  attributes: [],
});

/** The lines of a description with our audio at its place and every other one refused. */
export function answerLines(offer: SessionDescription, index: number, audio: MediaDescription): MediaDescription[] {
  return offer.media.map((media, i) => (i === index ? audio : refusedLine(media)));
}
