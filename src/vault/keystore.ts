/**
 * The keys of all sealed files, wrapped, in one file and nowhere else: so a key that is taken out of it is gone, and with
 * it the sound, wherever copies of the sealed file are. New keys are appended and durable before they are used. Keys are
 * destroyed by writing the file anew, under another epoch key, without them.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as pause } from 'node:timers/promises';
import { Mutex } from '../base/mutex.js';
import type { FileStore } from '../journal/file-store.js';
import { readAll, removeUnfinished, writeWhole } from '../journal/whole-file.js';
import { KEY_BYTES, sealKinds, type SealKind } from './format.js';
import { EntryTable } from './keystore-table.js';
import {
  aboutEntry,
  aboutEpoch,
  formatEntry,
  formatStoreHeader,
  headersAgree,
  parseStoreHeader,
} from './keystore-format.js';
import type { EntryName, StoreEntry, StoreHeader } from './keystore-format.js';
import { epochKeyOf, readHeader } from './keystore-reading.js';
import { unwrapKey, wrapKey, type MasterKey } from './master-key.js';
import { newSealKey } from './seal-key.js';
import type { KeyRing, SealKey } from './seal-key.js';

export const KEYSTORE_NAME = 'sealed.keys';

export interface KeyStoreOptions {
  readonly files: FileStore;
  /** `keys/` of the data folder. */
  readonly folder: string;
  readonly master: MasterKey;
  /** The one before it: where the keystore is still under that, it is wrapped anew under `master`. */
  readonly previous?: MasterKey;
}

interface Waiting {
  readonly key: SealKey;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Keys that are wrapped anew without a pause. */
const SLICE = 256;

export class KeyStore implements KeyRing {
  readonly #files: FileStore;
  readonly #folder: string;
  readonly #path: string;
  #master: MasterKey;
  #epoch: number;
  #epochKey: Buffer;
  #table: EntryTable;
  #waiting: Waiting[] = [];
  readonly #lane = new Mutex();
  /** Renewals, one after another. */
  readonly #renewing = new Mutex();
  /** What was found wrong with the file, each a sentence without a full stop. */
  readonly damage: readonly string[];
  /** Bytes at its end that were not whole when it was opened: of a key that nobody was given, unless one is missing. */
  torn = 0;
  /** The master key that it was under until it was opened, where that was another. */
  rotatedFrom: string | undefined;
  /** Told whenever the bytes of the file change. */
  onSize: (bytes: number) => void = () => {};

  private constructor(
    { files, folder, master }: KeyStoreOptions,
    header: StoreHeader,
    epochKey: Buffer,
    table: EntryTable,
    damage: readonly string[],
  ) {
    this.#files = files;
    this.#folder = folder;
    this.#path = join(folder, KEYSTORE_NAME);
    this.#master = master;
    this.#epoch = header.epoch;
    this.#epochKey = epochKey;
    this.#table = table;
    this.damage = damage;
  }

  /**
   * Opens the keystore, or makes an empty one. Rejects with `KEYSTORE_MASTER` (it is under another master key) or
   * `KEYSTORE_DAMAGED`.
   */
  static async open(options: KeyStoreOptions): Promise<KeyStore> {
    const { files, folder, master, previous } = options;
    const path = join(folder, KEYSTORE_NAME);
    await files.makeFolder(folder);
    await removeUnfinished(files, folder);
    const file = await readAll(files, path);
    if (file.length === 0) return KeyStore.#make(options);
    const header = readHeader(file, path);
    const { key, used } = epochKeyOf(header, path, previous ? [master, previous] : [master]);
    const { table, damage } = EntryTable.read(file);
    const found = headersAgree(file)
      ? damage
      : ['one of the two copies of its header is not what was written', ...damage];
    const torn = file.length - table.bytes;
    if (torn > 0) await cutTo(files, path, table.bytes);
    const store = new KeyStore({ ...options, master: used }, header, key, table, found);
    store.torn = torn;
    if (used !== master) {
      await store.rotate(master);
      store.rotatedFrom = used.id;
    }
    return store;
  }

  static async #make(options: KeyStoreOptions): Promise<KeyStore> {
    const { files, folder, master } = options;
    const key = randomBytes(KEY_BYTES);
    const header = { epoch: 1, masterId: master.id, wrapped: master.wrap(key, aboutEpoch(1)) };
    const bytes = formatStoreHeader(header);
    await writeWhole(files, folder, join(folder, KEYSTORE_NAME), bytes);
    return new KeyStore(options, header, key, EntryTable.read(bytes).table, []);
  }

