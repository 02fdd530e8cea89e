/**
 * Room that is kept for a full disk: a file of real blocks that gives them up when a write that must not fail finds no room,
 * and takes them again when there is some. Its content is a fixed stream of bytes that no file system can make smaller, and
 * that anyone can compare.
 */
import { createCipheriv } from 'node:crypto';
import { dirname } from 'node:path';
import type { FileStore } from './file-store.js';

const KEY = Buffer.alloc(16);
const CHUNK = 64 * 1024;

/** What a reserve of `bytes` holds. */
export function reserveContent(bytes: number): Buffer {
  return createCipheriv('aes-128-ctr', KEY, Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

export class Reserve {
  readonly #files: FileStore;
  readonly path: string;
  readonly #bytes: number;
  #givenUp = false;

  constructor(files: FileStore, path: string, bytes: number) {
    this.#files = files;
    this.path = path;
    this.#bytes = bytes;
  }

  /** Whether it was needed, and is not there again. */
  get isGivenUp(): boolean {
    return this.#givenUp;
  }

  /** Takes the room, as far as it is not taken. Rejects with the system's error where there is none: then nothing is held. */
  async take(): Promise<void> {
    if ((await this.#files.stat(this.path))?.bytes === this.#bytes) return;
    this.#givenUp = true;
    const content = reserveContent(this.#bytes);
    const file = await this.#files.open(this.path, 'write');
    try {
      for (let at = 0; at < content.length; at += CHUNK) await file.write(content.subarray(at, at + CHUNK), at);
      await file.sync();
    } catch (error) {
      await file.truncate(0);
      throw error;
    } finally {
      await file.close();
    }
    await this.#files.syncFolder(dirname(this.path));
    this.#givenUp = false;
  }

  /** Gives the room free; whether there was any. */
  async giveUp(): Promise<boolean> {
    const bytes = (await this.#files.stat(this.path))?.bytes ?? 0;
    if (bytes === 0) return false;
    this.#givenUp = true;
    const file = await this.#files.open(this.path, 'write');
    try {
      await file.truncate(0);
    } finally {
      await file.close();
    }
    return true;
  }
}
