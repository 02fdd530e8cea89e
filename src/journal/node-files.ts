/** `FileStore` on the real disk. */
import { mkdir, open, readdir, rename, rmdir, stat, statfs, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { constants } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { systemErrorCode } from './file-store.js';
import type { FileFacts, FileStore, FolderEntry, StoredFile } from './file-store.js';

/** No system reads less at once where there is as much, bytes. */
const PIECE = 1024 * 1024;
/** What calls itself larger only prefers to be written in such pieces (NFS, ZFS). */
const LARGEST_BLOCK = 64 * 1024;

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

class NodeFile implements StoredFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.#handle.read(buffer, filled, length - filled, offset + filled);
      filled += bytesRead;
      if (filled < length && bytesRead < PIECE) break; // of a file on a disk, what is shorter than asked for is the end
    }
    return buffer.subarray(0, filled);
  }

  async write(data: Uint8Array, offset: number): Promise<void> {
    let done = 0;
    while (done < data.length) {
      const { bytesWritten } = await this.#handle.write(data, done, data.length - done, offset + done);
      done += bytesWritten;
    }
  }

  truncate(bytes: number): Promise<void> {
    return this.#handle.truncate(bytes);
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** What `operation` gives, or `instead` if it fails with one of `codes`. */
async function unless<T>(operation: Promise<T>, codes: readonly string[], instead: T): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    if (codes.includes(systemErrorCode(error) ?? '')) return instead;
    throw error;
  }
}

export class NodeFileStore implements FileStore {
  async makeFolder(path: string): Promise<void> {
    const first = await mkdir(path, { recursive: true, mode: PRIVATE_FOLDER });
    if (first === undefined) return;
    // Each name on the way was new: make it durable in its parent, from the deepest up to the first that was made.
    for (let folder = resolve(path); ; folder = dirname(folder)) {
      await this.syncFolder(dirname(folder));
      if (folder === resolve(first) || folder === dirname(folder)) return;
    }
  }

  async open(path: string, mode: 'read' | 'write'): Promise<StoredFile> {
    const flags = mode === 'read' ? constants.O_RDONLY : constants.O_RDWR | constants.O_CREAT;
    return new NodeFile(await open(path, flags, PRIVATE_FILE));
  }

  rename(from: string, to: string): Promise<void> {
    return rename(from, to);
  }

  remove(path: string): Promise<boolean> {
    const removed = unlink(path).then(() => true);
    return unless(removed, ['ENOENT'], false);
  }

  removeFolder(path: string): Promise<boolean> {
    const removed = rmdir(path).then(() => true);
    return unless(removed, ['ENOENT', 'ENOTEMPTY', 'EEXIST'], false);
  }

  async syncFolder(path: string): Promise<void> {
    const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  stat(path: string): Promise<FileFacts | undefined> {
    const facts = stat(path).then((s): FileFacts | undefined => ({ bytes: s.size, modifiedAt: Math.round(s.mtimeMs) }));
    return unless(facts, ['ENOENT', 'ENOTDIR'], undefined);
  }

  async list(path: string): Promise<readonly FolderEntry[]> {
    const entries = await unless(readdir(path, { withFileTypes: true }), ['ENOENT'], []);
    return entries.map((entry) => {
      const kind = entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other';
      return { name: entry.name, kind };
    });
  }

  async blockBytes(path: string): Promise<number> {
    const { bsize } = await statfs(path);
    return Math.min(Math.max(bsize, 1), LARGEST_BLOCK);
  }

  async free(path: string): Promise<number> {
    const facts = await statfs(path);
    return facts.bavail * facts.bsize;
  }
}
