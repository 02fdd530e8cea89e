/** Seals and opens the pieces of one writing session. */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { HalinaError } from '../base/errors.js';
import { formatHeader, formatPieceHead, nonceOf, PIECE_HEAD_BYTES, TAG_BYTES } from './format.js';
import type { PieceHead, SealHeader } from './format.js';
import type { SealKey } from './seal-key.js';

const ALGORITHM = 'aes-256-gcm';

/** Of a piece: its ciphertext and its tag. */
export interface SealedPiece {
  readonly head: Buffer;
  readonly content: Buffer;
  readonly tag: Buffer;
}

export class PieceCipher {
  readonly header: SealHeader;
  readonly #headerBytes: Buffer;
  readonly #key: KeyObject;
  /** The highest number but 0 that was sealed; and whether 0 was. A number is sealed once, or its nonce were used twice. */
  #highest = 0;
  #zero = false;
  #ended = false;

  /** `headerBytes`: as they stand in the file, where it is there already. */
  constructor(header: SealHeader, { key }: SealKey, headerBytes = formatHeader(header)) {
    this.header = header;
    this.#headerBytes = headerBytes;
    this.#key = createSecretKey(key);
  }

  get headerBytes(): Buffer {
    return this.#headerBytes;
  }

  /** Piece 0 may come after the others, once; these come in the order of their numbers. */
  seal(number: number, content: Uint8Array, last: boolean): SealedPiece {
    this.#take(number, last);
    const head = formatPieceHead({ number, length: content.length, last });
    const cipher = createCipheriv(ALGORITHM, this.#key, nonceOf(number));
    cipher.setAAD(Buffer.concat([this.#headerBytes, head]));
    const sealed = cipher.update(content);
    cipher.final();
    return { head, content: sealed, tag: cipher.getAuthTag() };
  }

  /** What is in the piece; undefined where it is not the one that was sealed with this head in this session. */
  open(head: PieceHead, sealed: Buffer): Buffer | undefined {
    const at = sealed.length - TAG_BYTES;
    if (at !== head.length) return undefined;
    const decipher = createDecipheriv(ALGORITHM, this.#key, nonceOf(head.number));
    decipher.setAAD(
      Buffer.concat([this.#headerBytes, formatPieceHead(head)], this.#headerBytes.length + PIECE_HEAD_BYTES),
    );
    decipher.setAuthTag(sealed.subarray(at));
    const content = decipher.update(sealed.subarray(0, at));
    try {
      decipher.final();
      return content;
    } catch {
      return undefined; // its tag is another: the only way in which this fails
    }
  }

  #take(number: number, last: boolean): void {
    const used = number === 0 ? this.#zero : number <= this.#highest || this.#ended;
    if (used) throw new HalinaError('SEAL_NONCE', `piece ${number} of a sealed ${this.header.kind} is sealed already`);
    if (number === 0) this.#zero = true;
    else this.#highest = number;
    this.#ended ||= last;
  }
}

/** A piece that does not open. */
export function pieceDamaged({ kind, owner }: SealHeader, number: number, path: string): HalinaError {
  const hint = 'the file was changed after it was written; restore it from a backup';
  return new HalinaError(
    'SEAL_DAMAGED',
    `piece ${number} of the sealed ${kind} of call ${owner} is not what was written (${path})`,
    { hint },
  );
}
