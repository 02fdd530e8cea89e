/**
 * A recording as it is written: under a temporary name, the sound first, then the head of the file (tag and Info frame)
 * into the room that was left for it, synced, renamed into its place, the folder synced, and hashed as it is read back.
 */
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { FileStore } from '../journal/file-store.js';
import type { SealKey } from '../vault/seal-key.js';
import type { SoundFiles, SoundWriter } from '../vault/sound-files.js';
import { Crc16 } from './mp3/crc16.js';

const WRITE_BYTES = 128 * 1024;
const READ_BYTES = 1024 * 1024;

export interface WrittenFile {
  readonly bytes: number;
  /** Hex. */
  readonly sha256: string;
}

export interface Mp3Place {
  readonly files: FileStore;
  readonly sound: SoundFiles;
  readonly path: string;
  /** The file is sealed with it. */
  readonly seal?: SealKey;
}

export class Mp3File {
  readonly #files: FileStore;
  readonly #path: string;
  readonly #file: SoundWriter;
  readonly #limit: number;
  readonly #crc = new Crc16();
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #at: number;
  #inPlace = false;

  private constructor(files: FileStore, path: string, file: SoundWriter, at: number, limit: number) {
    this.#files = files;
    this.#path = path;
    this.#file = file;
    this.#at = at;
    this.#limit = limit;
  }

  /**
   * `headBytes`: left free at the beginning. `frames`: how many there will be; what an encoder gives beyond them holds
   * no sound and is left off.
   */
  static async create(
    { files, sound, path, seal }: Mp3Place,
    head: { headBytes: number; frames: number; frameBytes: number },
  ): Promise<Mp3File> {
    const temporary = temporaryOf(path);
    await files.remove(temporary);
    const file = await sound.createRecording(temporary, seal);
    return new Mp3File(files, path, file, head.headBytes, head.headBytes + head.frames * head.frameBytes);
  }

  /** CRC-16 of the frames so far. */
  get crc(): number {
    return this.#crc.value;
  }

  /** Whether every frame is there. */
  get complete(): boolean {
    return this.#at + this.#gatheredBytes === this.#limit;
  }

  async append(frames: Uint8Array): Promise<void> {
    const kept = frames.subarray(0, Math.max(0, this.#limit - this.#at - this.#gatheredBytes));
    if (kept.length === 0) return;
    this.#crc.update(kept);
    this.#gathered.push(kept);
    this.#gatheredBytes += kept.length;
    if (this.#gatheredBytes >= WRITE_BYTES) await this.#write();
  }

  async #write(): Promise<void> {
    const bytes = Buffer.concat(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    await this.#file.write(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Writes the head and brings the file durably to its place. */
  async finish(head: Uint8Array): Promise<WrittenFile> {
    await this.#write();
    await this.#file.write(head, 0);
    await this.#file.finish();
    const written = await this.#hash();
    await this.#file.close();
    await this.#files.rename(temporaryOf(this.#path), this.#path);
    this.#inPlace = true;
    await this.#files.syncFolder(dirname(this.#path));
    return written;
  }

  /** Gives up: nothing of the file stays. What fails here is less than what failed before. */
  async abandon(): Promise<void> {
    await Promise.allSettled([this.#file.close()]);
    await Promise.allSettled([this.#files.remove(this.#inPlace ? this.#path : temporaryOf(this.#path))]);
  }

  async #hash(): Promise<WrittenFile> {
    const hash = createHash('sha256');
    for (let bytes = 0; ;) {
      const chunk = await this.#file.read(bytes, READ_BYTES);
      if (chunk.length === 0) return { bytes, sha256: hash.digest('hex') };
      hash.update(chunk);
      bytes += chunk.length;
    }
  }
}

/** Beside the file, so that the rename stays within one file system. */
const temporaryOf = (path: string): string => `${path}.part`;
