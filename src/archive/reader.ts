/**
 * Reading a recording, and keeping it while somebody hears it: as long as a listening is open, neither eviction nor
 * erasure takes the recording. A restriction that is placed meanwhile ends the reading at once.
 */
import type { CallId } from '../base/brands.js';
import { HalinaError } from '../base/errors.js';
import { systemErrorCode } from '../journal/file-store.js';
import type { SoundFile } from '../vault/sound-files.js';
import type { Vault } from '../vault/vault.js';
import type { Item } from './catalogue.js';
import type { Folders } from './folders.js';
import type { Recording } from './lifecycle.js';
import type { RecordStore } from './record-store.js';
import type { Retention } from './retention.js';

/** Somebody listens. */
export interface Listening {
  close(): void;
}

export interface RecordingReader {
  readonly bytes: number;
  readonly durationMs: number;
  /** Of the whole MP3, hex. */
  readonly sha256: string;
  /**
   * Up to `length` bytes of the MP3 from `offset`, fewer at the end. Rejects with `ARCHIVE_RESTRICTED` once that is so, and with
   * `ARCHIVE_GONE` after `close`.
   */
  read(offset: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

export interface ReaderParts {
  readonly vault: Vault;
  readonly folders: Folders;
  readonly store: RecordStore;
  readonly retention: Retention;
}

/** The call's item, if it may be heard. Throws `ARCHIVE_NO_RECORDING` or `ARCHIVE_RESTRICTED`. */
function audible({ store }: ReaderParts, id: CallId): Item {
  const item = store.catalogue.get(id);
  if (!item) throw new HalinaError('ARCHIVE_UNKNOWN_CALL', `call ${id} is not there`);
  if (item.restricted) throw restricted(id);
  if (item.phase === 'recorded') return item;
  throw new HalinaError('ARCHIVE_NO_RECORDING', `call ${id} has no recording (it is ${item.phase})`);
}

/** Keeps the recording until it is closed. Throws `ARCHIVE_NO_RECORDING` or `ARCHIVE_RESTRICTED`. */
export function listen(parts: ReaderParts, id: CallId): Listening {
  audible(parts, id);
  return { close: parts.retention.pins.add(id) };
}

class FileReader implements RecordingReader {
  readonly bytes: number;
  readonly durationMs: number;
  readonly sha256: string;
  readonly #parts: ReaderParts;
  readonly #id: CallId;
  readonly #listening: Listening;
  #file: SoundFile | undefined;

  constructor(parts: ReaderParts, id: CallId, recording: Recording, file: SoundFile, listening: Listening) {
    this.bytes = recording.bytes;
    this.durationMs = recording.durationMs;
    this.sha256 = recording.sha256;
    this.#parts = parts;
    this.#id = id;
    this.#file = file;
    this.#listening = listening;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    audible(this.#parts, this.#id);
    if (!this.#file) throw gone(this.#id);
    const bytes = await this.#file.read(offset, length);
    audible(this.#parts, this.#id);
    return bytes;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#listening.close();
    await file?.close();
  }
}

/**
 * Opens the recording for reading in ranges; counts as listening until it is closed. Rejects also as
 * `SoundFiles.openRecording` does, where it is sealed.
 */
export async function openRecording(parts: ReaderParts, id: CallId): Promise<RecordingReader> {
  const { vault, folders, store } = parts;
  const listening = listen(parts, id);
  try {
    const record = await store.read(id);
    if (record?.state.phase !== 'recorded') throw gone(id);
    const { recording } = record.state;
    const expected = { owner: id, sealed: recording.stored !== undefined };
    const file = await vault.sound.openRecording(folders.recordingOf(record.entry), expected);
    return new FileReader(parts, id, recording, file, listening);
  } catch (error) {
    listening.close();
    throw systemErrorCode(error) === 'ENOENT' ? gone(id) : error;
  }
}

/**
 * Opens the spool of a call, as long as there is one. Rejects with `ARCHIVE_RESTRICTED`, `ARCHIVE_NO_SPOOL`, or as
 * `SoundFiles.openSpool` does: what is damaged is refused.
 */
export async function openSpool(
  { vault, folders, store }: ReaderParts,
  id: CallId,
): Promise<SoundFile & { readonly complete?: boolean }> {
  const item = store.catalogue.get(id);
  if (!item) throw new HalinaError('ARCHIVE_UNKNOWN_CALL', `call ${id} is not there`);
  if (item.restricted) throw restricted(id);
  try {
    return await vault.sound.openSpool(folders.spoolOf(id), { salvage: false });
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    throw new HalinaError('ARCHIVE_NO_SPOOL', `call ${id} has no spool (it is ${item.phase})`, {
      hint: 'once its recording is made, hear that in the console',
    });
  }
}

function restricted(id: CallId): HalinaError {
  const hint = 'the restriction must be released first (GDPR art. 18)';
  return new HalinaError('ARCHIVE_RESTRICTED', `call ${id} is restricted: nobody may hear it`, { hint });
}

function gone(id: CallId): HalinaError {
  const hint = 'halina verify names what is missing';
  return new HalinaError('ARCHIVE_GONE', `the recording of call ${id} is not there any more`, { hint });
}
