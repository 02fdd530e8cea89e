/**
 * The RTP header (RFC 3550 § 5.1), read into one object that the caller keeps and written in place: the relay handles
 * every packet of every call here, so nothing is allocated. Numbers are unsigned; sequence is modulo 2^16, timestamp
 * modulo 2^32.
 */

export const HEADER_BYTES = 12;

/** Larger datagrams than an Ethernet frame can hold are not sound of a telephone call: 1500 − IP − UDP. */
export const MAX_PACKET_BYTES = 1472;

/** A packet's header and where its payload lies in the buffer that was read. */
export interface RtpPacket {
  marker: boolean;
  payloadType: number;
  sequence: number;
  timestamp: number;
  ssrc: number;
  /** First byte of the payload, after CSRCs and extension. */
  payloadStart: number;
  /** One past its last byte, before the padding. */
  payloadEnd: number;
}

export const emptyPacket = (): RtpPacket => ({
  marker: false,
  payloadType: 0,
  sequence: 0,
  timestamp: 0,
  ssrc: 0,
  payloadStart: 0,
  payloadEnd: 0,
});

/** Reads `bytes` into `packet`; false if it is no RTP packet of version 2 or its lengths do not fit together. */
export const readRtp = (bytes: Uint8Array, packet: RtpPacket): boolean => readRtpIn(bytes, 0, bytes.length, packet);

/** The same of a packet that stands in `bytes` from `from` to `to`: its payload's places are those in `bytes`. */
export function readRtpIn(bytes: Uint8Array, from: number, to: number, packet: RtpPacket): boolean {
  const length = to - from;
  if (length < HEADER_BYTES || length > MAX_PACKET_BYTES) return false;
  const first = byte(bytes, from);
  if (first >> 6 !== 2) return false;
  let start = from + HEADER_BYTES + 4 * (first & 0x0f);
  if (first & 0x10) {
    if (start + 4 > to) return false;
    start += 4 + 4 * read16(bytes, start + 2);
  }
  let end = to;
  if (first & 0x20) {
    const padding = byte(bytes, to - 1);
    if (padding === 0) return false;
    end -= padding;
  }
  if (start > end) return false;
  const second = byte(bytes, from + 1);
  packet.marker = second >= 0x80;
  packet.payloadType = second & 0x7f;
  packet.sequence = read16(bytes, from + 2);
  packet.timestamp = read32(bytes, from + 4);
  packet.ssrc = read32(bytes, from + 8);
  packet.payloadStart = start;
  packet.payloadEnd = end;
  return true;
}

/** Writes a header without CSRCs, extension and padding at `at`. */
export function writeRtpHeader(
  bytes: Uint8Array,
  at: number,
  marker: boolean,
  payloadType: number,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  bytes[at] = 0x80;
  bytes[at + 1] = (marker ? 0x80 : 0) | (payloadType & 0x7f);
  write16(bytes, at + 2, sequence);
  write32(bytes, at + 4, timestamp);
  write32(bytes, at + 8, ssrc);
}

/** `a − b` of sequence numbers, −32768 to 32767: negative when `a` is the older. */
export const sequenceDistance = (a: number, b: number): number => ((a - b) << 16) >> 16;

/** `a − b` of timestamps, as a signed 32-bit number. */
export const timestampDistance = (a: number, b: number): number => (a - b) | 0;

/** The byte at `at`; 0 past the end, which callers have checked. */
export const byte = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;

/** Big-endian numbers at `at`, unsigned. */
export const read16 = (bytes: Uint8Array, at: number): number => (byte(bytes, at) << 8) | byte(bytes, at + 1);
export const read32 = (bytes: Uint8Array, at: number): number =>
  ((byte(bytes, at) << 24) | (byte(bytes, at + 1) << 16) | (byte(bytes, at + 2) << 8) | byte(bytes, at + 3)) >>> 0;

export function write16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function write32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
