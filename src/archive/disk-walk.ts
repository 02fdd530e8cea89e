/** Looking at what is really on the disk, to compare it with what is believed. */
import { join } from 'node:path';
import type { FileFacts, FileStore, FolderEntry } from '../journal/file-store.js';
import { KEYSTORE_NAME } from '../vault/keystore.js';
import type { Folders } from './folders.js';

/** Every file under `folder`, its folders first entered in the order of their names. */
export async function* walk(files: FileStore, folder: string): AsyncGenerator<{ path: string; name: string }> {
  const inside = async (path: string): Promise<(FolderEntry & { path: string })[]> => {
    const entries = [...(await files.list(path))].sort((a, b) => (a.name < b.name ? 1 : -1));
    return entries.map(({ name, kind }) => ({ name, kind, path: join(path, name) }));
  };
  // The next one last. One generator for all depths: each that hands on what another one yields costs as much as it.
  const waiting = await inside(folder);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { kind, name, path } = next;
    if (kind === 'folder') for (const one of await inside(path)) waiting.push(one);
    else if (kind === 'file') yield { path, name };
  }
}

/** Names that are asked about at a time. */
const AT_ONCE = 32;

/** The same, and what there is to know of those that are `wanted`; nothing of one that is gone meanwhile. */
export async function* walkWithFacts(
  files: FileStore,
  folder: string,
  wanted: (name: string) => boolean,
): AsyncGenerator<{ path: string; name: string; facts: FileFacts | undefined }> {
  let batch: { path: string; name: string }[] = [];
  const asked = async (): Promise<{ path: string; name: string; facts: FileFacts | undefined }[]> => {
    const found = batch;
    batch = [];
    return Promise.all(
      found.map(async (one) => ({ ...one, facts: wanted(one.name) ? await files.stat(one.path) : undefined })),
    );
  };
  for await (const one of walk(files, folder)) if (batch.push(one) === AT_ONCE) yield* await asked();
  yield* await asked();
}

/**
 * Removes the folders of days, months and years that hold nothing any more. Harmless beside an encoding: that makes its
 * folder again when it tries again.
 */
export async function removeEmptyFolders(files: FileStore, recordings: string): Promise<void> {
  for (const { name, kind } of await files.list(recordings)) {
    if (kind !== 'folder') continue;
    await removeEmptyFolders(files, join(recordings, name));
    await files.removeFolder(join(recordings, name));
  }
}

/** Counted as it changes: the keystore, and the copy that takes its place. */
const isKeystore = (name: string): boolean => name === KEYSTORE_NAME || name === `${KEYSTORE_NAME}.new`;

/** The index's own folder, and logs: not part of the budget. */
const isOutside = (name: string): boolean => name === 'redis' || name === 'logs' || name.endsWith('.log');

/** What is taken of the disk under the data folder by what is neither a recording nor a spool nor the journal, in bytes. */
export async function measureOther(
  files: FileStore,
  folders: Folders,
  onDisk: (bytes: number) => number,
): Promise<number> {
  const takes = async (path: string): Promise<number> => onDisk((await files.stat(path))?.bytes ?? 0);
  const own = new Set([folders.spool, folders.recordings, folders.temporary, folders.journalFolder]);
  let sum = 0;
  for (const { name, kind } of await files.list(folders.data)) {
    const path = join(folders.data, name);
    if (isOutside(name) || own.has(path)) continue;
    if (kind === 'file') sum += await takes(path);
    if (kind !== 'folder') continue;
    for await (const file of walk(files, path)) if (!isKeystore(file.name)) sum += await takes(file.path);
  }
  for await (const { path } of walk(files, folders.journalFolder)) {
    if (path !== folders.journal && path !== `${folders.journal}.new`) sum += await takes(path);
  }
  return sum;
}
