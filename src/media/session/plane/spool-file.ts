/** The disk under a spool, behind a small door so that tests can make it slow, full or broken. */
import { constants, open } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface SpoolFile {
  /** Writes all of the first `length` bytes at the file's end, and has them on the disk when it resolves. */
  append(bytes: Uint8Array, length: number): Promise<void>;
  /** Cuts the file to `length` bytes. */
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export type OpenSpoolFile = (path: string) => Promise<SpoolFile>;

const { O_APPEND, O_CREAT, O_DSYNC, O_WRONLY } = constants;

/**
 * Opens the file for appending, and makes its name durable too. A write returns with its bytes on the disk (O_DSYNC): one
 * way through the thread pool for each block of each call, where write and fdatasync would be two.
 */
export const openSpoolFile: OpenSpoolFile = async (path) => {
  const handle = await open(path, O_APPEND | O_CREAT | O_DSYNC | O_WRONLY, 0o600);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
  return {
    async append(bytes, length) {
      for (let at = 0; at < length;) {
        const { bytesWritten } = await handle.write(bytes, at, length - at, null);
        at += bytesWritten;
      }
    },
    truncate: (length) => handle.truncate(length),
    close: () => handle.close(),
  };
};
