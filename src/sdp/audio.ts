/**
 * What a peer's description says of audio: the one m= line that we take (or why none), its formats that we know, where
 * it wants RTP and RTCP, and which way sound is to go. Everything later works with this, never with lines.
 */
import { sharedText } from '../base/own-text.js';
import { reachableAddress } from './address.js';
import { attribute, type MediaDescription, type SessionDescription } from './description.js';
import { type CryptoLine, cryptoLines } from './crypto.js';
import { type PeerDtls, readDtls } from './dtls.js';
import { malformed, notAcceptable, warnings } from './errors.js';
import { cut, wholeNumber, words } from './scan.js';
import { sharedNumbers } from './shared.js';
import { type MediaSecurity, termsOf } from './security.js';

export type AudioCodec = 'PCMA' | 'PCMU' | 'G722' | 'opus';

/** A payload type and what it carries. */
export interface AudioFormat {
  readonly payloadType: number;
  readonly codec: AudioCodec | 'telephone-event' | 'CN';
  /** Hz of the RTP timestamp. */
  readonly clockRate: number;
}

const lists = new Map<string, readonly AudioFormat[]>();
/** Peers choose the numbers, so what is kept is bounded. */
const MOST_LISTS = 1000;

/** These formats, as the one list that all have who have the same. */
export function sharedFormats(formats: readonly AudioFormat[]): readonly AudioFormat[] {
  let key = '';
  for (const { payloadType, codec, clockRate } of formats) key += `${payloadType} ${codec} ${clockRate},`;
  const known = lists.get(key);
  if (known) return known;
  if (lists.size >= MOST_LISTS) lists.clear();
  lists.set(key, formats);
  return formats;
}

/** Which way media goes, from the view of whoever wrote the description (RFC 3264 § 5.1). */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

export interface PeerAudio {
  /** Index of the m= line among all of the description. */
  readonly index: number;
  readonly protocol: string;
  /** Keys that the peer names for it, where it may be encrypted so. */
  readonly crypto: readonly CryptoLine[];
  /** Where its keys are agreed on by DTLS. Without either it is plain. */
  readonly dtls: PeerDtls | undefined;
  /** Where the peer wants RTP; undefined: nowhere (`c=0.0.0.0`), or ICE finds it. */
  readonly rtp: SocketAddress | undefined;
  /** It has a place for sound, known or to be found. */
  readonly isReachable: boolean;
  /** Where the peer wants RTCP: `a=rtcp` (RFC 3605), else the port after RTP's. */
  readonly rtcp: SocketAddress | undefined;
  readonly direction: Direction;
  /** What we know of the peer's formats, in its order. */
  readonly formats: readonly AudioFormat[];
  /** Every payload type that the peer gave a meaning, known to us or not. */
  readonly payloadTypes: readonly number[];
  /** Milliseconds of sound that the peer would like in a packet. */
  readonly ptimeMs: number | undefined;
}

/** Audio formats that mean the same everywhere (RFC 3551 § 6, RFC 3389), for peers that leave the rtpmap out. */
const staticFormats: ReadonlyMap<number, AudioFormat> = new Map(
  (
    [
      [0, 'PCMU'],
      [8, 'PCMA'],
      [9, 'G722'],
      [13, 'CN'],
    ] as const
  ).map(([payloadType, codec]) => [payloadType, { payloadType, codec, clockRate: 8000 }]),
);

const known = new Map<string, AudioFormat['codec']>([
  ['PCMA', 'PCMA'],
  ['PCMU', 'PCMU'],
  ['G722', 'G722'],
  ['OPUS', 'opus'],
  ['TELEPHONE-EVENT', 'telephone-event'],
  ['CN', 'CN'],
]);

/** Whether a format carries sound. */
export const isSound = (format: AudioFormat): format is AudioFormat & { codec: AudioCodec } =>
  format.codec !== 'telephone-event' && format.codec !== 'CN';

/**
 * Finds the audio that we can take: the first m=audio with a port, in RTP of the kind that is wanted, with a codec that we
 * have; encrypted lines before plain ones. Throws `SdpError` (488) that names what it failed on.
 *
 * @param local our own address towards the peer
 */
