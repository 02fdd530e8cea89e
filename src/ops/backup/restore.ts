/**
 * Restores a backup into an empty data folder. Every byte is compared with what the snapshot says; the newest list of
 * erasures that the backup knows goes in, so that what was erased later than the snapshot is erased again before anything
 * is served.
 */
import { dirname, join } from 'node:path';
import { HalinaError } from '../../base/errors.js';
import type { FileStore } from '../../journal/file-store.js';
import { readAll, writeWhole } from '../../journal/whole-file.js';
import { BackupStore, damaged, hashOf, type Snapshot, type SnapshotFile } from './backup-store.js';
import { KEYSTORE_NAME, KeyStore, type KeyStoreOptions } from '../../vault/keystore.js';
import { keysIn, mustOpen } from '../../vault/keystore-reading.js';
import { MasterKey } from '../../vault/master-key.js';
import type { SealKey } from '../../vault/seal-key.js';
import { CONFIGURATION, MASTER_KEY_NAME, unwrapKeys } from './wrapped-keys.js';

export interface RestoreRequest {
  readonly files: FileStore;
  readonly source: string;
  /** The data folder: empty, or not there; a lock may be in it. */
  readonly data: string;
  readonly passphrase: string;
  /** As it is configured here: the keystore is under it afterwards. */
  readonly master?: MasterKey;
  /** Name of the snapshot; the latest if not given. */
  readonly snapshot?: string;
  readonly progress: (done: number, all: number, what: string) => void;
}

const ERASURES = 'journal/erasures.journal';
/** Not in its place: which file that is, the reader knows. */
const RESTORED = 'restored-halina.yaml';
const CHUNK = 1024 * 1024;

export interface RestoreReport {
  readonly files: number;
  readonly bytes: number;
  /** Where the configuration file that was backed up stands now. */
  readonly configuration?: string;
}

export async function restore(request: RestoreRequest): Promise<RestoreReport> {
  const { files, source, data, passphrase, progress } = request;
  await mustBeEmpty(files, data);
  const store = new BackupStore(files, source);
  const [chosen, latest] = await snapshotsOf(store, request.snapshot, source);
  const keys = await keysOf(files, store, chosen, passphrase);
  const masters = mastersFor(keys, request.master);
  const erasures = latest.files.find(({ path }) => path === ERASURES);
  const all = chosen.files.filter(({ path }) => path !== ERASURES || !erasures);
  if (erasures) all.push(erasures);
  let bytes = 0;
  for (const [index, file] of all.entries()) {
    await copyOut(files, store, file, join(data, file.path));
    bytes += file.bytes;
    progress(index + 1, all.length, 'files');
  }
  const folder = join(data, 'keys');
  await files.makeFolder(folder);
  const configuration = keys.get(CONFIGURATION);
  keys.delete(CONFIGURATION);
  for (const [name, content] of keys) await writeWhole(files, folder, join(folder, name), content);
  if (masters) await (await KeyStore.open({ files, folder, ...masters })).close();
  if (configuration) await writeWhole(files, data, join(data, RESTORED), configuration);
  return { files: all.length, bytes, ...(configuration ? { configuration: join(data, RESTORED) } : {}) };
}

/**
 * The keys of sealed files in a backup (the latest, if no snapshot is named), opened with its own master key, where that is in it, or one
 * of `masters`. Rejects with `RESTORE_NONE`, `BACKUP_PASSPHRASE`, or as `keysIn` throws.
 */
export async function keysOfBackup({
  files,
  source,
  passphrase,
  masters,
  snapshot,
}: Pick<RestoreRequest, 'files' | 'source' | 'passphrase' | 'snapshot'> & {
  readonly masters: readonly MasterKey[];
}): Promise<SealKey[]> {
  const store = new BackupStore(files, source);
  const [chosen] = await snapshotsOf(store, snapshot, source);
  const keys = await keysOf(files, store, chosen, passphrase);
  const [keystore, escrow] = [keys.get(KEYSTORE_NAME), keys.get(MASTER_KEY_NAME)];
  if (!keystore) return [];
  return keysIn(keystore, `${KEYSTORE_NAME} of the backup`, [...masters, ...(escrow ? [new MasterKey(escrow)] : [])]);
}

/** Takes the backup's own master key out of the keys. Throws where the keystore would not open here, before anything is written. */
function mastersFor(
  keys: Map<string, Buffer>,
  master: MasterKey | undefined,
): Pick<KeyStoreOptions, 'master' | 'previous'> | undefined {
  const escrow = keys.get(MASTER_KEY_NAME);
  keys.delete(MASTER_KEY_NAME);
  const store = keys.get(KEYSTORE_NAME);
  if (!store) return undefined;
  if (!master) {
    const hint = 'set storage.encryption.key in the configuration here; `npx halina key new FILE` makes a key';
    throw new HalinaError(
      'MASTER_KEY_MISSING',
      'the backup has sealed recordings, and no master key is configured here',
      { hint },
    );
  }
  const masters = { master, ...(escrow ? { previous: new MasterKey(escrow) } : {}) };
  mustOpen(store, `${KEYSTORE_NAME} of the backup`, Object.values(masters));
  return masters;
}

async function mustBeEmpty(files: FileStore, data: string): Promise<void> {
  const inside = (await files.list(data)).filter(({ name }) => name !== 'halina.lock');
  if (inside.length === 0) return;
  const hint = 'give an empty folder with --data';
  throw new HalinaError('RESTORE_NOT_EMPTY', `${data} is not empty: ${inside[0]?.name}`, { hint });
}

async function snapshotsOf(
  store: BackupStore,
  name: string | undefined,
  source: string,
): Promise<[Snapshot, Snapshot]> {
  const latest = await store.latest();
  if (!latest) throw new HalinaError('RESTORE_NONE', `there is no complete backup in ${source}`);
  return [name === undefined ? latest : await store.readSnapshot(name), latest];
}

async function keysOf(
  files: FileStore,
  store: BackupStore,
  { keys }: Snapshot,
  passphrase: string,
): Promise<Map<string, Buffer>> {
  if (!keys) return new Map();
  if (!(await store.isWhole(keys))) throw damaged(store.pathOf(keys.sha256), 'the keys are not as they were written');
  return unwrapKeys(await readAll(files, store.pathOf(keys.sha256)), passphrase);
}

async function copyOut(files: FileStore, store: BackupStore, file: SnapshotFile, path: string): Promise<void> {
  const from = store.pathOf(file.sha256);
  if (!(await files.stat(from))) throw damaged(from, `it is missing (${file.path})`);
  await files.makeFolder(dirname(path));
  const source = await files.open(from, 'read');
  try {
    const target = await files.open(path, 'write');
    try {
      for (let at = 0; ;) {
        const chunk = await source.read(at, CHUNK);
        if (chunk.length === 0) break;
        await target.write(chunk, at);
        at += chunk.length;
      }
      await target.sync();
      const { sha256 } = await hashOf(target);
      if (sha256 !== file.sha256) throw damaged(from, `it is not as it was written (${file.path})`);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
  await files.syncFolder(dirname(path));
}
