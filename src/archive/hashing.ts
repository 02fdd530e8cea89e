/** SHA-256 of recordings and of files as they stand. */
import { createHash } from 'node:crypto';
import type { FileStore, StoredFile } from '../journal/file-store.js';
import type { Vault } from '../vault/vault.js';
import type { StoredFacts } from './lifecycle.js';

/** Bytes of a read: small files are many, large ones want few reads. */
const FIRST = 64 * 1024;
const LONGEST = 1024 * 1024;
const AFTER_SHORT = 4 * 1024;

/** SHA-256 of a file as it stands on the disk, hex. */
export async function hashFile(files: FileStore, path: string): Promise<StoredFacts> {
  return hashOf(await files.open(path, 'read'));
}

/** What there is to know of a recording's bytes. Of a sealed one every piece is opened. */
export async function hashRecording(
  files: FileStore,
  vault: Vault,
  path: string,
): Promise<StoredFacts & { readonly stored?: StoredFacts }> {
  const file = await vault.sound.openRecording(path);
  const { sealed } = file;
  const facts = await hashOf(file);
  return sealed ? { ...facts, stored: await hashFile(files, path) } : facts;
}

/** Closes the file. */
async function hashOf(file: Pick<StoredFile, 'read' | 'close'>): Promise<StoredFacts> {
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for (let wish = FIRST; ;) {
      const chunk = await file.read(bytes, wish);
      if (chunk.length === 0) return { sha256: hash.digest('hex'), bytes };
      hash.update(chunk);
      bytes += chunk.length;
      // A short one is most likely the last.
      wish = chunk.length < wish ? AFTER_SHORT : Math.min(4 * wish, LONGEST);
    }
  } finally {
    await file.close();
  }
}
