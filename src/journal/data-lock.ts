/**
 * One program on one data folder. The lock is the kernel's (flock(2) on `halina.lock`): it goes with the process,
 * however that ends, so a lock can't be left behind, and no process id is ever taken for another's. It holds across
 * containers and network namespaces that share the folder. The file's text names the holder for whoever is refused.
 */
import { closeSync, constants, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { constants as system } from 'node:os';
import { join } from 'node:path';
import koffi from 'koffi';
import { HalinaError } from '../base/errors.js';

const LOCK_EX = 2;
const LOCK_NB = 4;

type Flock = (fd: number, operation: number) => number;
let flock: Flock | undefined;

/** Whether the lock was got; throws where the file system knows no locks. */
function tryLock(fd: number, folder: string): boolean {
  flock ??= koffi.load(null).func('int flock(int fd, int operation)') as Flock;
  if (flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
  const errno = koffi.errno();
  if (errno === system.errno.EWOULDBLOCK) return false;
  throw new HalinaError('DATA_FOLDER_LOCK', `cannot lock the data folder ${folder}: system error ${errno}`, {
    hint: 'storage.data must be on a local file system',
  });
}

export interface DataLock {
  /** Gives the folder free. */
  release(): void;
}

function inUse(folder: string, holder: string): HalinaError {
  const who = /^\d+$/.test(holder) ? `process ${holder}` : 'another process';
  const hint = 'stop that one first, or give this one its own folder (storage.data or --data)';
  return new HalinaError('DATA_FOLDER_IN_USE', `the data folder ${folder} is in use by ${who}`, { hint });
}

/**
 * Takes the lock of the data folder, which must exist. Throws `DATA_FOLDER_IN_USE`, with the holder's process id in
 * the message, if another program has it.
 */
export function lockDataFolder(folder: string): DataLock {
  const path = join(folder, 'halina.lock');
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  let locked = false;
  try {
    locked = tryLock(fd, folder);
    if (!locked) throw inUse(folder, readFileSync(path, 'utf8').trim());
  } finally {
    if (!locked) closeSync(fd);
  }
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`, 0);
  return { release: () => closeSync(fd) };
}
