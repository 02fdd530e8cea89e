/**
 * Offer and answer (RFC 3264) for one audio stream: pure functions from what the two sides said to what holds between
 * them. Sessions keep the result and hand it to the media plane.
 */
import { remember } from '../base/remember.js';
import {
  type AudioCodec,
  type AudioFormat,
  type Direction,
  isSound,
  type PeerAudio,
  sharedFormats,
  type SocketAddress,
} from './audio.js';
import type { SdesKeys } from './crypto.js';
import type { DtlsTerms } from './dtls.js';
import type { Attribute, MediaDescription, SessionDescription } from './description.js';
import { notAcceptable, type SdpError, warnings } from './errors.js';
import type { Keying } from './security.js';
import { NOTHING } from './shared.js';

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
  /** The payload type for comfort noise to the peer, where it takes it. */
  readonly sendNoise: number | undefined;
  /** We may send to the peer. */
  readonly maySend: boolean;
  /** The peer is to send to us. */
  readonly expects: boolean;
  /** The keys under which its packets go, or how they are agreed on; undefined: plain. */
  readonly crypto: SdesKeys | DtlsTerms | undefined;
  /** The peer has put the call on hold: sendonly, inactive or `c=0.0.0.0`. */
  readonly held: boolean;
}

/** The codecs that are offered and taken where nothing else is said. */
export const G711: readonly AudioCodec[] = ['PCMA', 'PCMU'];

const numbers: Readonly<Record<AudioCodec, AudioFormat>> = {
  PCMA: { payloadType: 8, codec: 'PCMA', clockRate: 8000 },
  PCMU: { payloadType: 0, codec: 'PCMU', clockRate: 8000 },
  G722: { payloadType: 9, codec: 'G722', clockRate: 8000 },
  opus: { payloadType: 96, codec: 'opus', clockRate: 48_000 },
};

/** These codecs as formats under the numbers that we give them, and telephone-event at each of their clock rates. */
export function formatsOf(codecs: readonly AudioCodec[]): AudioFormat[] {
  const formats = codecs.map((codec) => numbers[codec]);
  const events = [8000, 48_000].filter((rate) => formats.some(({ clockRate }) => clockRate === rate));
  return [
    ...formats,
    ...events.map((clockRate) => ({
      payloadType: clockRate === 8000 ? 101 : 102,
      codec: 'telephone-event' as const,
      clockRate,
    })),
  ];
}

/** Comfort noise (RFC 3389) is static and comes from peers that never asked, so it is understood always. */
const comfortNoise: AudioFormat = { payloadType: 13, codec: 'CN', clockRate: 8000 };

/** The other side's codec is none that this one may have, and enough calls are transcoded. */
export const noCodecLeft = (): SdpError =>
  notAcceptable('as many calls are transcoded as may be (media.transcodedCalls)', warnings.incompatibleFormat);

/** Our formats for an offer, the preferred codec first. */
export function offerFormats(formats: readonly AudioFormat[], preferred: AudioCodec | undefined): AudioFormat[] {
  return [...formats].sort((a, b) => Number(b.codec === preferred) - Number(a.codec === preferred));
}

/** A codec's place in our order; of the two laws of G.711 the peer's own order decides. */
function rank(codec: AudioCodec, ours: readonly AudioCodec[]): number {
  return G711.includes(codec) ? ours.findIndex((own) => G711.includes(own)) : ours.indexOf(codec);
}

/** Telephone-event at the clock rate of the sound (RFC 4733 § 2.1); at another one it is as if it were not there. */
const eventsFor = (formats: readonly AudioFormat[], { clockRate }: AudioFormat): AudioFormat | undefined =>
  formats.find((format) => format.codec === 'telephone-event' && format.clockRate === clockRate);

/**
 * Our formats for the answer to `peer`: one codec (the preferred, else by our order) and its telephone-event. `ours`: the
 * codecs that may be taken. Throws `SdpError` (488) if none of them is offered.
 */
export function answerFormats(
  peer: PeerAudio,
  preferred: AudioCodec | undefined,
  ours: readonly AudioCodec[] = G711,
): AudioFormat[] {
  const codecs = peer.formats
    .filter(isSound)
    .filter(({ codec }) => ours.includes(codec))
    .sort((a, b) => rank(a.codec, ours) - rank(b.codec, ours));
  const codec = codecs.find((format) => format.codec === preferred) ?? codecs[0];
  if (ours.length === 0) throw noCodecLeft();
  if (!codec) throw notAcceptable(`no codec in common: ${ours.join(' or ')} is needed`, warnings.incompatibleFormat);
  const events = eventsFor(peer.formats, codec);
  return events ? [codec, events] : [codec];
}

/** What holds when we said `ours` and the peer said `peer`. Throws `SdpError` (488) if they have no codec in common. */
export function agree(
  ours: readonly AudioFormat[],
  peer: PeerAudio,
  preferred: AudioCodec | undefined,
  crypto: AgreedAudio['crypto'],
): AgreedAudio {
  const common = peer.formats.filter(isSound).filter(({ codec }) => ours.some((own) => own.codec === codec));
  const send = common.find((format) => format.codec === preferred) ?? common[0];
  if (!send) throw notAcceptable('the answer has no codec of the offer', warnings.incompatibleFormat);
  const eventsWanted = ours.some(({ codec }) => codec === 'telephone-event');
  return {
    rtp: peer.rtp,
    rtcp: peer.rtcp,
    crypto,
    receive: receivable(ours, peer.formats),
    send,
    sendEvents: eventsWanted ? eventsFor(peer.formats, send)?.payloadType : undefined,
    sendNoise: peer.formats.find(({ codec }) => codec === 'CN')?.payloadType,
    maySend: peer.isReachable && (peer.direction === 'sendrecv' || peer.direction === 'recvonly'),
    expects: peer.isReachable && (peer.direction === 'sendrecv' || peer.direction === 'sendonly'),
    held: !peer.isReachable || peer.direction === 'sendonly' || peer.direction === 'inactive',
  };
}