export function peerAudio(description: SessionDescription, local: string, security: MediaSecurity): PeerAudio {
  const audio = description.media
    .map((media, index) => ({ media, index }))
    .filter(({ media }) => media.media === 'audio');
  if (audio.length === 0) throw notAcceptable(whyNoAudio(description), warnings.mediaTypeNotAvailable);
  const open = audio.filter(({ media }) => media.port !== 0);
  if (open.length === 0) throw notAcceptable('every audio line has port 0', warnings.mediaTypeNotAvailable);
  const usable = usableLines(description, open, security);
  for (const line of usable) {
    const formats = knownFormats(line.media);
    if (formats.some(isSound)) return readAudio(description, line, formats, local);
  }
  throw notAcceptable('no codec in common: PCMA or PCMU is needed', warnings.incompatibleFormat);
}

/** A fax machine that has read this calls again with sound, and asks for T.38 within the call. */
const whyNoAudio = ({ media }: SessionDescription): string =>
  media.some((line) => line.media === 'image')
    ? 'a call begins with sound, and goes over to fax (T.38) by a re-INVITE'
    : 'the session description has no audio';

interface AudioLine {
  readonly media: MediaDescription;
  readonly index: number;
}

/** A line with how it is encrypted: by one of the two, or not at all. */
interface UsableLine extends AudioLine {
  readonly crypto: readonly CryptoLine[];
  readonly dtls: PeerDtls | undefined;
}

const isSecured = ({ crypto, dtls }: UsableLine): boolean => crypto.length > 0 || dtls !== undefined;

/** The lines whose kind of RTP will do, those first that can be encrypted. Throws where there is none. */
function usableLines(
  description: SessionDescription,
  lines: readonly AudioLine[],
  security: MediaSecurity,
): readonly UsableLine[] {
  const found = lines.flatMap((line) => asUsable(description, line, security) ?? []);
  if (found.length > 0) return found.sort((a, b) => Number(isSecured(b)) - Number(isSecured(a)));
  const [first] = lines;
  const why = first ? whyNone(description, first.media, security) : 'no audio line';
  throw notAcceptable(why, warnings.incompatibleTransport);
}

function asUsable(description: SessionDescription, line: AudioLine, security: MediaSecurity): UsableLine | undefined {
  const { takes } = termsOf[security];
  const { media } = line;
  const kind = kindOfRtp(media.protocol);
  if (!kind) return undefined;
  const crypto = takes.includes('sdes') && kind !== 'dtls' ? cryptoLines(media) : [];
  if (crypto.length > 0) return { ...line, crypto, dtls: undefined };
  // RTP/AVP with a fingerprint may be encrypted (RFC 8643), RTP/SAVPF was the name of it before RFC 5764 § 8.
  const dtls = takes.includes('dtls') ? readDtls(description, media) : '';
  if (typeof dtls !== 'string') return { ...line, crypto, dtls };
  return kind === 'plain' && takes.includes('plain') ? { ...line, crypto, dtls: undefined } : undefined;
}

function whyNone(description: SessionDescription, media: MediaDescription, security: MediaSecurity): string {
  const { protocol } = media;
  const { takes } = termsOf[security];
  const kind = kindOfRtp(protocol);
  if (kind === 'dtls' && takes.includes('dtls')) {
    const dtls = readDtls(description, media);
    if (typeof dtls === 'string') return dtls;
  }
  if (security === 'refuse')
    return 'encrypted sound is wanted here, but its keys would lie open: use TLS for signalling, or DTLS-SRTP';
  if (security === 'dtls') return `only DTLS-SRTP is taken here, not ${protocol}`;
  if (kind === 'plain') return 'only encrypted sound (RTP/SAVP with a=crypto) is taken here';
  if (kind === 'secure' && takes.includes('sdes')) return `${protocol} came without a key that can be used (a=crypto)`;
  return `${protocol} is not offered here, only RTP/AVP`;
}

/** `secure`: by keys in the description; `dtls`: by a handshake. */
function kindOfRtp(protocol: string): 'plain' | 'secure' | 'dtls' | undefined {
  switch (protocol.toUpperCase()) {
    case 'RTP/AVP':
    case 'RTP/AVPF':
      return 'plain';
    case 'RTP/SAVP':
    case 'RTP/SAVPF':
      return 'secure';
    case 'UDP/TLS/RTP/SAVP':
    case 'UDP/TLS/RTP/SAVPF':
      return 'dtls';
    default:
      return undefined;
  }
}

