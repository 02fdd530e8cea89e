/**
 * Reads a journal from its beginning: hands on every sound line, and tells a torn end (the batch that was being
 * written when the world ended: to be cut off) from damage (lines that were durable once and are unreadable now: to be
 * named, each with its place).
 */
import type { StoredFile } from './file-store.js';
import { parseLine } from './line.js';

/** Where a line is: its number, and its place in the file in bytes, line break included. */
export interface LinePlace {
  readonly seq: number;
  readonly offset: number;
  readonly length: number;
}

export interface Damage {
  /** 1 for the first line of the file. */
  readonly line: number;
  readonly offset: number;
  /** Bytes; 0 where lines are missing. */
  readonly length: number;
  readonly what: string;
}

export interface JournalHeader {
  readonly name: string;
  readonly version: number;
  /** Chance made when the journal began; a copy elsewhere (an index) knows by it what it is a copy of. */
  readonly id: string;
}

export interface ReplayReport {
  readonly header: JournalHeader | undefined;
  /** Sound lines, the journal's own not counted. */
  readonly lines: number;
  readonly damage: readonly Damage[];
  /** Where the sound part ends; what stands after it is torn. */
  readonly end: number;
  /** Bytes after `end`. */
  readonly torn: number;
  readonly lastSeq: number;
  /** Whether a mark of closing stands at `end`: to be cut off. */
  readonly closed: boolean;
}

export type LineListener = (place: LinePlace, payload: Buffer) => void;

export const HEADER_MARK = '#journal ';
export const CHECKPOINT_MARK = '#checkpoint ';

const CHUNK = 4 * 1024 * 1024;
const NEWLINE = 0x0a;
const HASH = 0x23;

class Replay {
  header: JournalHeader | undefined;
  lines = 0;
  line = 0;
  lastSeq = -1;
  end = 0;
  readonly damage: Damage[] = [];
  /** Bad lines that may still turn out to be a torn end. */
  #doubtful: Damage[] = [];
  /** Sound lines after a bad one, held until a batch begins and shows that they were durable. */
  #held: { place: LinePlace; payload: Buffer }[] = [];
  /** Up to the checkpoint's mark numbers rise with gaps; after it they are consecutive. */
  #consecutive = false;
  /** Whether lines before this one are known to be unreadable, so that a gap in the numbers is no news. */
  #afterDamage = false;
  readonly #listener: LineListener;

  constructor(listener: LineListener) {
    this.#listener = listener;
  }

  take(bytes: Buffer, offset: number): void {
    this.line += 1;
    const parsed = bytes.at(-1) === NEWLINE ? parseLine(bytes) : 'no line break';
    if (typeof parsed === 'string') {
      this.#doubtful.push({ line: this.line, offset, length: bytes.length, what: parsed });
      return;
    }
    const place = { seq: parsed.seq, offset, length: bytes.length };
    if (this.#doubtful.length > 0) {
      if (!parsed.startsBatch) {
        this.#held.push({ place, payload: Buffer.from(parsed.payload) });
        return;
      }
      this.#settle();
    }
    this.#accept(place, parsed.payload);
  }

  /** A batch began after bad lines: they are damage, and what was held between them is good. */
  #settle(): void {
    this.damage.push(...this.#doubtful);
    this.#doubtful = [];
    const held = this.#held;
    this.#held = [];
    for (const { place, payload } of held) {
      this.#afterDamage = true;
      this.#accept(place, payload);
    }
    this.#afterDamage = true;
  }

  #accept(place: LinePlace, payload: Buffer): void {
    if (payload[0] === HASH && payload.toString() === '#closed') return; // judged by whoever opens the file
    const expected = this.lastSeq + 1;
    const gap = this.#consecutive && !this.#afterDamage && place.seq !== expected;
    if (place.seq < expected || gap) this.#name(place, `number ${place.seq} where ${expected} should be`);
    this.#afterDamage = false;
    this.lastSeq = Math.max(this.lastSeq, place.seq);
    this.end = place.offset + place.length;
    if (payload[0] === HASH) {
      this.#own(payload.toString(), place);
      return;
    }
    this.lines += 1;
    this.#listener(place, payload);
  }

  #name(place: LinePlace, what: string): void {
    this.damage.push({ line: this.line, offset: place.offset, length: 0, what });
  }

  #own(text: string, place: LinePlace): void {
    if (text.startsWith(HEADER_MARK)) {
      this.header = JSON.parse(text.slice(HEADER_MARK.length)) as JournalHeader;
      return;
    }
    if (!text.startsWith(CHECKPOINT_MARK)) return;
    const { lines } = JSON.parse(text.slice(CHECKPOINT_MARK.length)) as { lines: number };
    const complete = lines === this.lines || this.damage.length > 0;
    if (!complete) this.#name(place, `${lines} lines were checkpointed, ${this.lines} are there`);
    this.#consecutive = true;
  }
}

/** The file piece by piece, the next one read while this one is looked at. */
async function* piecesOf(file: StoredFile, bytes: number): AsyncGenerator<Buffer> {
  const read = (at: number): Promise<Buffer> => file.read(at, Math.min(CHUNK, bytes - at));
  let reading = bytes > 0 ? read(0) : undefined;
  for (let at = 0; reading;) {
    const piece = await reading;
    at += piece.length;
    reading = piece.length > 0 && at < bytes ? read(at) : undefined;
    reading?.catch(() => {}); // told to who waits for it next; nobody does where the look at this piece throws
    yield piece;
  }
}

/** Reads the whole file. `listener` is called for each line in order; it must not keep the payload's buffer. */
export async function replay(file: StoredFile, bytes: number, listener: LineListener): Promise<ReplayReport> {
  const state = new Replay(listener);
  /** The beginning of a line whose end is in the next piece. */
  let begun: Buffer = Buffer.alloc(0);
  let at = 0;
  for await (const piece of piecesOf(file, bytes)) {
    let from = 0;
    for (let to = piece.indexOf(NEWLINE); to >= 0; to = piece.indexOf(NEWLINE, from)) {
      const end = piece.subarray(from, to + 1);
      const line = begun.length > 0 ? Buffer.concat([begun, end]) : end;
      begun = begun.subarray(0, 0);
      state.take(line, at);
      at += line.length;
      from = to + 1;
    }
    const left = piece.subarray(from);
    begun = begun.length > 0 ? Buffer.concat([begun, left]) : left;
  }
  if (begun.length > 0) state.take(begun, at);
  const { header, lines, damage, end, lastSeq } = state;
  return { header, lines, damage, end, torn: bytes - end, lastSeq, closed: false };
}
