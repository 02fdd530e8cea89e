/** Small files that are read and written as a whole. */
import { join } from 'node:path';
import type { FileStore } from './file-store.js';

/** Writes a file whole or not at all, durably. */
export async function writeWhole(files: FileStore, folder: string, path: string, data: string | Buffer): Promise<void> {
  const temporary = `${path}.new`;
  await files.remove(temporary);
  const file = await files.open(temporary, 'write');
  try {
    await file.write(Buffer.from(data), 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(temporary, path);
  await files.syncFolder(folder);
}

/** Removes what `writeWhole` left where a crash came between. */
export async function removeUnfinished(files: FileStore, folder: string): Promise<void> {
  for (const { name } of await files.list(folder)) if (name.endsWith('.new')) await files.remove(join(folder, name));
}

/** The whole of a file; nothing if it is missing. */
export async function readAll(files: FileStore, path: string): Promise<Buffer> {
  const bytes = (await files.stat(path))?.bytes ?? 0;
  if (bytes === 0) return Buffer.alloc(0);
  const file = await files.open(path, 'read');
  try {
    return await file.read(0, bytes);
  } finally {
    await file.close();
  }
}
