/**
 * Reads a spool in chunks of any size. A record counts only when its lengths agree, its IP header is one of ours and
 * its UDP checksum holds. Where one does not, the reader looks byte by byte for the next that does and reports what it
 * passed over as damage. What is left at the end without a whole record behind it is the tail that a crash or a power
 * cut leaves: told, but no damage.
 */
import { parseMark } from './marks.js';
import {
  FILE_HEADER_BYTES,
  IPV4_HEADER_BYTES,
  IPV6_HEADER_BYTES,
  LINKTYPE_RAW,
  PCAP_MAGIC,
  RECORD_HEADER_BYTES,
  RECORD_KIND,
  UDP_HEADER_BYTES,
  checksumOf,
  recordCheck,
  sum16,
} from './pcap.js';
import type { Leg, SpoolMark, SpoolRecord } from './records.js';

/** A record and where in the file its RTP packet or JSON begins. */
export type LocatedRecord = SpoolRecord & { readonly payloadAt: number };

export interface Damage {
  /** Where in the file it begins. */
  readonly offset: number;
  readonly bytes: number;
}

export interface ReadSummary {
  /** Bytes seen. */
  readonly bytes: number;
  readonly records: number;
  /** Stretches with whole records behind them that could not be read. */
  readonly damage: readonly Damage[];
  /** Bytes after the last whole record: 0 in a spool that was closed in good order. */
  readonly tailBytes: number;
}

const SMALLEST = IPV4_HEADER_BYTES + UDP_HEADER_BYTES;
const LARGEST = 65_535;

/** Who takes records as they are found, without an object made for each. All is good during the call only. */
export interface RecordTaker {
  /** An RTP packet stands in `bytes` from `start` to `end`, and at `payloadAt` in the file. */
  packet(leg: Leg, timeUs: number, bytes: Buffer, start: number, end: number, payloadAt: number): void;
  mark(mark: SpoolMark, timeUs: number, payloadAt: number): void;
}

/** What stands at a place of the file. */
type Look = 'record' | 'incomplete' | 'invalid';

/** The record that was looked at last: its whole length, where its payload begins, its kind and time. */
interface Found {
  bytes: number;
  payload: number;
  kind: number;
  timeUs: number;
}

/** The sum of the pseudo header, UDP header and payload is all ones where nothing changed (RFC 768). */
function udpHolds(buffer: Buffer, ip: number, udp: number, end: number, addressesAt: number): boolean {
  const sum = sum16(buffer, ip + addressesAt, udp) + 17 + (end - udp) + sum16(buffer, udp, end);
  return checksumOf(sum) === 0;
}

/** What stands at `at`: a record (`found` tells of it), the beginning of one, or neither. */
function look(buffer: Buffer, at: number, found: Found): Look {
  if (at + RECORD_HEADER_BYTES > buffer.length) return 'incomplete';
  const length = buffer.readUInt32LE(at + 8);
  const micros = buffer.readUInt32LE(at + 4);
  if (length !== buffer.readUInt32LE(at + 12) || length < SMALLEST || length > LARGEST || micros >= 1e6)
    return 'invalid';
  const ip = at + RECORD_HEADER_BYTES;
  const end = ip + length;
  if (end > buffer.length) return 'incomplete';
  const isV4 = (buffer[ip] as number) >> 4 === 4;
  const udp = ip + (isV4 ? IPV4_HEADER_BYTES : IPV6_HEADER_BYTES);
  if (!(isV4 ? isWholeV4(buffer, ip, udp, end) : isWholeV6(buffer, ip, udp, end))) return 'invalid';
  const kind = buffer[ip + (isV4 ? 8 : 7)] as number;
  if (buffer.readUInt16BE(ip + (isV4 ? 4 : 2)) !== recordCheck(buffer, at, kind)) return 'invalid';
  found.bytes = end - at;
  found.payload = udp + UDP_HEADER_BYTES;
  found.kind = kind;
  found.timeUs = buffer.readUInt32LE(at) * 1e6 + micros;
  return 'record';
}

function isWholeV4(buffer: Buffer, ip: number, udp: number, end: number): boolean {
  if (buffer[ip] !== 0x45 || buffer[ip + 9] !== 17 || buffer.readUInt16BE(ip + 2) !== end - ip) return false;
  if (buffer.readUInt16BE(udp + 4) !== end - udp || checksumOf(sum16(buffer, ip, udp)) !== 0) return false;
  return udpHolds(buffer, ip, udp, end, 12);
}

