/**
 * Takes a backup of a data folder, while calls are up. The order makes it one archive: recordings first (that is the bulk), then
 * the journals as they stand at an instant, then the audit log (which knows all that the journals know; its anchors
 * before its lines, its lines before their details), then whatever recording the journal names that is not there yet. A journal that
 * names a recording which has meanwhile gone is taken again.
 */
import { join, relative } from 'node:path';
import { Catalogue } from '../../archive/catalogue.js';
import { walk } from '../../archive/disk-walk.js';
import { Folders } from '../../archive/folders.js';
import { HalinaError } from '../../base/errors.js';
import { systemErrorCode, type FileStore } from '../../journal/file-store.js';
import { replay } from '../../journal/replay.js';
import { readAll } from '../../journal/whole-file.js';
import { BackupStore, type SnapshotFile } from './backup-store.js';
import { KEYSTORE_NAME } from '../../vault/keystore.js';
import { recordingOwnersIn } from '../../vault/keystore-reading.js';
import { CONFIGURATION, MASTER_KEY_NAME, wrapKeys } from './wrapped-keys.js';

export interface BackupRequest {
  readonly files: FileStore;
  readonly data: string;
  /** The folder of the backup. */
  readonly target: string;
  readonly passphrase: string;
  /** The configuration file: it may hold secrets, so it goes in with the keys. */
  readonly configuration?: Buffer;
  /** Of sealed recordings: it goes in with the keys, so that who has the passphrase can restore them elsewhere. */
  readonly masterKey?: Buffer;
  /** Of guessing the passphrase: see `wrapKeys`. */
  readonly cost?: number;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly progress: (done: number, all: number, what: string) => void;
}

export interface BackupReport {
  readonly snapshot: string;
  readonly files: number;
  readonly bytes: number;
  /** Of those, what was not in the backup before. */
  readonly newFiles: number;
  readonly newBytes: number;
}

/** Not of the archive: the index is made anew from the journal; the rest is of the running program alone. */
const LEFT_OUT =
  /^(redis|tmp|logs|spool|recordings|journal|audit|keys|restored-halina\.yaml)$|\.(log|lock|sock|new|part)$/;
const TRIES = 5;

export class Backup {
  readonly #request: BackupRequest;
  readonly #store: BackupStore;
  readonly #folders: Folders;
  readonly #before: ReadonlyMap<string, SnapshotFile>;
  readonly #taken = new Map<string, SnapshotFile>();
  /** The files of `keys/`, as they were with the journals. */
  #keyFiles = new Map<string, Buffer>();
  #newFiles = 0;
  #newBytes = 0;

  private constructor(request: BackupRequest, store: BackupStore, before: readonly SnapshotFile[]) {
    this.#request = request;
    this.#store = store;
    this.#folders = new Folders(request.data);
    this.#before = new Map(before.map((file) => [file.path, file]));
  }

  static async take(request: BackupRequest): Promise<BackupReport> {
    const { files, data, target } = request;
    if (!relative(data, target).startsWith('..')) {
      const hint = 'give a folder on another disk';
      throw new HalinaError('BACKUP_INSIDE', `${target} is inside the data folder`, { hint });
    }
    const store = new BackupStore(files, target);
    await store.prepare();
    const backup = new Backup(request, store, (await store.latest())?.files ?? []);
    return backup.#run();
  }

