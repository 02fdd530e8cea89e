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
import type { SpoolRecord } from './records.js';

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

type Look =
  | { readonly is: 'record'; readonly bytes: number; readonly payload: number; readonly kind: number; timeUs: number }
  | { readonly is: 'incomplete' }
  | { readonly is: 'invalid' };
const incomplete: Look = { is: 'incomplete' };
const invalid: Look = { is: 'invalid' };

/** The sum of the pseudo header, UDP header and payload is all ones where nothing changed (RFC 768). */
function udpHolds(buffer: Buffer, ip: number, udp: number, end: number, addressesAt: number): boolean {
  const sum = sum16(buffer, ip + addressesAt, udp) + 17 + (end - udp) + sum16(buffer, udp, end);
  return checksumOf(sum) === 0;
}

/** What stands at `at`: a record, the beginning of one, or neither. */
function look(buffer: Buffer, at: number): Look {
  if (at + RECORD_HEADER_BYTES > buffer.length) return incomplete;
  const length = buffer.readUInt32LE(at + 8);
  const micros = buffer.readUInt32LE(at + 4);
  if (length !== buffer.readUInt32LE(at + 12) || length < SMALLEST || length > LARGEST || micros >= 1e6) return invalid;
  const ip = at + RECORD_HEADER_BYTES;
  const end = ip + length;
  if (end > buffer.length) return incomplete;

  const timeUs = buffer.readUInt32LE(at) * 1e6 + micros;
  const version = (buffer[ip] as number) >> 4;
  if (version === 4) {
    const udp = ip + IPV4_HEADER_BYTES;
    if (buffer[ip] !== 0x45 || buffer[ip + 9] !== 17 || buffer.readUInt16BE(ip + 2) !== length) return invalid;
    if (buffer.readUInt16BE(udp + 4) !== end - udp || checksumOf(sum16(buffer, ip, udp)) !== 0) return invalid;
    if (!udpHolds(buffer, ip, udp, end, 12)) return invalid;
    const kind = buffer[ip + 8] as number;
    if (buffer.readUInt16BE(ip + 4) !== recordCheck(buffer, at, kind)) return invalid;
    return { is: 'record', bytes: end - at, payload: udp + UDP_HEADER_BYTES, kind, timeUs };
  }
  const udp = ip + IPV6_HEADER_BYTES;
  if (buffer.readUInt16BE(ip) !== 0x6000 || buffer[ip + 6] !== 17 || udp + UDP_HEADER_BYTES > end) return invalid;
  if (buffer.readUInt16BE(ip + 4) !== end - udp || buffer.readUInt16BE(udp + 4) !== end - udp) return invalid;
  if (!udpHolds(buffer, ip, udp, end, 8)) return invalid;
  const kind = buffer[ip + 7] as number;
  if (buffer.readUInt16BE(ip + 2) !== recordCheck(buffer, at, kind)) return invalid;
  return { is: 'record', bytes: end - at, payload: udp + UDP_HEADER_BYTES, kind, timeUs };
}

/**
 * Feed it with `push` as chunks come, then `finish`. Both yield records; a record's bytes are a view into the chunk and
 * are good until the next call.
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

  *push(chunk: Uint8Array): Generator<LocatedRecord, void> {
    const view = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#buffer = this.#buffer.length === 0 ? view : Buffer.concat([this.#buffer, view]);
    yield* this.#read(false);
  }

  /** The end of the file: yields what a damaged length had hidden. */
  *finish(): Generator<LocatedRecord, void> {
    yield* this.#read(true);
  }

  get summary(): ReadSummary {
    const bytes = this.#base + this.#buffer.length;
    const goodUpTo = this.#lostAt ?? this.#base;
    return { bytes, records: this.#records, damage: this.#damage, tailBytes: bytes - goodUpTo };
  }

  *#read(last: boolean): Generator<LocatedRecord, void> {
    if (!this.#headerSeen && this.#buffer.length < FILE_HEADER_BYTES && !last) return;
    let at = this.#skipFileHeader();
    while (at < this.#buffer.length) {
      const found = look(this.#buffer, at);
      if (found.is === 'incomplete' && !last) break;
      const record = found.is === 'record' ? this.#record(found, at + found.bytes) : undefined;
      if (found.is !== 'record' || !record) {
        this.#lostAt ??= this.#base + at;
        at++;
        continue;
      }
      this.#found(at);
      at += found.bytes;
      yield record;
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

  #record(found: Look & { is: 'record' }, end: number): LocatedRecord | undefined {
    const { timeUs, kind, payload } = found;
    const payloadAt = this.#base + payload;
    const bytes = this.#buffer.subarray(payload, end);
    if (kind === RECORD_KIND.outside) return { kind: 'rtp', leg: 'outside', timeUs, rtp: bytes, payloadAt };
    if (kind === RECORD_KIND.inside) return { kind: 'rtp', leg: 'inside', timeUs, rtp: bytes, payloadAt };
    const mark = kind === RECORD_KIND.mark ? parseMark(bytes.toString('utf8')) : undefined;
    return mark && { kind: 'mark', timeUs, mark, payloadAt };
  }
}

/** Reads a whole spool that is in memory. Records are views into `bytes`. */
export function readSpool(bytes: Uint8Array): { readonly records: LocatedRecord[]; readonly summary: ReadSummary } {
  const reader = new PcapReader();
  const records = [...reader.push(bytes), ...reader.finish()];
  return { records, summary: reader.summary };
}
