/** `FileStore` on the real disk. */
import { close, closeSync, constants, fdatasync, ftruncate, open as openFile, read, write } from 'node:fs';
import { mkdir, open, readdir, rename, rmdir, stat, statfs, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { systemErrorCode } from './file-store.js';
import type { FileFacts, FileStore, FolderEntry, StoredFile } from './file-store.js';

/** No system reads less at once where there is as much, bytes. */
const PIECE = 1024 * 1024;
/** What calls itself larger only prefers to be written in such pieces (NFS, ZFS). */
const LARGEST_BLOCK = 64 * 1024;

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/** `value`: of what gives nothing there is none. */
type Callback<T> = (error: Error | null, value?: T) => void;

/**
 * A descriptor and the calls with callbacks: the program enters thousands of recordings a second, and handles with promises take
 * twice as long for it. As with those, nothing is asked of a descriptor after its closing, when its number may be another file's;
 * and what is under way is awaited before it. To close what was only read waits for no disk, and is quicker done than asked for.
 */
class NodeFile implements StoredFile {
  readonly #descriptor: number;
  readonly #mode: 'read' | 'write';
  /** Operations that are under way. */
  #under = 0;
  #drained: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(descriptor: number, mode: 'read' | 'write') {
    this.#descriptor = descriptor;
    this.#mode = mode;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const at = filled;
      const got = await this.#call<number>((fd, done) => read(fd, buffer, at, length - at, offset + at, done));
      filled += got;
      if (filled < length && got < PIECE) break; // of a file on a disk, what is shorter than asked for is the end
    }
    return buffer.subarray(0, filled);
  }

  async write(data: Uint8Array, offset: number): Promise<void> {
    let written = 0;
    while (written < data.length) {
      const at = written;
      written += await this.#call<number>((fd, done) => write(fd, data, at, data.length - at, offset + at, done));
    }
  }

  truncate(bytes: number): Promise<void> {
    return this.#call((fd, done) => ftruncate(fd, bytes, done));
  }

  sync(): Promise<void> {
    return this.#call((fd, done) => fdatasync(fd, done));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#under > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    if (this.#mode === 'read') closeSync(this.#descriptor);
    else await asked<void>((done) => close(this.#descriptor, done));
  }

  async #call<T>(begin: (descriptor: number, done: Callback<T>) => void): Promise<T> {
    if (this.#closing) throw new Error('the file is closed');
    this.#under += 1;
    try {
      return await asked<T>((done) => begin(this.#descriptor, done));
    } finally {
      this.#under -= 1;
      if (this.#under === 0) this.#drained?.();
    }
  }
}

/** What a call with a callback gives. */
const asked = <T>(begin: (done: Callback<T>) => void): Promise<T> =>
  new Promise((resolve, reject) => begin((error, value) => (error ? reject(error) : resolve(value as T))));

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
    return new NodeFile(await asked<number>((done) => openFile(path, flags, PRIVATE_FILE, done)), mode);
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
