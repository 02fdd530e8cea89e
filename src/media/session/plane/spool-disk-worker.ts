/**
 * The thread that writes the spools of a media process. It may wait for the disk as long as it takes: relaying does not. The
 * blocks of a batch are written one after another, into the page cache, and what was written is made durable beside that
 * (`spool-sync.ts`). Where a spool is sealed, that is done here too, block by block.
 */
import {
  closeSync,
  constants,
  fdatasync,
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
import { promisify } from 'node:util';
import { parentPort } from 'node:worker_threads';
import koffi from 'koffi';
import { errorMessage, HalinaError } from '../../../base/errors.js';
import type { SealKey } from '../../../vault/seal-key.js';
import { SpoolSealer, wholeSessions } from '../../../vault/spool-sealer.js';
import { type DiskAnswer, type DiskOrder, PIECE, WRITE_NUMBERS } from './spool-disk.js';
import { SpoolSync, type SyncedFile, type Written } from './spool-sync.js';

const { O_APPEND, O_CREAT, O_RDWR } = constants;
/**
 * Shared memory is the system's again when every thread that knew it has swept its garbage. This one makes none, so it would never
 * sweep; and V8 does not count shared memory. After so many bytes that are gone it is told to.
 */
const SWEEP_BYTES = 4_000_000;

if (!parentPort) throw new HalinaError('SPOOL_DISK', 'this file runs as a worker thread only');
const port = parentPort;
interface OpenFile extends SyncedFile {
  readonly fd: number;
  readonly folder: number;
  /** What stood in the file before it was opened, bytes. */
  readonly before: number;
  readonly sealer: SpoolSealer | undefined;
  /** Why its last write failed, which may have left a part: nothing is written behind that, until it was cut. */
  torn: string | undefined;
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
const sync = new SpoolSync<OpenFile>({
  syncAll: ({ folder }) => syncAll(folder),
  syncOne: ({ fd }) => promisify(fdatasync)(fd),
  onDurable: (batches, errors) => answer({ type: 'durable', batches, errors }),
  message: errorMessage,
  now: () => performance.now(),
});
/** Bytes of blocks that are gone, since the last sweep. */
let goneBytes = 0;

/** Of Linux; elsewhere each file is synced by itself. One of libuv's threads has it meanwhile. */
function syncfs(): (fd: number) => Promise<boolean> {
  try {
    const call = koffi.load(null).func('int syncfs(int)');
    return (fd) =>
      new Promise(
        (resolve) => void call.async(fd, (error: unknown, status: number) => resolve(!error && status === 0)),
      );
  } catch {
    return () => Promise.resolve(false);
  }
}

function open(file: number, path: string, seal: SealKey | undefined): void {
  const fd = openSync(path, O_APPEND | O_CREAT | O_RDWR, 0o600);
  try {
    const begun = begin(fd, seal);
    files.set(file, { fd, folder: openSync(dirname(path), 'r'), ...begun, torn: undefined, lost: undefined });
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

/** Writes all blocks of a batch. */
function write({ fresh, gone, writes }: DiskOrder & { type: 'write' }): Written<OpenFile>[] {
  for (const number of gone) forget(number);
  for (const { number, memory } of fresh) blocks.set(number, new Uint8Array(memory));
  const written: Written<OpenFile>[] = [];
  let pieces: Piece[] = [];
  for (let at = 0; at < writes.length; at += WRITE_NUMBERS) {
    const [file = 0, block = 0, length = 0, what = 0] = writes.subarray(at, at + WRITE_NUMBERS);
    pieces.push({ block, length });
    if (what === PIECE.more) continue;
    written.push(writeTo(files.get(file), pieces, what === PIECE.last));
    pieces = [];
  }
  return written;
}

/** Behind what is torn or lost nothing is written. */
function writeTo(file: OpenFile | undefined, pieces: readonly Piece[], last: boolean): Written<OpenFile> {
  if (!file) return { file, error: 'the spool is not open' };
  file.torn ??= file.lost ?? attempt(() => writePieces(file, pieces, last));
  return { file, error: file.torn };
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
    case 'write': {
      const written = write(order);
      answer({ type: 'taken' });
      sync.add(written);
      return sweep();
    }
    case 'truncate':
      return answer({
        type: 'done',
        request: order.request,
        error: attempt(() => {
          const file = opened(order.file);
          ftruncateSync(file.fd, file.before + order.length);
          fdatasyncSync(file.fd);
          file.torn = file.lost = undefined;
        }),
      });
    case 'close':
      return answer({ type: 'done', request: order.request, error: attempt(() => close(order.file)) });
  }
});
