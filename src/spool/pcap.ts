/**
 * The bytes of a spool: a pcap file (microseconds, LINKTYPE_RAW) that Wireshark opens as it is. Each RTP packet is
 * wrapped into the IP and UDP header it came with, each mark is a UDP datagram from and to port 47001 on 127.0.0.1
 * with JSON in it. What tells the reader leg from leg is not the addresses (they may change in mid-call, or be equal)
 * but the TTL (in IPv6 the hop limit): see `RECORD_KIND`; in Wireshark `ip.ttl == 65` is the outside party. Damage is
 * found by checksums: the UDP checksum is always there, and the IPv4 identification (the IPv6 flow label) is the sum of
 * the record's own header with its time. No I/O here, and no allocation for an RTP packet.
 */
import ipaddr from 'ipaddr.js';
import { HalinaError } from '../base/errors.js';
import { type HeaderWords, LONGEST_BY_WORDS, writeRecordWords } from './pcap-words.js';
import type { Leg, SpoolMark } from './records.js';

/** The TTL of each kind of record; any two differ in two bits. */
export const RECORD_KIND = { outside: 0x41, inside: 0x42, mark: 0x44 } as const;
export const MARK_PORT = 47_001;
/** `a1b2c3d4`: microseconds. Written little-endian. */
export const PCAP_MAGIC = 0xa1b2c3d4;
export const LINKTYPE_RAW = 101;
export const FILE_HEADER_BYTES = 24;
export const RECORD_HEADER_BYTES = 16;
export const IPV4_HEADER_BYTES = 20;
export const IPV6_HEADER_BYTES = 40;
export const UDP_HEADER_BYTES = 8;
/** The longest RTP packet or mark that fits into one record, with either version of IP. */
export const MAX_PAYLOAD_BYTES = 65_535 - IPV6_HEADER_BYTES - UDP_HEADER_BYTES;

const UDP_PROTOCOL = 17;
const DONT_FRAGMENT = 0x4000;

export interface Endpoint {
  /** IPv4 or IPv6 in text form. */
  readonly address: string;
  readonly port: number;
}

