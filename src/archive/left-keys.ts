/**
 * After the start: keys that a crash left behind what they opened. A key goes only where neither the journal nor the disk
 * has anything that it could open; and none where recordings are missing, or no call is known: then it may be that a disk
 * is not mounted, or the journal is to be restored.
 */
import { join } from 'node:path';
import { isCallId, newCallId } from '../base/call-id.js';
import type { FileStore } from '../journal/file-store.js';
import type { Vault } from '../vault/vault.js';
import type { Item } from './catalogue.js';
import { walk } from './disk-walk.js';
import { callOfFile } from './folders.js';
import type { Folders } from './folders.js';
import type { VerifyParts } from './verify.js';

/** Whether the call has a recording, or may get one from its spool. */
const mayHaveSound = (item: Item): boolean =>
  item.phase === 'running' || item.phase === 'closed' || item.phase === 'failed' || item.phase === 'recorded';

/** A copy may be in the making: its key is looked at by a later start. Milliseconds. */
const YOUNG_MS = 3_600_000;

/** `now`: Unix milliseconds. `missing`: recordings of the journal that are not on the disk. */
export async function dropLeftKeys(
  { vault, files, folders, store, busy }: VerifyParts,
  { now, missing }: { readonly now: number; readonly missing: number },
): Promise<void> {
  const { keys } = vault;
  if (!keys || missing > 0 || store.catalogue.size === 0) return;
  const young = newCallId(Math.max(0, now - YOUNG_MS)); // ids sort by time
  const strays = new Set<string>();
  const copies = new Set<string>();
  for (const { kind, owner } of keys.names()) {
    const item = isCallId(owner) ? store.catalogue.get(owner) : undefined;
    if (!isCallId(owner) || busy(owner) || item?.phase === 'running') continue;
    if (kind === 'copy') {
      if (owner < young) copies.add(owner);
    } else if (kind === 'spool') {
      const waits = item?.phase === 'closed' || item?.phase === 'failed';
      if (!waits && !(await files.stat(folders.spoolOf(owner)))) keys.drop(owner, 'spool');
    } else if (!item) strays.add(owner);
    else if (!mayHaveSound(item) && !(await files.stat(folders.recordingOf(item)))) keys.drop(owner, 'recording');
  }
  if (copies.size > 0) await dropLeftCopies(vault, files, folders, copies);
  if (strays.size === 0) return;
  for await (const { name } of walk(files, folders.recordings)) strays.delete(callOfFile(name, '.mp3') ?? '');
  for (const owner of strays) keys.drop(owner, 'recording');
}

/** Of what waits to be handed over, anywhere else in the data folder. */
async function dropLeftCopies(vault: Vault, files: FileStore, folders: Folders, copies: Set<string>): Promise<void> {
  const own = new Set([folders.spool, folders.recordings, folders.temporary, folders.journalFolder, folders.keys]);
  for (const { name, kind } of await files.list(folders.data)) {
    const path = join(folders.data, name);
    if (kind !== 'folder' || own.has(path) || name === 'redis') continue;
    for await (const file of walk(files, path))
      if (/\.zip(\.new)?$/.test(file.name)) copies.delete((await vault.sound.ownerOf(file.path)) ?? '');
  }
  for (const owner of copies) vault.drop(owner, 'copy');
}
