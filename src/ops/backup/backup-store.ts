/**
 * A backup: a folder with `objects/ab/SHA256` (the content of files, each once, never changed) and `snapshots/TIME.snapshot` (which
 * file had which content). A snapshot is written last and whole, so a backup that was torn off is the one before it with
 * some objects too many, and the next run goes on from there.
 */
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { HalinaError } from '../../base/errors.js';
import type { FileStore, StoredFile } from '../../journal/file-store.js';
import { readAll, writeWhole } from '../../journal/whole-file.js';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const snapshotFile = z.strictObject({
  /** Relative to the data folder. */
  path: z.string().regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/),
  bytes: z.number().int().nonnegative(),
  sha256: hash,
});
export type SnapshotFile = z.infer<typeof snapshotFile>;

const snapshotSchema = z.strictObject({
  v: z.literal(1),
  /** ISO 8601, UTC. */
  at: z.string(),
  files: z.array(snapshotFile),
  /** The object with the keys, wrapped with a passphrase. */
  keys: snapshotFile.optional(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

const CHUNK = 1024 * 1024;
const SUFFIX = '.snapshot';
const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');
/** A text on its line, after its sum. */
const summed = (text: string): string => `${sha256(text)} ${text}\n`;

export interface StoredObject {
  readonly bytes: number;
  readonly sha256: string;
}

export class BackupStore {
  readonly #files: FileStore;
  readonly #folder: string;
  /** Objects that this run wrote or found whole. */
  readonly #sound = new Set<string>();

  constructor(files: FileStore, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  pathOf(sha: string): string {
    return join(this.#folder, 'objects', sha.slice(0, 2), sha);
  }

  get #snapshots(): string {
    return join(this.#folder, 'snapshots');
  }

  async prepare(): Promise<void> {
    await this.#files.makeFolder(this.#snapshots);
    await this.#files.makeFolder(join(this.#folder, 'objects'));
  }

  /** Takes over the content of a file up to its end; nothing is written where it is there, whole. */
  async add(source: StoredFile): Promise<StoredObject> {
    const object = await hashOf(source);
    if (await this.#hasWhole(object)) return object;
    const path = this.pathOf(object.sha256);
    const part = `${path}.part`;
    await this.#files.makeFolder(dirname(path));
    await this.#files.remove(part);
    const file = await this.#files.open(part, 'write');
    try {
      for (let at = 0; at < object.bytes;) {
        const chunk = await source.read(at, Math.min(CHUNK, object.bytes - at));
        if (chunk.length === 0) throw new HalinaError('BACKUP_SOURCE', 'a file became shorter while it was copied');
        await file.write(chunk, at);
        at += chunk.length;
      }
      await file.sync();
      const written = await hashOf(file);
      if (written.sha256 !== object.sha256) throw damaged(part, 'what was read back is not what was written');
    } finally {
      await file.close();
    }
    await this.#files.rename(part, path);
    await this.#files.syncFolder(dirname(path));
    this.#sound.add(object.sha256);
    return object;
  }

  async addBytes(data: Buffer): Promise<StoredObject> {
    const read = (offset: number, length: number): Promise<Buffer> =>
      Promise.resolve(data.subarray(offset, offset + length));
    return this.add({ read } as StoredFile);
  }

  /** Whether an object of that name and length is there; its content is not looked at. */
  async has({ sha256, bytes }: StoredObject): Promise<boolean> {
    return (await this.#files.stat(this.pathOf(sha256)))?.bytes === bytes;
  }

  async #hasWhole(object: StoredObject): Promise<boolean> {
    if (this.#sound.has(object.sha256)) return true;
    if (!(await this.has(object)) || !(await this.isWhole(object))) return false;
    this.#sound.add(object.sha256);
    return true;
  }

  /** Reads an object and compares. */
  async isWhole({ sha256, bytes }: StoredObject): Promise<boolean> {
    const path = this.pathOf(sha256);
    if ((await this.#files.stat(path))?.bytes !== bytes) return false;
    const file = await this.#files.open(path, 'read');
    try {
      return (await hashOf(file)).sha256 === sha256;
    } finally {
      await file.close();
    }
  }

  async writeSnapshot(snapshot: Snapshot): Promise<string> {
    const name = `${snapshot.at.replaceAll(/[:.]/g, '-')}${SUFFIX}`;
    const text = JSON.stringify(snapshot);
    await writeWhole(this.#files, this.#snapshots, join(this.#snapshots, name), summed(text));
    return name;
  }

  /** Names of snapshots, the oldest first. */
  async snapshots(): Promise<string[]> {
    const names = (await this.#files.list(this.#snapshots)).map(({ name }) => name);
    return names.filter((name) => name.endsWith(SUFFIX)).sort();
  }

  /** Throws `BACKUP_DAMAGED` where it is not as it was written. */
  async readSnapshot(name: string): Promise<Snapshot> {
    const path = join(this.#snapshots, name);
    const text = (await readAll(this.#files, path)).toString();
    const json = text.slice(65, -1);
    if (text !== summed(json)) throw damaged(path, 'it is not as it was written');
    return snapshotSchema.parse(JSON.parse(json));
  }

  async latest(): Promise<Snapshot | undefined> {
    const name = (await this.snapshots()).at(-1);
    return name === undefined ? undefined : this.readSnapshot(name);
  }

  /** Removes all snapshots but the latest, and every object that it does not need. Gives how much went. */
  async prune(): Promise<{ files: number; bytes: number }> {
    const names = await this.snapshots();
    const last = names.at(-1);
    if (last === undefined) return { files: 0, bytes: 0 };
    const { files, keys } = await this.readSnapshot(last);
    const needed = new Set([...files, ...(keys ? [keys] : [])].map((file) => file.sha256));
    for (const name of names.slice(0, -1)) await this.#files.remove(join(this.#snapshots, name));
    await this.#files.syncFolder(this.#snapshots);
    const gone = { files: 0, bytes: 0 };
    const objects = join(this.#folder, 'objects');
    for (const { name: shelf } of await this.#files.list(objects)) {
      const folder = join(objects, shelf);
      for (const { name } of await this.#files.list(folder)) {
        if (needed.has(name)) continue;
        gone.files += 1;
        gone.bytes += (await this.#files.stat(join(folder, name)))?.bytes ?? 0;
        await this.#files.remove(join(folder, name));
      }
      if (!(await this.#files.removeFolder(folder))) await this.#files.syncFolder(folder);
    }
    return gone;
  }
}

export async function hashOf(file: Pick<StoredFile, 'read'>): Promise<StoredObject> {
  const sum = createHash('sha256');
  let bytes = 0;
  for (;;) {
    const chunk = await file.read(bytes, CHUNK);
    if (chunk.length === 0) return { bytes, sha256: sum.digest('hex') };
    sum.update(chunk);
    bytes += chunk.length;
  }
}

export function damaged(path: string, what: string): HalinaError {
  const hint = 'the medium may be failing: make the backup anew on another one';
  return new HalinaError('BACKUP_DAMAGED', `the backup is damaged: ${path}: ${what}`, { hint });
}
