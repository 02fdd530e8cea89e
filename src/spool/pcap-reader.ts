/**
 * Reads a spool in chunks of any size. A record counts only when its lengths agree, its IP header is one of ours and
 * its UDP checksum holds. Where one does not, the reader looks byte by byte for the next that does and reports what it
 * passed over as damage. What is left at the end without a whole record behind it is the tail that a crash or a power
 * cut leaves: told, but no damage.
 */
import { parseMark } from './marks.js';
import { FILE_HEADER_BYTES, LINKTYPE_RAW, PCAP_MAGIC, RECORD_KIND } from './pcap.js';
import { MOST_RECORD_BYTES, Piece } from './pcap-look.js';
import type { Found } from './pcap-look.js';
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

/** Who takes records as they are found, without an object made for each. All is good during the call only. */
export interface RecordTaker {
  /** An RTP packet stands in `bytes` from `start` to `end`, and at `payloadAt` in the file. */
  packet(leg: Leg, timeUs: number, bytes: Buffer, start: number, end: number, payloadAt: number): void;
  mark(mark: SpoolMark, timeUs: number, payloadAt: number): void;
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
  /** What is left of the chunks so far, in which no whole record is. */
  #rest: Buffer = Buffer.alloc(0);
  /** File offset of its first byte. */
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
    const left = this.#rest.length;
    if (left === 0) return this.#keep(view, this.#read(view, view.length, false, taker));
    // Only the record that goes on from the last chunk is put together.
    const joined = Buffer.concat([this.#rest, view.subarray(0, MOST_RECORD_BYTES)]);
    const done = this.#read(joined, left, false, taker);
    if (done < left) return this.#keep(joined, done);
    const rest = view.subarray(done - left);
    this.#keep(rest, this.#read(rest, rest.length, false, taker));
  }

  end(taker: RecordTaker): void {
    this.#keep(this.#rest, this.#read(this.#rest, this.#rest.length, true, taker));
  }

  get summary(): ReadSummary {
    const bytes = this.#base + this.#rest.length;
    const goodUpTo = this.#lostAt ?? this.#base;
    return { bytes, records: this.#records, damage: this.#damage, tailBytes: bytes - goodUpTo };
  }

  /** What is not read yet, as bytes of our own. */
  #keep(buffer: Buffer, from: number): void {
    this.#rest = Buffer.from(buffer.subarray(from));
  }

  /** Reads the records that begin before `end`, and gives where it stopped. */
  #read(buffer: Buffer, end: number, last: boolean, taker: RecordTaker): number {
    if (!this.#headerSeen && buffer.length < FILE_HEADER_BYTES && !last) return 0;
    const piece = new Piece(buffer);
    const found = this.#record;
    let at = this.#skipFileHeader(buffer);
    while (at < end) {
      const is = piece.look(at, found);
      if (is === 'incomplete' && !last) break;
      if (is === 'record' && this.#take(buffer, at, found, taker)) {
        at += found.bytes;
        continue;
      }
      this.#lostAt ??= this.#base + at;
      at++;
    }
    this.#base += at;
    return at;
  }

  #skipFileHeader(buffer: Buffer): number {
    if (this.#headerSeen || buffer.length < FILE_HEADER_BYTES) return 0;
    this.#headerSeen = true;
    const good = buffer.readUInt32LE(0) === PCAP_MAGIC && buffer.readUInt32LE(20) === LINKTYPE_RAW;
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
  #take(buffer: Buffer, at: number, { payload, bytes, kind, timeUs }: Found, taker: RecordTaker): boolean {
    const end = at + bytes;
    const payloadAt = this.#base + payload;
    if (kind === RECORD_KIND.outside || kind === RECORD_KIND.inside) {
      this.#found(at);
      const leg = kind === RECORD_KIND.outside ? 'outside' : 'inside';
      taker.packet(leg, timeUs, buffer, payload, end, payloadAt);
      return true;
    }
    const mark = kind === RECORD_KIND.mark ? parseMark(buffer.toString('utf8', payload, end)) : undefined;
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
