/** SHA-256 of recordings and of files as they stand. */
import { createHash, hash as hashAtOnce } from 'node:crypto';
import type { FileStore, StoredFile } from '../journal/file-store.js';
import type { SoundFile } from '../vault/sound-files.js';
import type { Vault } from '../vault/vault.js';
import type { StoredFacts } from './lifecycle.js';
import type { FoundFiles, RecordingFacts } from './ports.js';

/** Bytes of a read: small files are many, large ones want few reads. */
const FIRST = 64 * 1024;
const LONGEST = 1024 * 1024;
const AFTER_SHORT = 4 * 1024;

/** What is to be read to its end. `bytes`: its length, where that is known. */
interface Readable {
  readonly bytes?: number;
  readonly read: StoredFile['read'];
}

/** What there is to know of a recording's bytes. */
export type HashedRecording = StoredFacts & { readonly stored?: StoredFacts };

/** SHA-256 of a file as it stands on the disk, hex. */
export async function hashFile(files: FileStore, path: string): Promise<StoredFacts> {
  const file = await files.open(path, 'read');
  try {
    return await hashOf(file, await file.read(0, FIRST));
  } finally {
    await file.close();
  }
}

/** Of a sealed one every piece is opened. */
export async function hashRecording(files: FileStore, vault: Vault, path: string): Promise<HashedRecording> {
  const file = await vault.sound.openRecording(path);
  try {
    return await hashedOf(files, path, file, await file.read(0, Math.min(FIRST, file.bytes)));
  } finally {
    await file.close();
  }
}

/**
 * Reads a recording that was found, once: what its tags say and, where by that it is `wanted`, its hash. Nothing where it is
 * not; nothing too where it is not ours or can't be read.
 */
export async function identify(
  { files, vault, found }: { readonly files: FileStore; readonly vault: Vault; readonly found: FoundFiles },
  path: string,
  wanted: (facts: RecordingFacts) => boolean,
): Promise<{ readonly facts: RecordingFacts; readonly hashed: HashedRecording } | undefined> {
  const opened = await begin(vault, path);
  if (!opened) return undefined;
  const { file, first } = opened;
  try {
    const facts = found.readTags(first);
    return facts && wanted(facts) ? { facts, hashed: await hashedOf(files, path, file, first) } : undefined;
  } finally {
    await file.close();
  }
}

/** Nothing where it is gone, not ours to read, or locked: there is nothing to be known of it. */
async function begin(vault: Vault, path: string): Promise<{ file: SoundFile; first: Buffer } | undefined> {
  const file = await vault.sound.openRecording(path).catch(() => undefined);
  try {
    return file && { file, first: await file.read(0, Math.min(FIRST, file.bytes)) };
  } catch {
    await Promise.allSettled([file?.close()]);
    return undefined;
  }
}

async function hashedOf(
  files: FileStore,
  path: string,
  file: Readable & { readonly sealed: boolean },
  first: Buffer,
): Promise<HashedRecording> {
  const facts = await hashOf(file, first);
  return file.sealed ? { ...facts, stored: await hashFile(files, path) } : facts;
}

async function hashOf(file: Readable, first: Buffer): Promise<StoredFacts> {
  if (first.length === file.bytes) return { sha256: hashAtOnce('sha256', first), bytes: first.length };
  const hash = createHash('sha256').update(first);
  let bytes = first.length;
  // A short one is most likely the last.
  let wish = first.length < FIRST ? AFTER_SHORT : 4 * FIRST;
  while (bytes !== file.bytes) {
    const chunk = await file.read(bytes, wish);
    if (chunk.length === 0) break;
    hash.update(chunk);
    bytes += chunk.length;
    wish = chunk.length < wish ? AFTER_SHORT : Math.min(4 * wish, LONGEST);
  }
  return { sha256: hash.digest('hex'), bytes };
}
