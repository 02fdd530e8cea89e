/**
 * A sealed recording as a file that is read in ranges, or written. Writing is what an MP3 needs: the sound from some
 * offset on, one piece after another, and then what belongs before it; so the first piece is sealed last, and each piece
 * once.
 */
import { HalinaError } from '../base/errors.js';
import type { StoredFile } from '../journal/file-store.js';
import { HEADER_BYTES, parseHeader, PIECE_BYTES, pieceAt, piecesOf, plainBytes, TAG_BYTES } from './format.js';
import type { SealHeader, SealKind } from './format.js';
import { pieceDamaged, PieceCipher } from './piece-cipher.js';
import { keyMissing } from './seal-key.js';
import type { KeyRing, SealKey } from './seal-key.js';
import type { SoundFile, SoundWriter } from './sound-file.js';

const sizeWrong = ({ owner }: SealHeader, path: string, bytes: number): HalinaError => {
  const message = `the sealed recording of call ${owner} was cut: no recording has ${bytes} bytes when sealed (${path})`;
  return new HalinaError('SEAL_CUT', message, { hint: 'restore it from a backup' });
};

export class SealedRecording implements SoundFile {
  readonly sealed = true;
  readonly damagedBytes = 0;
  readonly bytes: number;
  readonly #file: StoredFile;
  readonly #path: string;
  readonly #cipher: PieceCipher;
  readonly #pieces: number;
  /** The piece that was read last: a player reads on in it. */
  #kept: { readonly number: number; readonly content: Buffer } | undefined;

  private constructor(file: StoredFile, path: string, cipher: PieceCipher, bytes: number) {
    this.#file = file;
    this.#path = path;
    this.#cipher = cipher;
    this.bytes = bytes;
    this.#pieces = piecesOf(bytes);
  }

  /**
   * `kind`: what it is to be. Opens the last piece, so a file that was cut is refused whatever is read of it. Rejects with `SEAL_KEY_MISSING`,
   * `SEAL_CUT` or `SEAL_DAMAGED`. `storedBytes`: of the file.
   */
  static async open(
    file: StoredFile,
    path: string,
    storedBytes: number,
    ring: KeyRing,
    kind: SealKind = 'recording',
  ): Promise<SealedRecording> {
    const headerBytes = await file.read(0, HEADER_BYTES);
    const header = parseHeader(headerBytes);
    if (header?.kind !== kind)
      throw new HalinaError('SEAL_DAMAGED', `the header of ${path} is not one of a sealed ${kind}`, {
        hint: 'restore it from a backup',
      });
    const key = ring.keyOf(header);
    if (!key) throw keyMissing(header, path);
    const bytes = plainBytes(storedBytes);
    if (bytes === undefined) throw sizeWrong(header, path, storedBytes);
    const opened = new SealedRecording(file, path, new PieceCipher(header, key, headerBytes), bytes);
    await opened.#read(opened.#pieces - 1, opened.#pieces - 1);
    return opened;
  }

  get owner(): string {
    return this.#cipher.header.owner;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const end = Math.min(this.bytes, offset + length);
    if (offset >= end) return Buffer.alloc(0);
    const first = Math.floor(offset / PIECE_BYTES);
    const pieces = await this.#read(first, Math.floor((end - 1) / PIECE_BYTES));
    const whole = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
    // A copy: what is kept must not change where the reader writes into what it got.
    return Buffer.from(whole.subarray(offset - first * PIECE_BYTES, end - first * PIECE_BYTES));
  }

  close(): Promise<void> {
    this.#kept = undefined;
    return this.#file.close();
  }

