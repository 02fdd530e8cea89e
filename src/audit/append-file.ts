/**
 * A file that only grows, durably: after a failure the bytes of the failed append are cut off before the next one, so
 * that nothing stands in it which nobody was told was kept.
 */
import { dirname } from 'node:path';
import type { FileStore, StoredFile } from '../journal/file-store.js';

export class AppendFile {
  readonly path: string;
  readonly #file: StoredFile;
  #size: number;
  #torn = false;

  private constructor(path: string, file: StoredFile, size: number) {
    this.path = path;
    this.#file = file;
    this.#size = size;
  }

  /** Opens the file, and makes it, durably, if there is none. */
  static async open(files: FileStore, path: string): Promise<AppendFile> {
    const size = (await files.stat(path))?.bytes;
    const file = await files.open(path, 'write');
    try {
      if (size === undefined) await files.syncFolder(dirname(path));
      return new AppendFile(path, file, size ?? 0);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Bytes, as far as they are durable. */
  get size(): number {
    return this.#size;
  }

  /** Resolves when the text is on the medium; after a rejection nothing of it is in the file, as soon as that can be written. */
  async append(text: string): Promise<void> {
    if (this.#torn) await this.cut(this.#size);
    if (text === '') return;
    const bytes = Buffer.from(text);
    this.#torn = true;
    await this.#file.write(bytes, this.#size);
    await this.#file.sync();
    this.#torn = false;
    this.#size += bytes.length;
  }

  /** Takes back what was appended last: it is cut off before the next append (or by the next start). */
  takeBack(size: number): void {
    this.#size = size;
    this.#torn = true;
  }

  /** Cuts the file off at `size`, durably. */
  async cut(size: number): Promise<void> {
    await this.#file.truncate(size);
    await this.#file.sync();
    this.#size = size;
    this.#torn = false;
  }

  read(): Promise<Buffer> {
    return this.#file.read(0, this.#size);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
