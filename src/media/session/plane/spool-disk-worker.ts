/**
 * The thread that writes the spools of a media process. It may wait for the disk as long as it takes: relaying does not. The
 * blocks of a batch are written one after another and made durable together, by one syncfs of the file system, since a sync
 * of each of some hundred files costs more than all the relaying. Where that takes long (others write to the same file
 * system) the files are synced one by one for a while. Where a spool is sealed, that is done here too, block by block.
 */
import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
  writevSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { parentPort } from 'node:worker_threads';
import koffi from 'koffi';
import { errorMessage, HalinaError } from '../../../base/errors.js';
import type { SealKey } from '../../../vault/seal-key.js';
import { SpoolSealer, wholeSessions } from '../../../vault/spool-sealer.js';
import { type DiskAnswer, type DiskOrder, PIECE, WRITE_NUMBERS } from './spool-disk.js';

const { O_APPEND, O_CREAT, O_RDWR } = constants;
/**
 * A sync of everything that takes longer is not tried again for a while, milliseconds, unless syncing the files one by one takes
 * as long, which costs more for nothing.
 */
const LONG_MS = 300;
const AVOID_MS = 30_000;
/**
 * Shared memory is the system's again when every thread that knew it has swept its garbage. This one makes none, so it would never
 * sweep; and V8 does not count shared memory. After so many bytes that are gone it is told to.
 */
const SWEEP_BYTES = 4_000_000;

if (!parentPort) throw new HalinaError('SPOOL_DISK', 'this file runs as a worker thread only');
const port = parentPort;
interface OpenFile {
  readonly fd: number;
  readonly folder: number;
  /** What stood in the file before it was opened, bytes. */
  readonly before: number;
  readonly sealer: SpoolSealer | undefined;
}

/** The first bytes of a block, by its number. */
interface Piece {
  readonly block: number;
  readonly length: number;
}

const files = new Map<number, OpenFile>();
/** By number. */
const blocks = new Map<number, Uint8Array>();
const syncAll = syncfs();
/** Bytes of blocks that are gone, since the last sweep. */
let goneBytes = 0;
let avoidUntil = 0;
/** How long the last sync of everything took. */
let allMs = 0;

/** Linux; undefined elsewhere. 0: done. */
function syncfs(): ((fd: number) => number) | undefined {
  try {
    return koffi.load(null).func('int syncfs(int)') as (fd: number) => number;
  } catch {
    return undefined; // each file is synced by itself then
  }
}

function open(file: number, path: string, seal: SealKey | undefined): void {
  const fd = openSync(path, O_APPEND | O_CREAT | O_RDWR, 0o600);
  try {
    const begun = begin(fd, seal);
    files.set(file, { fd, folder: openSync(dirname(path), 'r'), ...begun });
    fsyncSync(opened(file).folder);
  } catch (error) {
    if (files.has(file)) close(file);
    else closeSync(fd);
    throw error;
  }
}

/** A sealed spool that is opened again goes on behind its last whole piece, with a session and a key of its own. */
function begin(fd: number, seal: SealKey | undefined): Pick<OpenFile, 'before' | 'sealer'> {
  const { size } = fstatSync(fd);
  if (!seal) return { before: size, sealer: undefined };
  const { sessions, end } = wholeSessions((offset, length) => {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
  }, size);
  if (end < size) ftruncateSync(fd, end);
  const sealer = new SpoolSealer(seal, sessions);
  append(fd, sealer.header);
  return { before: end, sealer };
}

function close(file: number): void {
  const handle = files.get(file);
  files.delete(file);
  if (!handle) return;
  closeSync(handle.fd);
  closeSync(handle.folder);
}

const opened = (file: number): OpenFile => {
  const handle = files.get(file);
  if (!handle) throw new HalinaError('SPOOL_DISK', 'the spool is not open');
  return handle;
};

/** Writes all blocks and has them on the disk; what failed of each. */
function write({ fresh, gone, writes }: DiskOrder & { type: 'write' }): (string | undefined)[] | undefined {
  for (const number of gone) forget(number);
  for (const { number, memory } of fresh) blocks.set(number, new Uint8Array(memory));
  const failed: (string | undefined)[] = [];
  const written: number[] = [];
  let pieces: Piece[] = [];
  for (let at = 0; at < writes.length; at += WRITE_NUMBERS) {
    const [file = 0, block = 0, length = 0, what = 0] = writes.subarray(at, at + WRITE_NUMBERS);
    pieces.push({ block, length });
    if (what === PIECE.more) continue;
    const together = pieces;
    pieces = [];
    written.push(file);
    failed.push(attempt(() => writePieces(opened(file), together, what === PIECE.last)));
  }
  if (written.length === 1 || !syncedTogether(written)) {
    const began = performance.now();
    written.forEach((file, n) => (failed[n] ??= attempt(() => fdatasyncSync(opened(file).fd))));
    if (performance.now() - began > allMs) avoidUntil = 0;
  }
  return failed.some((why) => why !== undefined) ? failed : undefined;
}

function forget(number: number): void {
  goneBytes += blocks.get(number)?.length ?? 0;
  blocks.delete(number);
}

/** `gc` is there where the process was started with --expose-gc, as a media process is. */
function sweep(): void {
  if (goneBytes < SWEEP_BYTES) return;
  goneBytes = 0;
  globalThis.gc?.();
}

function known(number: number): Uint8Array {
  const block = blocks.get(number);
  if (!block) throw new HalinaError('SPOOL_DISK', 'the block is not known');
  return block;
}

/** The one place where blocks of spools get to the disk, sealed or not. */
function writePieces({ fd, sealer }: OpenFile, numbers: readonly Piece[], last: boolean): void {
  const pieces = numbers.map(({ block, length }) => known(block).subarray(0, length));
  const [only] = pieces;
  if (sealer) append(fd, Buffer.concat(pieces.flatMap((one, n) => sealer.seal(one, last && n === pieces.length - 1))));
  else if (only && pieces.length === 1) append(fd, only);
  else appendAll(fd, pieces);
}

function appendAll(fd: number, pieces: readonly Uint8Array[]): void {
  let written = writevSync(fd, pieces);
  for (const piece of pieces) {
    if (written < piece.length) append(fd, piece.subarray(written)); // the disk took a part of it only
    written = Math.max(0, written - piece.length);
  }
}

function append(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at);
}

/** False: it cannot be done, failed (the single files will say which) or is not tried at present. */
function syncedTogether(written: readonly number[]): boolean {
  const began = performance.now();
  if (!syncAll || began < avoidUntil) return false;
  const [first] = written.flatMap((file) => files.get(file) ?? []);
  if (!first) return false;
  const done = syncAll(first.folder) === 0;
  const ended = performance.now();
  allMs = ended - began;
  if (allMs > LONG_MS) avoidUntil = ended + AVOID_MS;
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
      return answer({
        type: 'done',
        request: order.request,
        error: attempt(() => open(order.file, order.path, order.seal)),
      });
    case 'write':
      answer({ type: 'written', errors: write(order) });
      return sweep();
    case 'truncate':
      return answer({
        type: 'done',
        request: order.request,
        error: attempt(() => {
          const { fd, before } = opened(order.file);
          ftruncateSync(fd, before + order.length);
          fdatasyncSync(fd);
        }),
      });
    case 'close':
      return answer({ type: 'done', request: order.request, error: attempt(() => close(order.file)) });
  }
});
