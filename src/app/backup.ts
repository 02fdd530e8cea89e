/** `halina backup` and `halina restore` on the real disk. */
import { mkdir, readFile } from 'node:fs/promises';
import { systemClock } from '../base/clock.js';
import { lockDataFolder } from '../journal/data-lock.js';
import { NodeFileStore } from '../journal/node-files.js';
import { BackupStore } from '../ops/backup/backup-store.js';
import { keysOfBackup, restore, type RestoreReport, type RestoreRequest } from '../ops/backup/restore.js';
import type { SealKey } from '../vault/seal-key.js';
import { masterKeysOf } from './vault.js';
import type { Where } from './where.js';
import { Backup, type BackupReport, type BackupRequest } from '../ops/backup/take-backup.js';

interface Wish extends Omit<BackupRequest, 'files' | 'now' | 'configuration'> {
  readonly prune: boolean;
  /** The configuration file, which goes into the backup. */
  readonly configFile: string;
}

export async function backupNow({
  prune,
  configFile,
  ...request
}: Wish): Promise<BackupReport & { readonly pruned?: { readonly files: number; readonly bytes: number } }> {
  const files = new NodeFileStore();
  const configuration = await readFile(configFile);
  const report = await Backup.take({ ...request, configuration, files, now: () => systemClock.now() });
  return prune ? { ...report, pruned: await new BackupStore(files, request.target).prune() } : report;
}

/** The keys of sealed files in a backup. The master keys of the configuration are tried, beside the backup's own. */
export function backupKeys(
  { config, data }: Pick<Where, 'config' | 'data'>,
  request: { readonly source: string; readonly passphrase: string; readonly snapshot?: string },
): Promise<SealKey[]> {
  return keysOfBackup({
    ...request,
    files: new NodeFileStore(),
    masters: Object.values(masterKeysOf(config, data) ?? {}),
  });
}

/** Under the lock of the data folder, so that no program starts in what is only half there. */
export async function restoreInto(request: Omit<RestoreRequest, 'files'>): Promise<RestoreReport> {
  await mkdir(request.data, { recursive: true, mode: 0o700 });
  const lock = lockDataFolder(request.data);
  try {
    return await restore({ ...request, files: new NodeFileStore() });
  } finally {
    lock.release();
  }
}
