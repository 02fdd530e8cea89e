/** Sound on the disk, as who reads or makes it sees it: `SoundFiles` gives it. */

/** Sound that is read. All offsets and lengths are those of the sound as it was before it was sealed. */
export interface SoundFile {
  readonly sealed: boolean;
  readonly bytes: number;
  /** Bytes that could not be read so far, and read as zeros or are left out; see `SealedSpool`. */
  readonly damagedBytes: number;
  /** Up to `length` bytes from `offset`; fewer at the end. */
  read(offset: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** Sound that is made. */
export interface SoundWriter {
  write(data: Uint8Array, offset: number): Promise<void>;
  /** Resolves when everything is on the medium; nothing is written after it. */
  finish(): Promise<void>;
  /** Only after `finish`. */
  read(offset: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}