  async #run(): Promise<BackupReport> {
    const { files, data, now } = this.#request;
    await this.#recordings();
    for (let tries = 1; !(await this.#journals(tries === TRIES)); tries++) {
      if (tries < TRIES) continue;
      const hint = 'halina verify names what is missing';
      throw new HalinaError('BACKUP_MISSING', 'the journal names recordings that are not on the disk', { hint });
    }
    for (const { name, kind } of await files.list(data)) {
      if (LEFT_OUT.test(name) || kind === 'other') continue;
      if (kind === 'file') await this.#take(join(data, name));
      else for await (const { path } of walk(files, join(data, name))) if (!LEFT_OUT.test(path)) await this.#take(path);
    }
    const keys = await this.#keys();
    const all = [...this.#taken.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    const snapshot = await this.#store.writeSnapshot({ v: 1, at: new Date(now()).toISOString(), files: all, keys });
    const bytes = all.reduce((sum, file) => sum + file.bytes, 0);
    return { snapshot, files: all.length, bytes, newFiles: this.#newFiles, newBytes: this.#newBytes };
  }

  /** The bulk, before anything is held to agree. */
  async #recordings(): Promise<void> {
    const { files, progress } = this.#request;
    const paths: string[] = [];
    for await (const { path } of walk(files, this.#folders.recordings)) paths.push(path);
    for (const [index, path] of paths.entries()) {
      await this.#take(path, { unchanging: true });
      progress(index + 1, paths.length, 'recordings');
    }
  }

  /**
   * Journals, audit log, keys and what they name; false where something that is named has gone meanwhile. `last`: a key
   * that is missing still is missing in the archive itself.
   */
  async #journals(last: boolean): Promise<boolean> {
    const { files, data, progress } = this.#request;
    const kept = [...this.#taken.keys()].filter((path) => !path.startsWith('recordings/'));
    for (const path of kept) this.#taken.delete(path);
    const catalogue = new Catalogue();
    const journal = await this.#take(this.#folders.journal);
    if (journal) await this.#replay(journal, catalogue);
    for await (const { path } of walk(files, this.#folders.journalFolder)) {
      if (path !== this.#folders.journal && !LEFT_OUT.test(path)) await this.#take(path);
    }
    await this.#audit(join(data, 'audit'));
    this.#keyFiles = await this.#readKeys();
    if (!last && !this.#keysFit(catalogue)) return false;
    const named = new Set<string>();
    for (const item of catalogue.items()) {
      const isWaiting = item.phase === 'closed' || item.phase === 'failed';
      if (item.phase !== 'recorded' && !isWaiting) continue;
      const path = isWaiting ? this.#folders.spoolOf(item.id) : this.#folders.recordingOf(item);
      named.add(relative(data, path));
      if (!(await this.#take(path, { unchanging: !isWaiting }))) return false;
      progress(named.size, catalogue.size, 'journal and what it names');
    }
    // What the journal does not name (any more, or not yet) is not part of this backup.
    for (const path of this.#taken.keys())
      if (/^(recordings|spool)\//.test(path) && !named.has(path)) this.#taken.delete(path);
    return true;
  }

  async #replay({ sha256, bytes }: SnapshotFile, catalogue: Catalogue): Promise<void> {
    const file = await this.#request.files.open(this.#store.pathOf(sha256), 'read');
    try {
      await replay(file, bytes, catalogue.take);
    } finally {
      await file.close();
    }
  }

  async #audit(folder: string): Promise<void> {
    const names = (await this.#request.files.list(folder))
      .map(({ name }) => name)
      .filter((name) => !/\.(new|part)$/.test(name));
    const rank = (name: string): number => ['anchors', 'chain', 'details'].findIndex((kind) => name.startsWith(kind));
    for (const name of names.sort((a, b) => rank(a) - rank(b))) await this.#take(join(folder, name));
  }

  async #readKeys(): Promise<Map<string, Buffer>> {
    const { files, data } = this.#request;
    const folder = join(data, 'keys');
    const contents = new Map<string, Buffer>();
    for (const { name, kind } of await files.list(folder)) {
      if (kind === 'file' && !name.endsWith('.new')) contents.set(name, await readAll(files, join(folder, name)));
    }
    return contents;
  }

  /** Whether every sealed recording of the journal has its key: one may have been destroyed just then. */
  #keysFit(catalogue: Catalogue): boolean {
    const owners = recordingOwnersIn(this.#keyFiles.get(KEYSTORE_NAME) ?? Buffer.alloc(0));
    for (const { id, phase, sealed } of catalogue.items()) {
      if (phase === 'recorded' && sealed && !owners.has(id)) return false;
    }
    return true;
  }

  async #keys(): Promise<SnapshotFile> {
    const { passphrase, masterKey, configuration, cost } = this.#request;
    const contents = new Map(this.#keyFiles);
    if (configuration) contents.set(CONFIGURATION, configuration);
    if (masterKey) contents.set(MASTER_KEY_NAME, masterKey);
    return { path: 'keys', ...(await this.#store.addBytes(await wrapKeys(contents, passphrase, cost))) };
  }

  /** `unchanging`: what the last backup has of it needs no second look. Undefined where the file has gone. */
  async #take(path: string, { unchanging = false } = {}): Promise<SnapshotFile | undefined> {
    const { files, data } = this.#request;
    const name = relative(data, path);
    const known = this.#taken.get(name) ?? this.#before.get(name);
    if (unchanging && known && (await files.stat(path))?.bytes === known.bytes && (await this.#store.has(known))) {
      this.#taken.set(name, known);
      return known;
    }
    try {
      const source = await files.open(path, 'read');
      try {
        const taken = { path: name, ...(await this.#store.add(source)) };
        this.#count(taken);
        this.#taken.set(name, taken);
        return taken;
      } finally {
        await source.close();
      }
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  #count({ path, bytes, sha256 }: SnapshotFile): void {
    if (this.#before.get(path)?.sha256 === sha256 || this.#taken.get(path)?.sha256 === sha256) return;
    this.#newFiles += 1;
    this.#newBytes += bytes;
  }
}
