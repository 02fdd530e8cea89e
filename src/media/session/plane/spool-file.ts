/** The disk under a spool, behind a small door so that tests can make it slow, full or broken. */
import type { SealKey } from '../../../vault/seal-key.js';
import type { SpoolBlock, SpoolMemory } from './spool-memory.js';

/** The first `length` bytes of a block. */
export interface Piece {
  readonly block: SpoolBlock;
  readonly length: number;
}

export interface Appending {
  /** Somebody waits for it, so it does not wait for the blocks of other spools. */
  readonly hurry?: boolean;
  /** The spool ends with the last of the pieces, in good order. */
  readonly last?: boolean;
  /** Nobody reads the pieces any more: their memory may be used again. It is told before the promise settles, unless the disk is lost. */
  readonly onTaken?: () => void;
}

export interface SpoolFile {
  /**
   * Writes all of the pieces at the file's end, behind what was given before; they must not change until they were taken. They
   * are on the disk when it resolves, and so is all before them; promises settle in the order of the calls. Once one has failed,
   * so does every one after it until the file was cut.
   */
  append(pieces: readonly Piece[], how?: Appending): Promise<void>;
  /** Cuts off what was written here but for the first `length` bytes, counted as they are on the disk. Nothing is under way. */
  truncate(length: number): Promise<void>;
  /** Nothing is under way. */
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