function isWholeV6(buffer: Buffer, ip: number, udp: number, end: number): boolean {
  if (buffer.readUInt16BE(ip) !== 0x6000 || buffer[ip + 6] !== 17 || udp + UDP_HEADER_BYTES > end) return false;
  if (buffer.readUInt16BE(ip + 4) !== end - udp || buffer.readUInt16BE(udp + 4) !== end - udp) return false;
  return udpHolds(buffer, ip, udp, end, 8);
}

/** Makes records of what is found. */
class Gathering implements RecordTaker {
  readonly records: LocatedRecord[] = [];

  packet(leg: Leg, timeUs: number, bytes: Buffer, start: number, end: number, payloadAt: number): void {
    this.records.push({ kind: 'rtp', leg, timeUs, rtp: bytes.subarray(start, end), payloadAt });
  }

  mark(mark: SpoolMark, timeUs: number, payloadAt: number): void {
    this.records.push({ kind: 'mark', timeUs, mark, payloadAt });
  }
}

/**
 * Feed it with `push` as chunks come, then `finish`. Both give records; a record's bytes are a view into the chunk and
 * are good until the next call. `give` and `end` do the same for a taker.
 */
export class PcapReader {
  #buffer: Buffer = Buffer.alloc(0);
  /** File offset of the buffer's first byte. */
  #base = 0;
  #headerSeen = false;
  #records = 0;
  /** File offset at which reading went wrong, until the next whole record. */
  #lostAt: number | undefined;
  readonly #damage: Damage[] = [];
  readonly #record: Found = { bytes: 0, payload: 0, kind: 0, timeUs: 0 };

  push(chunk: Uint8Array): LocatedRecord[] {
    const gathering = new Gathering();
    this.give(chunk, gathering);
    return gathering.records;
  }

  /** The end of the file: gives what a damaged length had hidden. */
  finish(): LocatedRecord[] {
    const gathering = new Gathering();
    this.end(gathering);
    return gathering.records;
  }

  give(chunk: Uint8Array, taker: RecordTaker): void {
    const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#buffer = this.#buffer.length === 0 ? view : Buffer.concat([this.#buffer, view]);
    this.#read(false, taker);
  }

  end(taker: RecordTaker): void {
    this.#read(true, taker);
  }

  get summary(): ReadSummary {
    const bytes = this.#base + this.#buffer.length;
    const goodUpTo = this.#lostAt ?? this.#base;
    return { bytes, records: this.#records, damage: this.#damage, tailBytes: bytes - goodUpTo };
  }

  #read(last: boolean, taker: RecordTaker): void {
    if (!this.#headerSeen && this.#buffer.length < FILE_HEADER_BYTES && !last) return;
    const found = this.#record;
    let at = this.#skipFileHeader();
    while (at < this.#buffer.length) {
      const is = look(this.#buffer, at, found);
      if (is === 'incomplete' && !last) break;
      if (is === 'record' && this.#take(at, found, taker)) {
        at += found.bytes;
        continue;
      }
      this.#lostAt ??= this.#base + at;
      at++;
    }
    this.#base += at;
    this.#buffer = Buffer.from(this.#buffer.subarray(at));
  }

  #skipFileHeader(): number {
    if (this.#headerSeen || this.#buffer.length < FILE_HEADER_BYTES) return 0;
    this.#headerSeen = true;
    const good = this.#buffer.readUInt32LE(0) === PCAP_MAGIC && this.#buffer.readUInt32LE(20) === LINKTYPE_RAW;
    return good ? FILE_HEADER_BYTES : 0;
  }

  #found(at: number): void {
    if (this.#lostAt !== undefined) {
      this.#damage.push({ offset: this.#lostAt, bytes: this.#base + at - this.#lostAt });
      this.#lostAt = undefined;
    }
    this.#records++;
  }

  /** Hands it over, if it is what a record of ours may hold. */
  #take(at: number, { payload, bytes, kind, timeUs }: Found, taker: RecordTaker): boolean {
    const end = at + bytes;
    const payloadAt = this.#base + payload;
    if (kind === RECORD_KIND.outside || kind === RECORD_KIND.inside) {
      this.#found(at);
      const leg = kind === RECORD_KIND.outside ? 'outside' : 'inside';
      taker.packet(leg, timeUs, this.#buffer, payload, end, payloadAt);
      return true;
    }
    const mark = kind === RECORD_KIND.mark ? parseMark(this.#buffer.toString('utf8', payload, end)) : undefined;
    if (!mark) return false;
    this.#found(at);
    taker.mark(mark, timeUs, payloadAt);
    return true;
  }
}

/** Reads a whole spool that is in memory. Records are views into `bytes`. */
export function readSpool(bytes: Uint8Array): { readonly records: LocatedRecord[]; readonly summary: ReadSummary } {
  const reader = new PcapReader();
  const records = [...reader.push(bytes), ...reader.finish()];
  return { records, summary: reader.summary };
}
