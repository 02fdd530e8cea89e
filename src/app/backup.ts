/** `halina backup` and `halina restore` on the real disk. */
import { mkdir } from 'node:fs/promises';
import { systemClock } from '../base/clock.js';
import { lockDataFolder } from '../journal/data-lock.js';
import { NodeFileStore } from '../journal/node-files.js';
import { BackupStore } from '../ops/backup/backup-store.js';
import { restore, type RestoreRequest } from '../ops/backup/restore.js';
import { Backup, type BackupReport, type BackupRequest } from '../ops/backup/take-backup.js';

type Wish = Omit<BackupRequest, 'files' | 'now'> & { readonly prune: boolean };

export async function backupNow({
  prune,
  ...request
}: Wish): Promise<BackupReport & { readonly pruned?: { readonly files: number; readonly bytes: number } }> {
  const files = new NodeFileStore();
  const report = await Backup.take({ ...request, files, now: () => systemClock.now() });
  return prune ? { ...report, pruned: await new BackupStore(files, request.target).prune() } : report;
}

/** Under the lock of the data folder, so that no program starts in what is only half there. */
export async function restoreInto(request: Omit<RestoreRequest, 'files'>): Promise<{ files: number; bytes: number }> {
  await mkdir(request.data, { recursive: true, mode: 0o700 });
  const lock = lockDataFolder(request.data);
  try {
    return await restore({ ...request, files: new NodeFileStore() });
  } finally {
    lock.release();
  }
}
