/**
 * Reads a sealed spool. Its pieces are found by one pass over their heads; what is in them is opened when it is read.
 *
 * A spool whose end is torn is what a crash leaves, and is read up to there. Anything else that is not as it was written
 * is refused by name, or, where the sound around it is to be saved (`salvage`), left out and counted: a piece that was
 * changed reads as zeros, one that stands elsewhere than where it was written is passed over.
 */
import { HalinaError } from '../base/errors.js';
import type { StoredFile } from '../journal/file-store.js';
import {
  HEADER_BYTES,
  isSealed,
  MAGIC,
  parseHeader,
  parsePieceHead,
  PIECE_HEAD_BYTES,
  PIECE_MAGIC,
  TAG_BYTES,
} from './format.js';
import type { PieceHead, SealHeader } from './format.js';
import { pieceDamaged, PieceCipher } from './piece-cipher.js';
import { keyMissing } from './seal-key.js';
import type { KeyRing } from './seal-key.js';
import type { SoundFile } from './sound-file.js';

interface Place {
  readonly cipher: PieceCipher;
  readonly head: PieceHead;
  /** Of its content in the file. */
  readonly fileAt: number;
  /** In the spool as it was before it was sealed. */
  readonly plainAt: number;
}

export interface SpoolReading {
  /** Leave out what is damaged, and count it. */
  readonly salvage: boolean;
}

const WINDOW = 1024 * 1024;

/** The file in large steps, for a pass that looks at a few bytes here and there. */
class Window {
  readonly #file: StoredFile;
  #from = 0;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(file: StoredFile) {
    this.#file = file;
  }

  async at(offset: number, length: number): Promise<Buffer> {
    const within = offset >= this.#from && offset + length <= this.#from + this.#bytes.length;
    if (!within) {
      this.#bytes = await this.#file.read(offset, Math.max(WINDOW, length));
      this.#from = offset;
    }
    return this.#bytes.subarray(offset - this.#from, offset - this.#from + length);
  }
}

/** The pass over the heads. */
class Scan {
  readonly places: Place[] = [];
  /** Bytes of the file that belong to nothing. */
  damagedBytes = 0;
  plainBytes = 0;
  /** The last piece of the last session says that it is the last. */
  complete = false;
  readonly #window: Window;
  readonly #path: string;
  readonly #bytes: number;
  readonly #ring: KeyRing;
  readonly #salvage: boolean;
  #cipher: PieceCipher | undefined;
  #sessions = 0;
  #next = 0;

  constructor(file: StoredFile, path: string, bytes: number, ring: KeyRing, { salvage }: SpoolReading) {
    this.#window = new Window(file);
    this.#path = path;
    this.#bytes = bytes;
    this.#ring = ring;
    this.#salvage = salvage;
  }

  async run(): Promise<void> {
    for (let at = 0; at < this.#bytes;) {
      const next = (await this.#step(at)) ?? (await this.#passOver(at));
      if (next === undefined) return;
      at = next;
    }
  }

  /** Where the next thing begins; undefined where nothing of ours stands at `at`. */
  async #step(at: number): Promise<number | undefined> {
    const start = await this.#window.at(at, HEADER_BYTES);
    if (isSealed(start)) return this.#session(start, at);
    const head = parsePieceHead(start, 0);
    const end = head && at + PIECE_HEAD_BYTES + head.length + TAG_BYTES;
    if (!head || end === undefined || end > this.#bytes || !this.#cipher) return undefined;
    return (await this.#piece(this.#cipher, head, at)) ? end : undefined;
  }

  /** One whose numbers are not those of its place was moved, or is a copy. */
  #session(start: Buffer, at: number): number | undefined {
    const header = parseHeader(start);
    if (header?.kind !== 'spool' || header.session < this.#sessions) return undefined;
    if (header.session > this.#sessions) this.#lost(header, `session ${this.#sessions} is missing`);
    const key = this.#ring.keyOf(header);
    if (!key) throw keyMissing(header, this.#path);
    this.#cipher = new PieceCipher(header, key, Buffer.from(start));
    this.#sessions = header.session + 1;
    this.#next = 0;
    this.complete = false;
    return at + HEADER_BYTES;
  }

  async #piece(cipher: PieceCipher, head: PieceHead, at: number): Promise<boolean> {
    const { header } = cipher;
    if (head.number < this.#next) return false;
    if (head.number > this.#next || this.complete) {
      // Before anything is said to be missing: is it a piece of this session at all?
      const stored = await this.#window.at(at + PIECE_HEAD_BYTES, head.length + TAG_BYTES);
      if (!cipher.open(head, stored)) return false;
      this.#lost(
        header,
        head.number > this.#next ? `piece ${this.#next} is missing` : `piece ${head.number} follows the last`,
      );
    }
    this.places.push({ cipher, head, fileAt: at + PIECE_HEAD_BYTES, plainAt: this.plainBytes });
    this.plainBytes += head.length;
    this.#next = head.number + 1;
    this.complete = head.last;
    return true;
  }

  async #find(from: number): Promise<number | undefined> {
    for (let at = from; at < this.#bytes; at += WINDOW - PIECE_MAGIC.length) {
      const bytes = await this.#window.at(at, Math.min(WINDOW, this.#bytes - at));
      const found = [bytes.indexOf(PIECE_MAGIC), bytes.indexOf(MAGIC)].filter((one) => one >= 0);
      if (found.length > 0) return at + Math.min(...found);
    }
    return undefined;
  }

  /** Where something of ours comes after `at`; where nothing does, that is the torn end of the spool. */
  async #passOver(at: number): Promise<number | undefined> {
    const next = await this.#find(at + 1);
    if (next === undefined) return undefined;
    if (!this.#salvage) {
      throw this.#cipher ? pieceDamaged(this.#cipher.header, this.#next, this.#path) : headerDamaged(this.#path);
    }
    this.damagedBytes += next - at;
    return next;
  }

  #lost(header: SealHeader, what: string): void {
    if (!this.#salvage) {
      const hint = 'the file was changed after it was written; restore it from a backup';
      throw new HalinaError('SEAL_DAMAGED', `${what} in the sealed spool of call ${header.owner} (${this.#path})`, {
        hint,
      });
    }
    this.damagedBytes += 1; // how long it was is not known
  }
}

