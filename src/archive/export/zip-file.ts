/** A zip file with what is in it, written beside its place, synced and renamed; hashed on the way. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';

export interface ZipParts {
  readonly small: ReadonlyMap<string, Buffer>;
  /** Not compressed. One that fails makes the whole fail. */
  readonly streams: ReadonlyMap<string, Readable>;
  /** Unix milliseconds. */
  readonly at: number;
}

export interface WrittenZip {
  readonly path: string;
  /** Hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Writes the bytes of the zip into a file that must not be there, and has them on the medium when it resolves. */
export type ZipSink = (path: string, source: AsyncIterable<Buffer>) => Promise<void>;

const plainFile: ZipSink = (path, source) =>
  pipeline(source, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));

/** `path` must not exist. */
export async function writeZip(path: string, { small, streams, at }: ZipParts, sink = plainFile): Promise<WrittenZip> {
  const zip = new yazl.ZipFile();
  const options = { mtime: new Date(at), mode: 0o100644 };
  for (const [name, data] of small) zip.addBuffer(data, name, options);
  const failed = new Promise<never>((_, reject) => {
    zip.on('error', reject);
    for (const [name, sound] of streams) {
      sound.on('error', reject);
      zip.addReadStream(sound, name, { ...options, compress: false });
    }
  });
  zip.end();
  const temporary = `${path}.new`;
  const hash = createHash('sha256');
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  try {
    const write = (source: AsyncIterable<Buffer>): Promise<void> => sink(temporary, source);
    await Promise.race([pipeline(zip.outputStream, count, write), failed]);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return { path, sha256: hash.digest('hex'), bytes };
}
