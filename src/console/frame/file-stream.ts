/** A file of the data folder as a stream that closes it at its end, or when nobody takes more. */
import { Readable } from 'node:stream';
import type { StoredFile } from '../../journal/file-store.js';

const CHUNK = 256 * 1024;

/** Its own `destroy`, not a generator's `finally`: a browser may be gone before the first byte is asked for. */
export function streamOf(file: Pick<StoredFile, 'read' | 'close'>, bytes: number): Readable {
  let at = 0;
  return new Readable({
    read() {
      file.read(at, Math.min(CHUNK, bytes - at)).then(
        (chunk) => {
          at += chunk.length;
          this.push(chunk.length === 0 ? null : chunk);
        },
        (error: Error) => this.destroy(error),
      );
    },
    destroy(cause, closed) {
      file.close().then(
        () => closed(cause),
        (failed: Error) => closed(cause ?? failed),
      );
    },
  });
}
