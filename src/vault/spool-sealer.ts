/** Seals the blocks of a spool as they are written, one piece a block. No I/O: who writes puts what it gives at the end of the file. */
import {
  HEADER_BYTES,
  parsePieceHead,
  parseHeader,
  PIECE_HEAD_BYTES,
  PIECE_MAGIC,
  SPOOL_PIECE_OVERHEAD,
  TAG_BYTES,
} from './format.js';
import { PieceCipher } from './piece-cipher.js';
import type { SealKey } from './seal-key.js';

/** What sealing adds, in bytes: once for each opening, and for each block. */
export const SPOOL_OVERHEAD = { opening: HEADER_BYTES, block: SPOOL_PIECE_OVERHEAD } as const;

export class SpoolSealer {
  readonly #cipher: PieceCipher;
  #number = 0;

  /** `session`: how many stand before this one in the file. */
  constructor(key: SealKey, session: number) {
    this.#cipher = new PieceCipher({ kind: 'spool', owner: key.owner, keyId: key.keyId, session }, key);
  }

  /** To be written before the first block. */
  get header(): Buffer {
    return this.#cipher.headerBytes;
  }

  /** `last`: the spool ends with it, in good order. */
  seal(block: Uint8Array, last: boolean): Buffer[] {
    const { head, content, tag } = this.#cipher.seal(this.#number, block, last);
    this.#number++;
    return [head, content, tag];
  }
}

/**
 * What a spool that is opened again holds: how many sessions, and where its last whole piece ends; what stands behind
 * is the torn end that a crash left. Nothing is decrypted. `read`: see `StoredFile`.
 */
export function wholeSessions(
  read: (offset: number, length: number) => Buffer,
  bytes: number,
): { sessions: number; end: number } {
  let sessions = 0;
  let end = 0;
  while (end < bytes) {
    const start = read(end, HEADER_BYTES);
    if (start.subarray(0, PIECE_MAGIC.length).equals(PIECE_MAGIC)) {
      const head = parsePieceHead(start, 0);
      const next = head && end + PIECE_HEAD_BYTES + head.length + TAG_BYTES;
      if (next === undefined || next > bytes) break;
      end = next;
    } else if (parseHeader(start)) {
      sessions++;
      end += HEADER_BYTES;
    } else break;
  }
  return { sessions, end };
}