const headerDamaged = (path: string): HalinaError =>
  new HalinaError('SEAL_DAMAGED', `the header of the sealed spool ${path} is not what was written`, {
    hint: 'restore it from a backup',
  });

export class SealedSpool implements SoundFile {
  readonly sealed = true;
  readonly bytes: number;
  /** Whether it ends as a spool that was closed in good order does. */
  readonly complete: boolean;
  readonly #file: StoredFile;
  readonly #path: string;
  readonly #places: readonly Place[];
  readonly #salvage: boolean;
  #damagedBytes: number;
  readonly #damaged = new Set<Place>();
  #kept: { readonly place: Place; readonly content: Buffer } | undefined;

  private constructor(file: StoredFile, path: string, scan: Scan, salvage: boolean) {
    this.bytes = scan.plainBytes;
    this.complete = scan.complete;
    this.#file = file;
    this.#path = path;
    this.#places = scan.places;
    this.#salvage = salvage;
    this.#damagedBytes = scan.damagedBytes;
  }

  /** Rejects with `SEAL_KEY_MISSING` or, unless it is to salvage, `SEAL_DAMAGED`. */
  static async open(
    file: StoredFile,
    path: string,
    storedBytes: number,
    ring: KeyRing,
    reading: SpoolReading,
  ): Promise<SealedSpool> {
    const scan = new Scan(file, path, storedBytes, ring, reading);
    await scan.run();
    return new SealedSpool(file, path, scan, reading.salvage);
  }

  /** What was left out so far. */
  get damagedBytes(): number {
    return this.#damagedBytes;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const end = Math.min(this.bytes, offset + length);
    if (offset >= end) return Buffer.alloc(0);
    const parts: Buffer[] = [];
    for (let i = this.#placeOf(offset); i < this.#places.length; i++) {
      const place = this.#places[i] as Place;
      if (place.plainAt >= end) break;
      const content = await this.#open(place);
      parts.push(content.subarray(Math.max(0, offset - place.plainAt), end - place.plainAt));
    }
    return Buffer.concat(parts);
  }

  close(): Promise<void> {
    this.#kept = undefined;
    return this.#file.close();
  }

  /** The index of the piece in which `offset` stands. */
  #placeOf(offset: number): number {
    let low = 0;
    let high = this.#places.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#places[middle] as Place).plainAt <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  async #open(place: Place): Promise<Buffer> {
    if (this.#kept?.place === place) return this.#kept.content;
    const { cipher, head, fileAt } = place;
    const content = cipher.open(head, await this.#file.read(fileAt, head.length + TAG_BYTES)) ?? this.#damage(place);
    this.#kept = { place, content };
    return content;
  }

  #damage(place: Place): Buffer {
    const { cipher, head } = place;
    if (!this.#salvage) throw pieceDamaged(cipher.header, head.number, this.#path);
    if (!this.#damaged.has(place)) this.#damagedBytes += head.length;
    this.#damaged.add(place);
    return Buffer.alloc(head.length);
  }
}
