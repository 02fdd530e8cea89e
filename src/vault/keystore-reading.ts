/** Reads the bytes of a keystore that is not open: what it is under, whose keys are in it, and the keys themselves. */
import { HalinaError } from '../base/errors.js';
import type { FileStore } from '../journal/file-store.js';
import { readAll } from '../journal/whole-file.js';
import { aboutEntry, aboutEpoch, parseStoreHeader } from './keystore-format.js';
import type { StoreHeader } from './keystore-format.js';
import { EntryTable } from './keystore-table.js';
import { unwrapKey, type MasterKey } from './master-key.js';
import type { SealKey } from './seal-key.js';

/**
 * What a keystore says without being opened for writing; undefined where there is none. With `masters`, throws as `open`
 * does where none of them fits.
 */
export async function keystoreOf(
  files: FileStore,
  path: string,
  masters: readonly MasterKey[],
): Promise<{ readonly masterId: string; readonly epoch: number; readonly keys: number } | undefined> {
  const file = await readAll(files, path);
  if (file.length === 0) return undefined;
  const header = readHeader(file, path);
  if (masters.length > 0) epochKeyOf(header, path, masters);
  return { masterId: header.masterId, epoch: header.epoch, keys: EntryTable.read(file).table.count };
}

/** The calls that have the key of a recording in a keystore's bytes. */
export function recordingOwnersIn(file: Buffer): ReadonlySet<string> {
  const owners = new Set<string>();
  for (const { kind, owner } of EntryTable.read(file).table.names()) if (kind === 'recording') owners.add(owner);
  return owners;
}

/** The keys in a keystore's bytes that are whole. Throws as `mustOpen` does. */
export function keysIn(file: Buffer, path: string, masters: readonly MasterKey[]): SealKey[] {
  const header = readHeader(file, path);
  const epochKey = epochKeyOf(header, path, masters).key;
  return [...EntryTable.read(file).table.entries()].flatMap(({ wrapped, ...name }) => {
    const key = unwrapKey(epochKey, wrapped, aboutEntry(name, header.epoch));
    return key ? [{ ...name, key }] : [];
  });
}

/** Throws `KEYSTORE_MASTER` or `KEYSTORE_DAMAGED` where none of the master keys opens these bytes of a keystore. */
export function mustOpen(file: Buffer, path: string, masters: readonly MasterKey[]): void {
  epochKeyOf(readHeader(file, path), path, masters);
}

/** Throws `KEYSTORE_DAMAGED`. */
export function readHeader(file: Buffer, path: string): StoreHeader {
  const header = parseStoreHeader(file);
  if (header) return header;
  const hint =
    'halina key restore FOLDER takes the keys of a backup; without one, move it away: what was sealed with its keys is lost then';
  throw new HalinaError('KEYSTORE_DAMAGED', `the keystore ${path} is damaged: neither copy of its header is whole`, {
    hint,
  });
}

/** Opens the epoch key with the master key that it is under. */
export function epochKeyOf(
  header: StoreHeader,
  path: string,
  masters: readonly MasterKey[],
): { key: Buffer; used: MasterKey } {
  const used = masters.find(({ id }) => id === header.masterId);
  if (!used) {
    const given = masters.map(({ id }) => id).join(' and ');
    const message = `the keystore ${path} is under master key ${header.masterId}, and storage.encryption has ${given}`;
    const hint =
      'give the master key that this data folder was used with; while it is changed, the old one as storage.encryption.previousKey';
    throw new HalinaError('KEYSTORE_MASTER', message, { hint });
  }
  const key = used.unwrap(header.wrapped, aboutEpoch(header.epoch));
  if (key) return { key, used };
  throw new HalinaError('KEYSTORE_DAMAGED', `the keystore ${path} is damaged: its epoch key does not open`, {
    hint: 'halina key restore FOLDER takes the keys of a backup',
  });
}
