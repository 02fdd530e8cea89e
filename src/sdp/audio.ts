/**
 * What a peer's description says of audio: the one m= line that we take (or why none), its formats that we know, where
 * it wants RTP and RTCP, and which way sound is to go. Everything later works with this, never with lines.
 */
import { reachableAddress } from './address.js';
import { attribute, type MediaDescription, type SessionDescription } from './description.js';
import { type CryptoLine, cryptoLines, type MediaSecurity } from './crypto.js';
import { malformed, notAcceptable, warnings } from './errors.js';
import { cut, wholeNumber, words } from './scan.js';

export type AudioCodec = 'PCMA' | 'PCMU' | 'G722' | 'opus';

/** A payload type and what it carries. */
export interface AudioFormat {
  readonly payloadType: number;
  readonly codec: AudioCodec | 'telephone-event' | 'CN';
  /** Hz of the RTP timestamp. */
  readonly clockRate: number;
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
  /** Keys that the peer names for it, where it may be encrypted; empty: it is plain. */
  readonly crypto: readonly CryptoLine[];
  /** Where the peer wants RTP; undefined: nowhere (`c=0.0.0.0`). */
  readonly rtp: SocketAddress | undefined;
  /** Where the peer wants RTCP: `a=rtcp` (RFC 3605), else the port after RTP's. */
  readonly rtcp: SocketAddress | undefined;
  readonly direction: Direction;
  /** What we know of the peer's formats, in its order. */
  readonly formats: readonly AudioFormat[];
  /** Every payload type that the peer gave a meaning, known to us or not. */
  readonly payloadTypes: ReadonlySet<number>;
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
  if (audio.length === 0) throw notAcceptable('the session description has no audio', warnings.mediaTypeNotAvailable);
  const open = audio.filter(({ media }) => media.port !== 0);
  if (open.length === 0) throw notAcceptable('every audio line has port 0', warnings.mediaTypeNotAvailable);
  const usable = usableLines(open, security);
  for (const line of usable) {
    const formats = knownFormats(line.media);
    if (formats.some(isSound)) return readAudio(description, line, formats, local);
  }
  throw notAcceptable('no codec in common: PCMA or PCMU is needed', warnings.incompatibleFormat);
}

interface AudioLine {
  readonly media: MediaDescription;
  readonly index: number;
}

/** The lines whose kind of RTP will do, those first that can be encrypted. Throws where there is none. */
function usableLines(
  lines: readonly AudioLine[],
  security: MediaSecurity,
): (AudioLine & { crypto: readonly CryptoLine[] })[] {
  const found = lines.flatMap((line) => {
    const { media } = line;
    const crypto = security === 'allow' || security === 'require' ? cryptoLines(media) : [];
    if (crypto.length > 0 && (isSecureRtp(media.protocol) || isPlainRtp(media.protocol))) return { ...line, crypto };
    return isPlainRtp(media.protocol) && (security === 'off' || security === 'allow') ? { ...line, crypto } : [];
  });
  if (found.length > 0) return found.sort((a, b) => Number(b.crypto.length > 0) - Number(a.crypto.length > 0));
  const protocol = lines[0]?.media.protocol ?? '';
  throw notAcceptable(whyNone(protocol, security), warnings.incompatibleTransport);
}

function whyNone(protocol: string, security: MediaSecurity): string {
  if (security === 'refuse')
    return 'encrypted sound is wanted here, but its keys would lie open: use TLS for signalling';
  if (isPlainRtp(protocol)) return 'only encrypted sound (RTP/SAVP with a=crypto) is taken here';
  if (isSecureRtp(protocol) && security !== 'off') return `${protocol} came without a key that can be used (a=crypto)`;
  return `${protocol} is not offered here, only RTP/AVP`;
}

const isPlainRtp = (protocol: string): boolean => ['RTP/AVP', 'RTP/AVPF'].includes(protocol.toUpperCase());
const isSecureRtp = (protocol: string): boolean => ['RTP/SAVP', 'RTP/SAVPF'].includes(protocol.toUpperCase());

function readAudio(
  description: SessionDescription,
  { media, index, crypto }: AudioLine & { crypto: readonly CryptoLine[] },
  formats: readonly AudioFormat[],
  local: string,
): PeerAudio {
  const connection = media.connection ?? description.connection;
  if (!connection) throw malformed('the session description has no c= line for its audio');
  const address = reachableAddress(connection, local);
  const rtp = address === undefined ? undefined : { address, port: media.port };
  return {
    index,
    protocol: media.protocol,
    crypto,
    rtp,
    rtcp: rtp && rtcpAddress(media, rtp, local),
    direction: readDirection(description, media),
    formats,
    payloadTypes: new Set(media.formats.map(Number)),
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
  return [...found.values()];
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