  async #read(first: number, last: number): Promise<Buffer[]> {
    if (first === last && this.#kept?.number === first) return [this.#kept.content];
    const from = pieceAt(first);
    const stored = await this.#file.read(from, pieceAt(last + 1) - from);
    const pieces: Buffer[] = [];
    for (let number = first; number <= last; number++) {
      const at = pieceAt(number) - from;
      const isLast = number === this.#pieces - 1;
      const length = isLast ? this.bytes - number * PIECE_BYTES : PIECE_BYTES;
      const content = this.#cipher.open({ number, length, last: isLast }, stored.subarray(at, at + length + TAG_BYTES));
      if (!content) throw pieceDamaged(this.#cipher.header, number, this.#path);
      pieces.push(content);
      this.#kept = { number, content };
    }
    return pieces;
  }
}

/** Writes a sealed recording. After `finish` nothing can be written to it, and it can be read. */
export class SealedRecordingWriter implements SoundWriter {
  readonly #file: StoredFile;
  readonly #path: string;
  readonly #key: SealKey;
  readonly #cipher: PieceCipher;
  readonly #first = Buffer.alloc(PIECE_BYTES);
  readonly #current = Buffer.alloc(PIECE_BYTES);
  /** Of the piece that is being filled; 0 as long as only the first is. */
  #number = 0;
  /** The end of what was written, in bytes of the recording. */
  #end = 0;
  #reader: SealedRecording | undefined;

  private constructor(file: StoredFile, path: string, key: SealKey) {
    this.#file = file;
    this.#path = path;
    this.#key = key;
    this.#cipher = new PieceCipher({ kind: key.kind, owner: key.owner, keyId: key.keyId, session: 0 }, key);
  }

  /** `file` is empty. */
  static async create(file: StoredFile, path: string, key: SealKey): Promise<SealedRecordingWriter> {
    const writer = new SealedRecordingWriter(file, path, key);
    await file.write(writer.#cipher.headerBytes, 0);
    return writer;
  }

  /** Beyond the first 64 KiB only where the last write ended. Throws `SEAL_ORDER` otherwise. */
  async write(data: Uint8Array, offset: number): Promise<void> {
    if (this.#reader || (offset > this.#end && offset >= PIECE_BYTES)) throw outOfOrder(this.#path, offset);
    const head = data.subarray(0, Math.max(0, PIECE_BYTES - offset));
    this.#first.set(head, Math.min(offset, PIECE_BYTES));
    const rest = data.subarray(head.length);
    if (rest.length > 0 && Math.max(offset, PIECE_BYTES) !== Math.max(this.#end, PIECE_BYTES))
      throw outOfOrder(this.#path, offset);
    await this.#append(rest);
    this.#end = Math.max(this.#end, offset + data.length);
  }

  /** Seals what is left and has everything on the medium. */
  async finish(): Promise<void> {
    const last = piecesOf(this.#end) - 1;
    if (last > 0) await this.#seal(last, this.#current.subarray(0, this.#end - last * PIECE_BYTES), true);
    await this.#seal(0, this.#first.subarray(0, Math.min(this.#end, PIECE_BYTES)), last === 0);
    await this.#file.sync();
    const ring = { keyOf: () => this.#key };
    this.#reader = await SealedRecording.open(
      this.#file,
      this.#path,
      pieceAt(last) + this.#end - last * PIECE_BYTES + TAG_BYTES,
      ring,
      this.#key.kind,
    );
  }

  /** Only after `finish`. */
  read(offset: number, length: number): Promise<Buffer> {
    if (!this.#reader) return Promise.reject(outOfOrder(this.#path, offset));
    return this.#reader.read(offset, length);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  /** What comes after the first piece; a piece is sealed when it is full and another byte comes. */
  async #append(data: Uint8Array): Promise<void> {
    let at = Math.max(this.#end, PIECE_BYTES);
    for (let done = 0; done < data.length;) {
      const number = Math.floor(at / PIECE_BYTES);
      if (number > this.#number) {
        if (this.#number > 0) await this.#seal(this.#number, this.#current, false);
        this.#number = number;
      }
      const within = at - number * PIECE_BYTES;
      const taken = data.subarray(done, done + PIECE_BYTES - within);
      this.#current.set(taken, within);
      done += taken.length;
      at += taken.length;
    }
  }

  async #seal(number: number, content: Uint8Array, last: boolean): Promise<void> {
    const piece = this.#cipher.seal(number, content, last);
    await this.#file.write(Buffer.concat([piece.content, piece.tag]), pieceAt(number));
  }
}

const outOfOrder = (path: string, offset: number): HalinaError =>
  new HalinaError('SEAL_ORDER', `a sealed recording is written in order, and ${offset} is not its turn (${path})`);
