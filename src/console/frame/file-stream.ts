/** A file of the data folder as a stream that closes it at its end, or when nobody takes more. */
import { Readable } from 'node:stream';
import type { StoredFile } from '../../journal/file-store.js';

const CHUNK = 256 * 1024;

export const streamOf = (file: StoredFile, bytes: number): Readable =>
  Readable.from(chunksOf(file, bytes), { objectMode: false });

async function* chunksOf(file: StoredFile, bytes: number): AsyncGenerator<Buffer> {
  try {
    for (let at = 0; at < bytes;) {
      const chunk = await file.read(at, Math.min(CHUNK, bytes - at));
      if (chunk.length === 0) return;
      at += chunk.length;
      yield chunk;
    }
  } finally {
    await file.close();
  }
}
