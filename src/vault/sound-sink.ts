/** A stream into a file that is made through the door. */
import { Writable } from 'node:stream';
import type { SoundWriter } from './sound-file.js';

/** Its end has everything on the medium. */
export function soundSink(file: SoundWriter): Writable {
  let at = 0;
  const done = (work: Promise<void>, callback: (error?: Error | null) => void): void =>
    void work.then(
      () => callback(),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
    );
  return new Writable({
    write(chunk: Buffer, _encoding, callback) {
      const from = at;
      at += chunk.length;
      done(file.write(chunk, from), callback);
    },
    final(callback) {
      done(
        file.finish().then(() => file.close()),
        callback,
      );
    },
    destroy(error, callback) {
      // After `final` it is closed already; what fails here is less than what failed before.
      void Promise.allSettled([error ? file.close() : Promise.resolve()]).then(() => callback(error));
    },
  });
}