  /** Of the master key that it is under. */
  get masterId(): string {
    return this.#master.id;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Of the file. */
  get bytes(): number {
    return this.#table.bytes;
  }

  /** Keys that are in use. */
  get count(): number {
    return this.#table.count;
  }

  /** Keys that are not in use any more and are still in the file. */
  get doomed(): number {
    return this.#table.doomed;
  }

  /** What there are keys for. */
  names(): Generator<EntryName> {
    return this.#table.names();
  }

  has(kind: SealKind, owner: string): boolean {
    return this.#table.of(kind, owner).length > 0;
  }

  keyOf(name: EntryName): SealKey | undefined {
    const entry = this.#table.of(name.kind, name.owner).find(({ keyId }) => keyId === name.keyId);
    return entry && this.#open(entry);
  }

  /** All of a call's keys of that kind; a spool that was opened again has several. */
  keysOf(kind: SealKind, owner: string): SealKey[] {
    return this.#table.of(kind, owner).flatMap((entry) => this.#open(entry) ?? []);
  }

  /** Makes a key; it is durable when this resolves. A recording's takes the place of the one before it. */
  make(kind: SealKind, owner: string): Promise<SealKey> {
    return this.#keep(newSealKey(kind, owner));
  }

  /**
   * Takes keys that another copy of this keystore has (see `keysIn`), where there is none for what they open; durable when this
   * resolves. Gives those that were taken.
   */
  async take(keys: readonly SealKey[]): Promise<readonly SealKey[]> {
    const lacking = keys.filter((key) => (key.kind === 'spool' ? !this.keyOf(key) : !this.has(key.kind, key.owner)));
    await Promise.all(lacking.map((key) => this.#keep(key)));
    return lacking;
  }

  /** The call's keys are not needed any more: they open nothing from now on, and `destroy` takes them out of the file. */
  drop(owner: string, kind?: SealKind): void {
    for (const one of kind ? [kind] : sealKinds) this.#table.drop(one, owner);
  }

  /** Resolves when no key that is dropped by now is in the file. Gives how many went. */
  async destroy(): Promise<number> {
    return this.doomed === 0 ? 0 : this.#renew(this.#master);
  }

  /** From here the keystore is under this master key. */
  async rotate(master: MasterKey): Promise<void> {
    await this.#renew(master);
  }

  /** Reads the file again: what is wrong with it, and for what there are keys in it, those that were dropped too. */
  check(): Promise<{ readonly damage: readonly string[]; readonly names: readonly EntryName[] }> {
    return this.#lane.run(async () => {
      const file = await readAll(this.#files, this.#path);
      const { table, damage } = EntryTable.read(file);
      const found = [...new Set([...this.damage, ...damage])];
      if (!parseStoreHeader(file)) found.unshift('neither copy of its header is what was written');
      else if (!headersAgree(file)) found.unshift('one of the two copies of its header is not what was written');
      if (table.bytes !== this.#table.bytes)
        found.push(`it has ${table.bytes} bytes that are whole, ${this.#table.bytes} were written`);
      return { damage: found, names: [...table.names()] };
    });
  }

  /** Resolves when nothing is being written. */
  async close(): Promise<void> {
    await this.#renewing.idle();
    await this.#lane.idle();
  }

  #open({ wrapped, ...name }: StoreEntry): SealKey | undefined {
    const key = unwrapKey(this.#epochKey, wrapped, aboutEntry(name, this.#epoch));
    return key && { ...name, key };
  }

  #keep(key: SealKey): Promise<SealKey> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve: () => resolve(key), reject });
      void this.#lane.run(() => this.#append());
    });
  }

  /** Writes what waits, together. Never rejects: those who wait are told. */
  async #append(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    const entries = waiting.map(({ key: { key, ...name } }) => ({
      ...name,
      wrapped: wrapKey(this.#epochKey, key, aboutEntry(name, this.#epoch)),
    }));
    try {
      const file = await this.#files.open(this.#path, 'write');
      try {
        await file.write(Buffer.concat(entries.map(formatEntry)), this.#table.bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      for (const { reject } of waiting) reject(error);
      return;
    }
    for (const entry of entries) this.#table.add(entry);
    this.onSize(this.#table.bytes);
    for (const { resolve } of waiting) resolve();
  }

  /** Writes the file anew under another epoch key, without what was dropped. Gives how many keys went. */
  #renew(master: MasterKey): Promise<number> {
    return this.#renewing.run(async () => {
      const epoch = this.#epoch + 1;
      const epochKey = randomBytes(KEY_BYTES);
      const renewed = new Map<string, StoreEntry>();
      const renew = (entry: StoreEntry): void => {
        const key = unwrapKey(this.#epochKey, entry.wrapped, aboutEntry(entry, this.#epoch));
        if (key) renewed.set(entry.keyId, { ...entry, wrapped: wrapKey(epochKey, key, aboutEntry(entry, epoch)) });
      };
      // The bulk while calls begin beside it; then, for a moment alone, what came meanwhile.
      let done = 0;
      for (const entry of this.#table.entries()) {
        renew(entry);
        if (++done % SLICE === 0) await pause();
      }
      return this.#lane.run(async () => {
        await this.#append();
        const left = [...this.#table.entries()];
        for (const entry of left) if (!renewed.has(entry.keyId)) renew(entry);
        const header = { epoch, masterId: master.id, wrapped: master.wrap(epochKey, aboutEpoch(epoch)) };
        const entries = left.flatMap(({ keyId }) => renewed.get(keyId) ?? []);
        const bytes = Buffer.concat([formatStoreHeader(header), ...entries.map(formatEntry)]);
        const take = (): number => this.#renewed(master, epoch, epochKey, bytes);
        try {
          await writeWhole(this.#files, this.#folder, this.#path, bytes);
        } catch (error) {
          // It may have taken the old one's place before it failed: what is written next must fit what is there.
          if (parseStoreHeader(await readAll(this.#files, this.#path))?.epoch === epoch) take();
          throw error;
        }
        return take();
      });
    });
  }

  #renewed(master: MasterKey, epoch: number, epochKey: Buffer, bytes: Buffer): number {
    const before = this.#table;
    const { table } = EntryTable.read(bytes);
    table.dropAllBut(before); // what was dropped while the file was written is in it, and must not come back
    this.#master = master;
    this.#epoch = epoch;
    this.#epochKey = epochKey;
    this.#table = table;
    this.onSize(bytes.length);
    return before.count + before.doomed - (table.count + table.doomed);
  }
}

async function cutTo(files: FileStore, path: string, bytes: number): Promise<void> {
  const file = await files.open(path, 'write');
  try {
    await file.truncate(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
