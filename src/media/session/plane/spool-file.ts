/** The disk under a spool, behind a small door so that tests can make it slow, full or broken. */
import type { SealKey } from '../../../vault/seal-key.js';
import type { SpoolBlock, SpoolMemory } from './spool-memory.js';

/** The first `length` bytes of a block. */
export interface Piece {
  readonly block: SpoolBlock;
  readonly length: number;
}

export interface SpoolFile {
  /**
   * Writes all of the pieces at the file's end, and has them on the disk when it resolves; they must not change until then.
   * `hurry`: somebody waits for it, so it does not wait for the blocks of other spools. `last`: the spool ends with the last
   * of them, in good order.
   */
  append(pieces: readonly Piece[], how?: { readonly hurry?: boolean; readonly last?: boolean }): Promise<void>;
  /** Cuts off what was written here but for the first `length` bytes, counted as they are on the disk. */
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export interface SpoolStore {
  /** Where spools take their blocks from. */
  readonly memory: SpoolMemory;
  /**
   * Opens a file for appending, and makes its name durable too. `seal`: every block is sealed with it as it is written.
   */
  open(path: string, seal?: SealKey): Promise<SpoolFile>;
}