/** Where a leg's packets come from and where they arrive. Both ends must be of the same IP version. */
export interface Flow {
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

/** An IP and UDP header with everything filled in but lengths and checksums. */
interface HeaderTemplate extends HeaderWords {
  readonly bytes: Buffer;
  /** One's complement sums (not folded) of what is constant in the IPv4 header, and in the UDP pseudo header and ports. */
  readonly ipSum: number;
  readonly udpSum: number;
}

/** Memory for records, as bytes and as words of the machine. */
export interface RecordMemory {
  readonly bytes: Buffer;
  readonly words: Uint32Array;
}

/** The file's first 24 bytes. */
export function fileHeader(): Buffer {
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  header.writeUInt32LE(PCAP_MAGIC, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(262_144, 16);
  header.writeUInt32LE(LINKTYPE_RAW, 20);
  return header;
}

/** Sum of big-endian 16-bit words, an odd last byte padded with zero (RFC 1071). Not folded, not inverted. */
export function sum16(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  const even = to - ((to - from) & 1);
  for (let i = from; i < even; i += 2) sum += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
  if (even < to) sum += (bytes[even] as number) << 8;
  return sum;
}

/** Folds a sum into its 16-bit one's complement: the value of a checksum field. */
export function checksumOf(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000);
  return ~folded & 0xffff;
}

/** What the record's IP header says of the record header before it (time and lengths) and of its kind. */
export function recordCheck(buffer: Uint8Array, offset: number, kind: number): number {
  return checksumOf(sum16(buffer, offset, offset + RECORD_HEADER_BYTES) + kind);
}

function addressBytes(text: string): number[] {
  if (!ipaddr.isValid(text)) throw new HalinaError('SPOOL_ADDRESS', `not an IP address: ${text}`);
  return ipaddr.process(text).toByteArray();
}

function template(kind: number, flow: Flow): HeaderTemplate {
  const source = addressBytes(flow.source.address);
  const destination = addressBytes(flow.destination.address);
  if (source.length !== destination.length) {
    throw new HalinaError('SPOOL_ADDRESS', 'a flow cannot go from one IP version to the other');
  }
  const version = source.length === 4 ? 4 : 6;
  const ipBytes = version === 4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES;
  const bytes = Buffer.alloc(ipBytes + UDP_HEADER_BYTES);
  if (version === 4) {
    bytes[0] = 0x45;
    bytes.writeUInt16BE(DONT_FRAGMENT, 6);
    bytes[8] = kind;
    bytes[9] = UDP_PROTOCOL;
  } else {
    bytes[0] = 0x60;
    bytes[6] = UDP_PROTOCOL;
    bytes[7] = kind;
  }
  const addressesAt = ipBytes - 2 * source.length;
  bytes.set(source, addressesAt);
  bytes.set(destination, addressesAt + source.length);
  bytes.writeUInt16BE(flow.source.port, ipBytes);
  bytes.writeUInt16BE(flow.destination.port, ipBytes + 2);
  return {
    bytes,
    words: new Uint32Array(Uint8Array.from(bytes).buffer),
    version,
    kind,
    ipSum: version === 4 ? sum16(bytes, 0, ipBytes) : 0,
    udpSum: sum16(bytes, addressesAt, bytes.length) + UDP_PROTOCOL,
  };
}

const markTemplate = template(RECORD_KIND.mark, {
  source: { address: '127.0.0.1', port: MARK_PORT },
  destination: { address: '127.0.0.1', port: MARK_PORT },
});

const defaultFlows: Readonly<Record<Leg, Flow>> = {
  outside: {
    source: { address: '192.0.2.10', port: 20_000 },
    destination: { address: '192.0.2.1', port: 20_002 },
  },
  inside: {
    source: { address: '198.51.100.20', port: 20_004 },
    destination: { address: '192.0.2.1', port: 20_006 },
  },
};

function writeRecord(
  target: Buffer,
  offset: number,
  timeUs: number,
  header: HeaderTemplate,
  payload: Uint8Array,
): number {
  if (payload.length > MAX_PAYLOAD_BYTES) {
    throw new HalinaError('SPOOL_TOO_LONG', `a record of ${payload.length} bytes does not fit into a datagram`);
  }
  const packetBytes = header.bytes.length + payload.length;
  const end = offset + RECORD_HEADER_BYTES + packetBytes;
  if (end > target.length) throw new RangeError('the record does not fit into the buffer');
  const seconds = Math.floor(timeUs / 1e6);
  target.writeUInt32LE(seconds, offset);
  target.writeUInt32LE(Math.floor(timeUs - seconds * 1e6), offset + 4);
  target.writeUInt32LE(packetBytes, offset + 8);
  target.writeUInt32LE(packetBytes, offset + 12);
  const check = recordCheck(target, offset, header.kind);

  const ip = offset + RECORD_HEADER_BYTES;
  target.set(header.bytes, ip);
  const udp = ip + header.bytes.length - UDP_HEADER_BYTES;
  const udpBytes = UDP_HEADER_BYTES + payload.length;
  if (header.version === 4) {
    target.writeUInt16BE(packetBytes, ip + 2);
    target.writeUInt16BE(check, ip + 4);
    target.writeUInt16BE(checksumOf(header.ipSum + packetBytes + check), ip + 10);
  } else {
    target.writeUInt16BE(check, ip + 2);
    target.writeUInt16BE(udpBytes, ip + 4);
  }
  target.writeUInt16BE(udpBytes, udp + 4);
  target.set(payload, udp + UDP_HEADER_BYTES);
  // The length stands in the pseudo header and in the UDP header; 0 would mean "no checksum" and is sent as ffff.
  const sum = header.udpSum + 2 * udpBytes + sum16(payload, 0, payload.length);
  target.writeUInt16BE(checksumOf(sum) || 0xffff, udp + 6);
  return RECORD_HEADER_BYTES + packetBytes;
}

/** With spaces at its end up to a whole word, so that the packets after it can be written and read by words. */
function markJson(mark: SpoolMark): Buffer {
  const json = Buffer.from(JSON.stringify(mark), 'utf8');
  return Buffer.concat([json, Buffer.alloc(-json.length & 3, ' ')]);
}

/** Bytes that `PcapEncoder.encodeMark` will write for this mark. */
export function markBytes(mark: SpoolMark): number {
  return RECORD_HEADER_BYTES + markTemplate.bytes.length + markJson(mark).length;
}

/** Goes through records of packets alone that this process has written: `take` is told where each packet lies. */
export function eachPacket(bytes: Buffer, from: number, to: number, take: (start: number, end: number) => void): void {
  for (let at = from; at < to;) {
    const ip = at + RECORD_HEADER_BYTES;
    const end = ip + bytes.readUInt32LE(at + 8);
    const isV4 = (bytes[ip] ?? 0) >> 4 === 4;
    take(ip + (isV4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES) + UDP_HEADER_BYTES, end);
    at = end;
  }
}

/** Microseconds since 1970, of the record at `at`. */
export const recordTimeUs = (bytes: Buffer, at: number): number =>
  bytes.readUInt32LE(at) * 1e6 + bytes.readUInt32LE(at + 4);

/** The end of the last record that ends within `most` bytes of `from`; there are more bytes of records than that. */
export function wholeRecords(bytes: Buffer, from: number, most: number): number {
  let at = from;
  for (let next = recordEnd(bytes, at); next <= from + most; next = recordEnd(bytes, at)) at = next;
  return at;
}

/** Where the record at `at` ends. */
export const recordEnd = (bytes: Buffer, at: number): number => at + RECORD_HEADER_BYTES + bytes.readUInt32LE(at + 8);

/** Writes the records of one call's spool into buffers that the caller owns. */
export class PcapEncoder {
  #outside: HeaderTemplate;
  #inside: HeaderTemplate;

