/**
 * Files that hold sound outside the recordings, as long as they wait to be handed over: copies and sealed exports, each a
 * zip. Where the vault seals they are sealed too, each under a key of its own, which goes when the file is removed. To
 * who uses it, it is the disk.
 */
import { newCallId } from '../base/call-id.js';
import { HalinaError } from '../base/errors.js';
import type { FileFacts, FileStore, FolderEntry, StoredFile } from '../journal/file-store.js';
import type { SoundFile } from './sound-files.js';
import type { Vault } from './vault.js';

const holdsSound = (path: string): boolean => /\.zip(\.new)?$/.test(path);

export class CopyFiles implements FileStore {
  readonly #files: FileStore;
  readonly #vault: Vault;

  constructor(files: FileStore, vault: Vault) {
    this.#files = files;
    this.#vault = vault;
  }

  /** Writes such a file; it must not be there. Resolves when it is on the medium. `now`: Unix milliseconds. */
  async write(path: string, source: AsyncIterable<Uint8Array>, now: number): Promise<void> {
    const key = await this.#vault.newKey('copy', newCallId(now));
    const file = await this.#vault.sound.createRecording(path, key);
    try {
      let at = 0;
      for await (const chunk of source) {
        await file.write(chunk, at);
        at += chunk.length;
      }
      await file.finish();
    } finally {
      await file.close();
    }
  }

  async open(path: string, mode: 'read' | 'write'): Promise<StoredFile> {
    if (mode === 'write' || !holdsSound(path)) return this.#files.open(path, mode);
    return readOnly(await this.#vault.sound.openCopy(path), path);
  }

  async remove(path: string): Promise<boolean> {
    const owner = holdsSound(path) ? await this.#vault.sound.ownerOf(path) : undefined;
    const removed = await this.#files.remove(path);
    if (owner !== undefined) this.#vault.drop(owner, 'copy');
    return removed;
  }

  makeFolder(path: string): Promise<void> {
    return this.#files.makeFolder(path);
  }

  rename(from: string, to: string): Promise<void> {
    return this.#files.rename(from, to);
  }

  removeFolder(path: string): Promise<boolean> {
    return this.#files.removeFolder(path);
  }

  syncFolder(path: string): Promise<void> {
    return this.#files.syncFolder(path);
  }

  stat(path: string): Promise<FileFacts | undefined> {
    return this.#files.stat(path);
  }

  list(path: string): Promise<readonly FolderEntry[]> {
    return this.#files.list(path);
  }

  free(path: string): Promise<number> {
    return this.#files.free(path);
  }

  blockBytes(path: string): Promise<number> {
    return this.#files.blockBytes(path);
  }
}

function readOnly(file: SoundFile, path: string): StoredFile {
  const refused = (): Promise<never> => Promise.reject(new HalinaError('SEAL_ORDER', `${path} was opened to be read`));
  return {
    read: (offset, length) => file.read(offset, length),
    close: () => file.close(),
    write: refused,
    truncate: refused,
    sync: refused,
  };
}
