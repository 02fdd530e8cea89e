/**
 * The one door to the disk. Everything that must survive a crash is written through it, so that tests can let any
 * single operation fail, or end the world between any two. It offers only what durable writing needs: positioned
 * writes, an explicit sync of a file and of a folder (a new, renamed or removed name is durable only after the sync of
 * its folder), and atomic rename.
 */

/** An open file. All offsets and lengths are in bytes. */
export interface StoredFile {
  /** Reads up to `length` bytes; fewer at the end of the file. */
  read(offset: number, length: number): Promise<Buffer>;
  /** Writes all of `data` or rejects; after a rejection any part of it may be there. */
  write(data: Uint8Array, offset: number): Promise<void>;
  truncate(bytes: number): Promise<void>;
  /** Resolves when everything that was written is on the medium (fdatasync). */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileFacts {
  readonly bytes: number;
  /** Unix milliseconds. */
  readonly modifiedAt: number;
}

export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'other';
}

/** Errors are those of Node (`code`: ENOSPC, EIO…), unless a method says otherwise. */
export interface FileStore {
  /** Makes the folder and those above it, durably, readable by the owner only; harmless if it is there. */
  makeFolder(path: string): Promise<void>;
  /** `write` creates the file if it is missing and leaves what is in it. */
  open(path: string, mode: 'read' | 'write'): Promise<StoredFile>;
  /** Replaces `to` at once, within one file system. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; false if there was none. */
  remove(path: string): Promise<boolean>;
  /** Removes a folder if it is empty; false if it is not, or is missing. */
  removeFolder(path: string): Promise<boolean>;
  /** Makes the names in the folder durable. */
  syncFolder(path: string): Promise<void>;
  stat(path: string): Promise<FileFacts | undefined>;
  /** What is in the folder, in no order; nothing if it is missing. */
  list(path: string): Promise<readonly FolderEntry[]>;
  /** The bytes by which the file system of `path` allocates: a file takes a multiple of them. */
  blockBytes(path: string): Promise<number>;
  /** Bytes that an unprivileged writer may still use on the file system of `path`. */
  free(path: string): Promise<number>;
}

/** The `code` of an error of the operating system, e.g. `ENOENT`. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
