/**
 * The one door to the sound on the disk: every recording and every spool is opened or made here, and who reads or writes
 * it does not see whether the file is sealed. Sealed and plain files stand beside one another under the same names; what
 * a file is, its first bytes say.
 */
import { HalinaError } from '../base/errors.js';
import { systemErrorCode } from '../journal/file-store.js';
import type { FileStore, StoredFile } from '../journal/file-store.js';
import { HEADER_BYTES, isSealed, MAGIC, parseHeader } from './format.js';
import { noKeys } from './seal-key.js';
import type { KeyRing, SealKey } from './seal-key.js';
import { SealedRecording, SealedRecordingWriter } from './sealed-recording.js';
import { SealedSpool } from './sealed-spool.js';
import type { SoundFile, SoundWriter } from './sound-file.js';

export type { SoundFile, SoundWriter } from './sound-file.js';

/** So much of a recording is read when it is opened: its tags, or the whole of a short one. Bytes. */
const START = 16 * 1024;

class PlainSound implements SoundFile {
  readonly sealed = false;
  readonly damagedBytes = 0;

  /** `start`: what was read of it already. */
  constructor(
    private readonly file: StoredFile,
    readonly bytes: number,
    private readonly start: Buffer = Buffer.alloc(0),
  ) {}

  read(offset: number, length: number): Promise<Buffer> {
    const end = offset + length;
    if (end <= this.start.length) return Promise.resolve(this.start.subarray(offset, end));
    return this.file.read(offset, length);
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

class PlainWriter implements SoundWriter {
  constructor(private readonly file: StoredFile) {}

  write(data: Uint8Array, offset: number): Promise<void> {
    return this.file.write(data, offset);
  }

  finish(): Promise<void> {
    return this.file.sync();
  }

  read(offset: number, length: number): Promise<Buffer> {
    return this.file.read(offset, length);
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

export class SoundFiles {
  readonly #files: FileStore;
  readonly #ring: KeyRing;

  /** Without a ring only plain files can be read. */
  constructor(files: FileStore, ring: KeyRing = noKeys) {
    this.#files = files;
    this.#ring = ring;
  }

  /**
   * Opens a recording. `owner`: the call whose recording it is said to be; `sealed`: it was sealed when it was made.
   * Rejects with `SEAL_KEY_MISSING`, `SEAL_CUT`, `SEAL_DAMAGED` or `SEAL_OTHER` (another call's file, or a plain one
   * where a sealed one was), or those of the disk.
   */
  async openRecording(
    path: string,
    expected: { readonly owner?: string; readonly sealed?: boolean } = {},
  ): Promise<SoundFile> {
    return this.#open(path, START, async (file, bytes, start) => {
      if (isSealed(start)) {
        const opened = await SealedRecording.open(file, path, bytes, this.#ring);
        if (expected.owner !== undefined && opened.owner !== expected.owner)
          throw another(path, `it is the recording of call ${opened.owner}`);
        return opened;
      }
      if (expected.sealed) throw another(path, 'it was sealed when it was made, and is not any more');
      return new PlainSound(file, bytes, start);
    });
  }

  /** Opens a spool. `salvage`: what is damaged is left out and counted, not refused. */
  openSpool(
    path: string,
    { salvage }: { readonly salvage: boolean },
  ): Promise<SoundFile & { readonly complete?: boolean }> {
    return this.#open<SoundFile & { readonly complete?: boolean }>(path, MAGIC.length, async (file, bytes, start) =>
      isSealed(start) ? SealedSpool.open(file, path, bytes, this.#ring, { salvage }) : new PlainSound(file, bytes),
    );
  }

  /** Opens what waits to be handed over. */
  openCopy(path: string): Promise<SoundFile> {
    return this.#open<SoundFile>(path, MAGIC.length, async (file, bytes, start) =>
      isSealed(start) ? SealedRecording.open(file, path, bytes, this.#ring, 'copy') : new PlainSound(file, bytes),
    );
  }

  /** Whose a sealed file says it is; undefined where it is plain, or not there. */
  async ownerOf(path: string): Promise<string | undefined> {
    if (!(await this.#files.stat(path))) return undefined;
    const file = await this.#files.open(path, 'read');
    try {
      return parseHeader(await file.read(0, HEADER_BYTES))?.owner;
    } finally {
      await file.close();
    }
  }

  /** Makes a recording or a copy; a file of that name must not be there. `key`: seal it. */
  async createRecording(path: string, key?: SealKey): Promise<SoundWriter> {
    const file = await this.#files.open(path, 'write');
    if (!key) return new PlainWriter(file);
    try {
      return await SealedRecordingWriter.create(file, path, key);
    } catch (error) {
      await Promise.allSettled([file.close()]);
      throw error;
    }
  }

  /** What keeps a recording from being opened, as a sentence without a full stop; undefined where nothing does. */
  whyLocked(path: string): Promise<string | undefined> {
    return this.#whyLocked(() => this.openRecording(path));
  }

  /** The same of a spool, which opens also where parts of it are damaged. */
  whySpoolLocked(path: string): Promise<string | undefined> {
    return this.#whyLocked(() => this.openSpool(path, { salvage: true }));
  }

  async #whyLocked(open: () => Promise<SoundFile>): Promise<string | undefined> {
    try {
      await (await open()).close();
      return undefined;
    } catch (error) {
      if (error instanceof HalinaError && error.code.startsWith('SEAL_')) return error.message;
      if (systemErrorCode(error) !== undefined) return undefined;
      throw error;
    }
  }

  async #open<T>(
    path: string,
    first: number,
    how: (file: StoredFile, bytes: number, start: Buffer) => Promise<T>,
  ): Promise<T> {
    const file = await this.#files.open(path, 'read');
    try {
      const start = await file.read(0, first);
      // What is shorter than asked for is the whole file.
      const bytes = start.length < first ? start.length : ((await this.#files.stat(path))?.bytes ?? 0);
      return await how(file, bytes, start);
    } catch (error) {
      await Promise.allSettled([file.close()]);
      throw error;
    }
  }
}

function another(path: string, what: string): HalinaError {
  return new HalinaError('SEAL_OTHER', `${path} is not the file that was written there: ${what}`, {
    hint: 'restore it from a backup',
  });
}
