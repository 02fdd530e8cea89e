/** A folder on a real file system as the disk of a model: programs on it end at any instant, their promises unkept. */
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { FileStore, StoredFile } from '../../src/journal/file-store.js';
import { NodeFileStore } from '../../src/journal/node-files.js';
import type { ModelDisk } from './budget-model.js';
import { Crashed } from './memory-files.js';

/** The files under a folder. */
function filesUnder(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** What files under the folder take of the file system, by its own account (st_blocks), in bytes. */
export function takenUnder(folder: string): number {
  return filesUnder(folder).reduce((sum, file) => sum + 512 * statSync(file).blocks, 0);
}

/** The disk's files as one program sees them. After its end nothing of it happens any more. */
class MortalFiles {
  #dead = false;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #opened = new Set<StoredFile>();

  readonly store: FileStore = this.#mortal(new NodeFileStore());

  /** Resolves when nothing of it happens any more. */
  async end(): Promise<void> {
    this.#dead = true;
    await Promise.allSettled(this.#underWay);
    await Promise.allSettled([...this.#opened].map((file) => file.close()));
  }

  #mortal<T extends object>(of: T): T {
    return new Proxy(of, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => this.#do(() => (member as (...args: unknown[]) => unknown).apply(target, args));
      },
    });
  }

  async #do(operation: () => unknown): Promise<unknown> {
    if (this.#dead) throw new Crashed();
    const work = Promise.resolve(operation());
    this.#underWay.add(work);
    try {
      const result = await work;
      if (isFile(result)) this.#opened.add(result);
      if (this.#dead) throw new Crashed();
      return isFile(result) ? this.#mortal(result) : result;
    } finally {
      this.#underWay.delete(work);
    }
  }
}

const isFile = (value: unknown): value is StoredFile => typeof value === 'object' && value !== null && 'sync' in value;

export class RealDisk implements ModelDisk {
  readonly #files = new MortalFiles();
  readonly data: string;

  /** `listBytes`: what a file that lies in many pieces takes for their list (ext4: a block beyond four pieces). */
  constructor(
    folder: string,
    private readonly listBytes = 0,
  ) {
    this.data = folder;
    mkdirSync(folder, { recursive: true });
  }

  get files(): FileStore {
    return this.#files.store;
  }

  bytes(): number {
    return takenUnder(this.data);
  }

  lists(): number {
    return this.listBytes === 0 ? 0 : this.listBytes * filesUnder(this.data).length;
  }

  async crash(): Promise<ModelDisk> {
    await this.#files.end();
    return new RealDisk(this.data, this.listBytes);
  }
}