/** All that can be understood: some peers send what they offered, whatever the answer was. */
function receivable(ours: readonly AudioFormat[], theirs: readonly AudioFormat[]): readonly AudioFormat[] {
  const map = new Map<number, AudioFormat>();
  for (const format of [...ours, ...theirs, comfortNoise])
    if (!map.has(format.payloadType)) map.set(format.payloadType, format);
  return sharedFormats([...map.values()]);
}

/** The direction to answer with (RFC 3264 § 6.1). `own`: `sendonly` where the peer is on hold (§ 8.4). */
export function answerDirection(offered: Direction, own: 'sendrecv' | 'sendonly' = 'sendrecv'): Direction {
  if (own === 'sendonly') return offered === 'sendrecv' || offered === 'recvonly' ? 'sendonly' : 'inactive';
  if (offered === 'sendonly') return 'recvonly';
  if (offered === 'recvonly') return 'sendonly';
  return offered;
}

/** RFC 7587 § 6.1: voice, of which a recording keeps what 16 kHz hold. */
const OPUS_TERMS = 'maxplaybackrate=16000;sprop-maxcapturerate=16000;stereo=0;sprop-stereo=0';

/** Our own m=audio line. `more`: lines of how it is encrypted. */
export function audioLine(
  formats: readonly AudioFormat[],
  options: { port: number; protocol: string; direction: Direction; more: readonly Attribute[] },
): MediaDescription {
  const maps = formats.map(({ payloadType, codec, clockRate }) => ({
    name: 'rtpmap',
    value: `${payloadType} ${codec}/${clockRate}${codec === 'opus' ? '/2' : ''}`,
  }));
  const events = formats.filter(({ codec }) => codec === 'telephone-event');
  const attributes: Attribute[] = [
    ...maps,
    ...formats
      .filter(({ codec }) => codec === 'opus')
      .map(({ payloadType }) => ({ name: 'fmtp', value: `${payloadType} ${OPUS_TERMS}` })),
    ...events.map(({ payloadType }) => ({ name: 'fmtp', value: `${payloadType} 0-15` })),
    { name: 'ptime', value: '20' },
    ...options.more,
    { name: options.direction },
  ];
  const { port, protocol } = options;
  return { media: 'audio', port, protocol, formats: formats.map((f) => String(f.payloadType)), attributes };
}

const isName = ({ name }: Attribute): boolean => name === 'mid';

/** The same m= line refused: port 0 (RFC 3264 § 6). Its name stays, by which browsers know it (RFC 9143 § 7.3). */
export function refusedLine({ media, protocol, formats, attributes }: MediaDescription): MediaDescription {
  const line = refused(`${media} ${protocol} ${formats.join(' ')}`);
  return attributes.some(isName) ? { ...line, attributes: attributes.filter(isName) } : line;
}

/** Nearly all sessions have the same one line, so it is kept once. */
const refused = remember((text): MediaDescription => {
  const [media = '', protocol = '', ...formats] = text.split(' ');
  return { media, port: 0, protocol, formats, attributes: NOTHING };
});

/** The lines of a description with our audio at its place and every other one refused. */
export function answerLines(offer: SessionDescription, index: number, audio: MediaDescription): MediaDescription[] {
  return offer.media.map((media, i) => (i === index ? audio : refusedLine(media)));
}

/** RTP/SAVP where sound must be encrypted, or may be and was so before; with feedback or without, as before. */
export function protocolFor(before: string, keying: Keying | 'either'): string {
  const name = before.toUpperCase();
  // Browsers take nothing else (RFC 8829 § 5.1.2); who was answered otherwise has its own name for it.
  if (keying === 'dtls') return name.startsWith('UDP/TLS/') ? before : 'UDP/TLS/RTP/SAVPF';
  const secure = keying === 'sdes' || (keying === 'either' && name.startsWith('RTP/SAVP'));
  return `RTP/${secure ? 'SAVP' : 'AVP'}${name.endsWith('F') ? 'F' : ''}`;
}

/**
 * What we offer after having answered: all that we can do, under the peer's payload types where it named them, and
 * never under a number that it gave to something else (RFC 3264 § 8.3.2: in a session a number keeps its meaning).
 */
export function keepNumbers(
  { formats, payloadTypes }: Pick<PeerAudio, 'formats' | 'payloadTypes'>,
  codecs: readonly AudioCodec[],
): AudioFormat[] {
  const taken = new Set(payloadTypes);
  return formatsOf(codecs).map((own) => {
    const theirs = formats.find((format) => format.codec === own.codec && format.clockRate === own.clockRate);
    if (theirs) return theirs;
    let payloadType = own.payloadType;
    for (let dynamic = 96; taken.has(payloadType) && dynamic < 128; dynamic++) payloadType = dynamic;
    taken.add(payloadType);
    return { ...own, payloadType };
  });
}
