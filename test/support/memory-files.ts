/**
 * A disk in memory that can fail and lose power. It keeps apart what was written and what is on the medium: the bytes
 * of a file since its last `sync`, and the names made, changed or removed since the last `syncFolder`, may or may not
 * survive `crash`. Any single operation can be made to fail, or to be the last one that this process ever did.
 */
import { basename, dirname } from 'node:path';
import type { FileFacts, FileStore, FolderEntry, StoredFile } from '../../src/journal/file-store.js';
import { chance, fuzzSeed } from './chance.js';

const random = chance(fuzzSeed()).next;

/** Everything after the crash fails with this: the process is gone, its promises are only still being collected. */
export class Crashed extends Error {
  override readonly name = 'Crashed';
}

export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

/** A file's bytes. What is appended goes into spare room of the buffer, so that a long journal is not copied each time. */
class Inode {
  #buffer: Buffer;
  #length: number;
  durable: Buffer;
  modifiedAt: number;

  constructor(data: Buffer, modifiedAt: number) {
    this.#buffer = data;
    this.#length = data.length;
    this.durable = data;
    this.modifiedAt = modifiedAt;
  }

  get length(): number {
    return this.#length;
  }

  get data(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  write(data: Buffer, offset: number): void {
    const end = offset + data.length;
    if (offset < this.durable.length || end > this.#buffer.length) {
      const grown = Buffer.alloc(Math.max(this.#length, end) * 2);
      this.data.copy(grown);
      this.#buffer = grown;
    }
    this.#buffer.fill(0, this.#length, Math.max(this.#length, offset));
    data.copy(this.#buffer, offset);
    this.#length = Math.max(this.#length, end);
  }

  truncate(bytes: number): void {
    const next = Buffer.alloc(bytes);
    this.data.copy(next);
    this.#buffer = next;
    this.#length = bytes;
  }

  sync(): void {
    this.durable = this.data;
  }
}

interface NameChange {
  readonly folders: readonly string[];
  readonly apply: (names: Map<string, Inode>) => void;
}

export interface Operation {
  readonly name: string;
  readonly path: string;
  /** Counted from 1. */
  readonly number: number;
}

export class MemoryFiles implements FileStore {
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #pending: NameChange[] = [];
  #folders = new Set<string>(['/']);
  #operations = 0;
  #dead = false;
  #shadow = false;
  /** Called before each operation; what it throws is what the operation throws. */
  onOperation: (operation: Operation) => void = () => undefined;
  /** What `free` answers, in bytes, less what is stored. */
  capacity = Number.POSITIVE_INFINITY;
  /** The disk allocates in multiples of so many bytes. */
  block = 1;
  now: () => number = () => 0;

  get operations(): number {
    return this.#operations;
  }

  /** The process ends before operation `n` from now (1: the very next); a write may still have been done in part. */
  crashBefore(n: number): void {
    const last = this.#operations + n;
    this.onOperation = ({ number }) => {
      if (number >= last) this.#dead = true;
    };
  }

  get dead(): boolean {
    return this.#dead;
  }

  /**
   * What the next process finds. `power`: the machine went down with it, and what was not synced survives in part, as
   * `chance` (0 to 1, like Math.random) has it.
   */
  afterCrash(power: boolean, chance: () => number = random): MemoryFiles {
    const next = new MemoryFiles();
    next.#folders = new Set(this.#folders);
    next.now = this.now;
    next.capacity = this.capacity;
    next.block = this.block;
    let names = this.#names;
    if (power) {
      names = new Map(this.#durableNames);
      for (const change of this.#pending) if (chance() < 0.5) change.apply(names);
    }
    const copies = new Map<Inode, Inode>();
    for (const [path, inode] of names) {
      const data = Buffer.from(power ? survivors(inode, chance) : inode.data);
      const copy = copies.get(inode) ?? new Inode(data, inode.modifiedAt);
      copies.set(inode, copy);
      next.#names.set(path, copy);
    }
    next.#durableNames = new Map(next.#names);
    this.#dead = true;
    return next;
  }

  /** A second disk with the same on it; this one goes on. */
  copy(): MemoryFiles {
    const dead = this.#dead;
    const next = this.afterCrash(false);
    this.#dead = dead;
    return next;
  }

  /** What every file takes of the disk added up, under `folder` if one is given. */
  bytes(folder = '/'): number {
    let sum = 0;
    for (const [path, inode] of this.#names)
      if (path.startsWith(folder)) sum += Math.ceil(inode.length / this.block) * this.block;
    return sum;
  }

  paths(): string[] {
    return [...this.#names.keys()].sort();
  }

  content(path: string): Buffer | undefined {
    return this.#names.get(path)?.data;
  }

  /** Puts a file there, durably, without it counting as an operation: an arrangement, or another program's doing. */
  put(path: string, data: Buffer | string): void {
    this.#addFolders(dirname(path));
    const inode = new Inode(Buffer.from(data), this.now());
    this.#names.set(path, inode);
    this.#durableNames.set(path, inode);
  }

  /** Does things to the disk that count as no operation and never fail: looking at it in a test. */
  quietly<T>(task: () => Promise<T>): Promise<T> {
    this.#shadow = true;
    return task().finally(() => (this.#shadow = false));
  }

  async makeFolder(path: string): Promise<void> {
    await this.#step('makeFolder', path);
    this.#addFolders(path);
  }

  async open(path: string, mode: 'read' | 'write'): Promise<StoredFile> {
    await this.#step('open', path);
    let inode = this.#names.get(path);
    if (!inode) {
      if (mode === 'read' || !this.#folders.has(dirname(path))) throw systemError('ENOENT');
      const made = new Inode(Buffer.alloc(0), this.now());
      inode = made;
      this.#change([dirname(path)], (names) => names.set(path, made));
    }
    return this.#file(path, inode);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#step('rename', from);
    const inode = this.#names.get(from);
    if (!inode || !this.#folders.has(dirname(to))) throw systemError('ENOENT');
    this.#change([dirname(from), dirname(to)], (names) => {
      names.delete(from);
      names.set(to, inode);
    });
  }

  async remove(path: string): Promise<boolean> {
    await this.#step('remove', path);
    if (!this.#names.has(path)) return false;
    this.#change([dirname(path)], (names) => names.delete(path));
    return true;
  }

  async removeFolder(path: string): Promise<boolean> {
    await this.#step('removeFolder', path);
    const inside = [...this.#names.keys(), ...this.#folders].some((name) => name.startsWith(`${path}/`));
    return !inside && this.#folders.delete(path);
  }

  async syncFolder(path: string): Promise<void> {
    await this.#step('syncFolder', path);
    for (const change of this.#pending) if (change.folders.includes(path)) change.apply(this.#durableNames);
    this.#pending = this.#pending.filter((change) => !change.folders.includes(path));
  }

  async stat(path: string): Promise<FileFacts | undefined> {
    await this.#step('stat', path);
    const inode = this.#names.get(path);
    return inode && { bytes: inode.length, modifiedAt: inode.modifiedAt };
  }

  async list(path: string): Promise<readonly FolderEntry[]> {
    await this.#step('list', path);
    const found = new Map<string, FolderEntry>();
    for (const folder of this.#folders) {
      if (folder !== path && dirname(folder) === path) found.set(folder, { name: basename(folder), kind: 'folder' });
    }
    for (const name of this.#names.keys()) {
      if (dirname(name) === path) found.set(name, { name: basename(name), kind: 'file' });
    }
    return [...found.values()];
  }

  async blockBytes(path: string): Promise<number> {
    await this.#step('blockBytes', path);
    return this.block;
  }

  async free(path: string): Promise<number> {
    await this.#step('free', path);
    return Number.isFinite(this.capacity) ? this.capacity - this.bytes() : this.capacity;
  }

  #addFolders(path: string): void {
    for (let folder = path; folder !== '/' && folder !== '.'; folder = dirname(folder)) this.#folders.add(folder);
  }

  #change(folders: readonly string[], apply: (names: Map<string, Inode>) => void): void {
    apply(this.#names);
    this.#pending.push({ folders, apply });
  }

  async #step(name: string, path: string): Promise<void> {
    await Promise.resolve();
    if (this.#shadow) return;
    if (this.#dead) throw new Crashed();
    this.#operations += 1;
    this.onOperation({ name, path, number: this.#operations });
    if (this.#dead) throw new Crashed();
  }

  #file(path: string, inode: Inode): StoredFile {
    return {
      read: async (offset, length) => {
        await this.#step('read', path);
        return Buffer.from(inode.data.subarray(offset, offset + length));
      },
      write: async (data, offset) => {
        const whole = Buffer.from(data);
        const dead = this.#dead;
        try {
          await this.#step('write', path);
        } catch (error) {
          // Torn: a failed or last write may have got any part of the way.
          if (!dead) inode.write(whole.subarray(0, whole.length >> 1), offset);
          throw error;
        }
        if (Number.isFinite(this.capacity) && this.bytes() + whole.length > this.capacity) throw systemError('ENOSPC');
        inode.write(whole, offset);
        inode.modifiedAt = this.now();
      },
      truncate: async (bytes) => {
        await this.#step('truncate', path);
        inode.truncate(bytes);
      },
      sync: async () => {
        await this.#step('sync', path);
        inode.sync();
      },
      close: () => this.#step('close', path),
    };
  }
}

/** What a power cut leaves of a file: what was synced, all that was written, or something between with a hole in it. */
function survivors(inode: Inode, chance: () => number): Buffer {
  const { data, durable } = inode;
  if (data.equals(durable)) return data;
  const kind = chance();
  if (kind < 0.3) return durable;
  if (kind < 0.5) return data;
  const length = durable.length + Math.floor(chance() * (data.length - durable.length + 1));
  const mixed = Buffer.from(data.subarray(0, Math.max(0, length)));
  if (kind > 0.8 && length > durable.length) {
    const from = durable.length + Math.floor(chance() * (length - durable.length));
    mixed.fill(0, from, Math.min(length, from + 1 + Math.floor(chance() * 64)));
  }
  return mixed;
}
