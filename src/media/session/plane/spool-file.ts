/** The disk under a spool, behind a small door so that tests can make it slow, full or broken. */

export interface SpoolFile {
  /**
   * Writes all of the first `length` bytes at the file's end, and has them on the disk when it resolves; they must not
   * change until then. `hurry`: somebody waits for it, so it does not wait for the blocks of other spools.
   */
  append(bytes: Uint8Array, length: number, hurry?: boolean): Promise<void>;
  /** Cuts the file to `length` bytes. */
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export type OpenSpoolFile = (path: string) => Promise<SpoolFile>;