  /** Without a flow a leg gets addresses that are set aside for documentation (RFC 5737). */
  constructor(flows: Readonly<Partial<Record<Leg, Flow>>> = {}) {
    this.#outside = template(RECORD_KIND.outside, flows.outside ?? defaultFlows.outside);
    this.#inside = template(RECORD_KIND.inside, flows.inside ?? defaultFlows.inside);
  }

  /** The leg's packets come from elsewhere from now on (a new latch). */
  setFlow(leg: Leg, flow: Flow): void {
    if (leg === 'outside') this.#outside = template(RECORD_KIND.outside, flow);
    else this.#inside = template(RECORD_KIND.inside, flow);
  }

  /** Bytes that `encodeRtp` will write for a packet of `rtpLength` bytes on this leg. */
  rtpBytes(leg: Leg, rtpLength: number): number {
    return RECORD_HEADER_BYTES + this.#template(leg).bytes.length + rtpLength;
  }

  /**
   * Writes one RTP packet and returns the bytes written. `timeUs`: microseconds since 1970. Throws `RangeError` where
   * the target is too small.
   */
  encodeRtp(target: Buffer, offset: number, leg: Leg, timeUs: number, rtp: Uint8Array): number {
    return writeRecord(target, offset, timeUs, this.#template(leg), rtp);
  }

  /** The same into memory of words. Up to three bytes after the record are written over. */
  encodeInto(target: RecordMemory, offset: number, leg: Leg, timeUs: number, rtp: Uint8Array): number {
    const header = this.#template(leg);
    if (!isFit(offset, rtp.length)) return writeRecord(target.bytes, offset, timeUs, header, rtp);
    return writeRecordWords(target.words, offset, timeUs, header, rtp);
  }

  /** What stands before each packet of a leg, for who writes its records elsewhere. */
  header(leg: Leg): HeaderWords {
    return this.#template(leg);
  }

  /** By name it would be looked up anew for every packet. */
  #template(leg: Leg): HeaderTemplate {
    return leg === 'outside' ? this.#outside : this.#inside;
  }

  /** Writes one mark and returns the bytes written. */
  encodeMark(target: Buffer, offset: number, timeUs: number, mark: SpoolMark): number {
    return writeRecord(target, offset, timeUs, markTemplate, markJson(mark));
  }
}

/** Whether a record can be written by words there. */
const isFit = (offset: number, bytes: number): boolean => (offset & 3) === 0 && bytes <= LONGEST_BY_WORDS;
