/**
 * The thread that writes the spools of a media process. It may wait for the disk as long as it takes: relaying does not. The
 * blocks of a batch are written one after another and made durable together, by one syncfs of the file system, since a sync
 * of each of some hundred files costs more than all the relaying. Where that takes long (others write to the same file
 * system) the files are synced one by one for a while.
 */
import { closeSync, constants, fdatasyncSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { parentPort } from 'node:worker_threads';
import koffi from 'koffi';
import { errorMessage, HalinaError } from '../../../base/errors.js';
import type { DiskAnswer, DiskOrder, DiskWrite } from './spool-disk.js';

const { O_APPEND, O_CREAT, O_WRONLY } = constants;
/** A sync of everything that takes longer is not tried again for a while, milliseconds. */
const LONG_MS = 300;
const AVOID_MS = 30_000;

if (!parentPort) throw new HalinaError('SPOOL_DISK', 'this file runs as a worker thread only');
const port = parentPort;
const files = new Map<number, { readonly fd: number; readonly folder: number }>();
const syncAll = syncfs();
let avoidUntil = 0;

/** Linux; undefined elsewhere. 0: done. */
function syncfs(): ((fd: number) => number) | undefined {
  try {
    return koffi.load(null).func('int syncfs(int)') as (fd: number) => number;
  } catch {
    return undefined; // each file is synced by itself then
  }
}

function open(file: number, path: string): void {
  const fd = openSync(path, O_APPEND | O_CREAT | O_WRONLY, 0o600);
  try {
    const folder = openSync(dirname(path), 'r');
    files.set(file, { fd, folder });
    fsyncSync(folder);
  } catch (error) {
    close(file);
    throw error;
  }
}

function close(file: number): void {
  const handle = files.get(file);
  files.delete(file);
  if (!handle) return;
  closeSync(handle.fd);
  closeSync(handle.folder);
}

const fdOf = (file: number): number => {
  const handle = files.get(file);
  if (!handle) throw new HalinaError('SPOOL_DISK', 'the spool is not open');
  return handle.fd;
};

/** Writes all blocks and has them on the disk; what failed of each. */
function write(writes: readonly DiskWrite[]): (string | undefined)[] {
  const failed = writes.map(({ file, memory, length }) => attempt(() => append(fdOf(file), memory, length)));
  if (writes.length > 1 && syncedTogether(writes)) return failed;
  return writes.map(({ file }, n) => failed[n] ?? attempt(() => fdatasyncSync(fdOf(file))));
}

function append(fd: number, memory: SharedArrayBuffer, length: number): void {
  for (let at = 0; at < length;) at += writeSync(fd, new Uint8Array(memory, at, length - at));
}

/** False: it cannot be done, failed (the single files will say which) or is not tried at present. */
function syncedTogether(writes: readonly DiskWrite[]): boolean {
  const began = performance.now();
  if (!syncAll || began < avoidUntil) return false;
  const [first] = writes.flatMap(({ file }) => files.get(file) ?? []);
  if (!first) return false;
  const done = syncAll(first.folder) === 0;
  const ended = performance.now();
  if (ended - began > LONG_MS) avoidUntil = ended + AVOID_MS;
  return done;
}

function attempt(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return errorMessage(error);
  }
}

function answer(message: DiskAnswer): void {
  port.postMessage(message);
}

port.on('message', (order: DiskOrder) => {
  switch (order.type) {
    case 'open':
      return answer({ type: 'done', request: order.request, error: attempt(() => open(order.file, order.path)) });
    case 'write':
      return answer({ type: 'written', errors: write(order.writes) });
    case 'truncate':
      return answer({
        type: 'done',
        request: order.request,
        error: attempt(() => {
          ftruncateSync(fdOf(order.file), order.length);
          fdatasyncSync(fdOf(order.file));
        }),
      });
    case 'close':
      return answer({ type: 'done', request: order.request, error: attempt(() => close(order.file)) });
  }
});