function readAudio(
  description: SessionDescription,
  { media, index, crypto, dtls }: UsableLine,
  formats: readonly AudioFormat[],
  local: string,
): PeerAudio {
  const connection = media.connection ?? description.connection;
  if (!connection) throw malformed('the session description has no c= line for its audio');
  // With ICE the address is one of many, and may be none that we could reach (RFC 8839 § 4.2.1).
  const address = dtls?.ice ? undefined : reachableAddress(connection, local);
  const rtp = address === undefined ? undefined : { address: sharedText(address), port: media.port };
  return {
    index,
    protocol: media.protocol,
    crypto,
    dtls,
    rtp,
    isReachable: rtp !== undefined || dtls?.ice !== undefined,
    rtcp: dtls ? rtp : rtp && rtcpAddress(media, rtp, local),
    direction: readDirection(description, media),
    formats,
    payloadTypes: sharedNumbers(media.formats),
    ptimeMs: wholeNumber(attribute(description, media, 'ptime')?.value, 1_000),
  };
}

/** RFC 3605: `a=rtcp:PORT` or `a=rtcp:PORT IN IP4 ADDRESS`. An attribute that we cannot use is as if it were not there. */
function rtcpAddress(media: MediaDescription, rtp: SocketAddress, local: string): SocketAddress | undefined {
  const fallback = rtp.port < 65_535 ? { address: rtp.address, port: rtp.port + 1 } : undefined;
  const [portText, network, type, address] = words(media.attributes.find((a) => a.name === 'rtcp')?.value ?? '');
  const port = wholeNumber(portText, 65_535);
  if (!port) return fallback;
  if (network?.toUpperCase() !== 'IN' || address === undefined) return { address: rtp.address, port };
  try {
    const own = reachableAddress({ addressType: type?.toUpperCase() === 'IP6' ? 'IP6' : 'IP4', address }, local);
    return own === undefined ? undefined : { address: own, port };
  } catch {
    return fallback; // RTCP is a courtesy: a wrong address for it is no reason to refuse the call
  }
}

function readDirection(description: SessionDescription, media: MediaDescription): Direction {
  for (const level of [media.attributes, description.attributes])
    for (const { name } of level)
      if (name === 'sendrecv' || name === 'sendonly' || name === 'recvonly' || name === 'inactive') return name;
  return 'sendrecv';
}

/** The formats of an m= line that we know, each payload type once, in the peer's order. */
export function knownFormats(media: MediaDescription): readonly AudioFormat[] {
  const maps = new Map<number, string>();
  for (const { name, value } of media.attributes) {
    if (name !== 'rtpmap') continue;
    const [payloadType, encoding] = words(value ?? '');
    const number = wholeNumber(payloadType, 127);
    if (number !== undefined && encoding !== undefined && !maps.has(number)) maps.set(number, encoding);
  }
  const found = new Map<number, AudioFormat>();
  for (const text of media.formats) {
    const payloadType = wholeNumber(text, 127);
    if (payloadType === undefined || found.has(payloadType)) continue;
    const encoding = maps.get(payloadType);
    const format = encoding === undefined ? staticFormats.get(payloadType) : readEncoding(payloadType, encoding);
    if (format) found.set(payloadType, format);
  }
  return sharedFormats([...found.values()]);
}

/** Clock rates: of telephone-event that of the sound beside it (RFC 4733 § 2.1), of Opus always 48 kHz (RFC 7587 § 4.1). */
const ratesOf = (codec: AudioFormat['codec']): readonly number[] => {
  if (codec === 'opus') return [48_000];
  return codec === 'telephone-event' ? [8000, 48_000] : [8000];
};

/** `PCMA/8000`, `PCMA/8000/1`, `opus/48000/2`; the clock rate may be missing for G.711, where it can be nothing else. */
function readEncoding(payloadType: number, encoding: string): AudioFormat | undefined {
  const [name, rest] = cut(encoding, '/');
  const [rateText, channels] = cut(rest ?? '8000', '/');
  const codec = known.get(name.toUpperCase());
  const rate = wholeNumber(rateText, 1_000_000);
  if (!codec || rate === undefined || !ratesOf(codec).includes(rate)) return undefined;
  if (channels !== undefined && channels !== (codec === 'opus' ? '2' : '1')) return undefined;
  return { payloadType, codec, clockRate: rate };
}
