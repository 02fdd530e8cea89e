/**
 * What stands at a place of a spool, told by its lengths and checksums. One record is looked at for every packet of every
 * call that is encoded: where it lies on whole words, as almost all do, it is summed by words (RFC 1071 § 2: in either
 * byte order the sum is the same, but for its own).
 */
import {
  IPV4_HEADER_BYTES,
  IPV6_HEADER_BYTES,
  RECORD_HEADER_BYTES,
  UDP_HEADER_BYTES,
  checksumOf,
  sum16,
} from './pcap.js';

const SMALLEST = IPV4_HEADER_BYTES + UDP_HEADER_BYTES;
const LARGEST = 65_535;
/** The longest record. */
export const MOST_RECORD_BYTES = RECORD_HEADER_BYTES + LARGEST;

export type Look = 'record' | 'incomplete' | 'invalid';

/** The record that was looked at last: its whole length, where its payload begins, its kind and time. */
export interface Found {
  bytes: number;
  payload: number;
  kind: number;
  timeUs: number;
}

/** Part of a file, whose records are looked at. */
export class Piece {
  /** From the word in which the bytes begin, `#skew` bytes before them. */
  readonly #words: Uint32Array;
  readonly #skew: number;

  constructor(readonly bytes: Buffer) {
    this.#skew = bytes.byteOffset & 3;
    this.#words = new Uint32Array(bytes.buffer, bytes.byteOffset - this.#skew, (this.#skew + bytes.length) >>> 2);
  }

  /** What stands at `at`: a record (`found` tells of it), the beginning of one, or neither. */
  look(at: number, found: Found): Look {
    const { bytes } = this;
    if (at + RECORD_HEADER_BYTES > bytes.length) return 'incomplete';
    const length = word(bytes, at + 8);
    const micros = word(bytes, at + 4);
    if (length !== word(bytes, at + 12) || length < SMALLEST || length > LARGEST || micros >= 1e6) return 'invalid';
    const ip = at + RECORD_HEADER_BYTES;
    const end = ip + length;
    if (end > bytes.length) return 'incomplete';
    const isV4 = (bytes[ip] as number) >> 4 === 4;
    const udp = ip + (isV4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES);
    if (!(isV4 ? this.#isWholeV4(ip, udp, end) : this.#isWholeV6(ip, udp, end))) return 'invalid';
    const kind = bytes[ip + (isV4 ? 8 : 7)] as number;
    if (half(bytes, ip + (isV4 ? 4 : 2)) !== checksumOf(this.#sum(at, ip) + kind)) return 'invalid';
    found.bytes = end - at;
    found.payload = udp + UDP_HEADER_BYTES;
    found.kind = kind;
    found.timeUs = word(bytes, at) * 1e6 + micros;
    return 'record';
  }

  #isWholeV4(ip: number, udp: number, end: number): boolean {
    const { bytes } = this;
    if (bytes[ip] !== 0x45 || bytes[ip + 9] !== 17 || half(bytes, ip + 2) !== end - ip) return false;
    if (half(bytes, udp + 4) !== end - udp || checksumOf(this.#sum(ip, udp)) !== 0) return false;
    return this.#udpHolds(ip + 12, udp, end);
  }

  #isWholeV6(ip: number, udp: number, end: number): boolean {
    const { bytes } = this;
    if (half(bytes, ip) !== 0x6000 || bytes[ip + 6] !== 17 || udp + UDP_HEADER_BYTES > end) return false;
    if (half(bytes, ip + 4) !== end - udp || half(bytes, udp + 4) !== end - udp) return false;
    return this.#udpHolds(ip + 8, udp, end);
  }

  /** The sum of the pseudo header, UDP header and payload is all ones where nothing changed (RFC 768). */
  #udpHolds(addresses: number, udp: number, end: number): boolean {
    return checksumOf(this.#sum(addresses, end) + 17 + (end - udp)) === 0;
  }

  /** As `sum16`, or a number that folds to the same. */
  #sum(from: number, to: number): number {
    const place = from + this.#skew;
    if ((place & 3) !== 0) return sum16(this.bytes, from, to);
    const words = this.#words;
    const last = place + (to - from);
    let low = 0;
    let high = 0;
    for (let n = place >>> 2; n < last >>> 2; n++) {
      const both = words[n] as number;
      low += both & 0xffff;
      high += both >>> 16;
    }
    for (let n = to - (last & 3); n < to; n++) {
      const byte = this.bytes[n] as number;
      low += ((n - from) & 1) === 0 ? byte : byte << 8;
    }
    const sum = low + high;
    const once = (sum & 0xffff) + (sum >>> 16);
    const folded = (once & 0xffff) + (once >>> 16);
    return ((folded & 0xff) << 8) | (folded >>> 8);
  }
}

const half = (bytes: Uint8Array, at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);

/** Little-endian. */
const word = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)) >>>
  0;
