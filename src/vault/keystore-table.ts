/** The entries of the keystore in memory: the file's own bytes, and where each call's keys stand in them. */
import { ENTRIES_AT, ENTRY_BYTES, parseEntry, formatEntry } from './keystore-format.js';
import type { EntryName, StoreEntry } from './keystore-format.js';
import { sealKinds, type SealKind } from './format.js';

export class EntryTable {
  #file: Buffer;
  #bytes: number;
  /** By kind and call. A spool has a key for each time it was opened, anything else the one that was made last. */
  readonly #places: Readonly<Record<SealKind, Map<string, readonly number[]>>> = {
    recording: new Map(),
    spool: new Map(),
    copy: new Map(),
  };
  /** Entries as they were written; of them, those in use. */
  #whole = 0;
  #live = 0;

  private constructor(file: Buffer, bytes: number) {
    this.#file = file;
    this.#bytes = bytes;
  }

  /** Entries behind the last whole one are the torn end that a crash left; others that are not whole are damage. */
  static read(file: Buffer): { readonly table: EntryTable; readonly damage: string[] } {
    const damage: string[] = [];
    let end = ENTRIES_AT;
    let bad: number[] = [];
    const table = new EntryTable(file, file.length);
    for (let at = ENTRIES_AT; at < file.length; at += ENTRY_BYTES) {
      const entry = parseEntry(file.subarray(at, at + ENTRY_BYTES));
      if (entry) {
        end = at + ENTRY_BYTES;
        damage.push(...bad.map((place) => `the key at byte ${place} is not what was written`));
        bad = [];
        table.#enter(entry, at);
      } else bad.push(at);
    }
    table.#bytes = end;
    return { table, damage };
  }

  /** Of the file. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keys in use, and those that were dropped. */
  get count(): number {
    return this.#live;
  }

  get doomed(): number {
    return this.#whole - this.#live;
  }

  /** It was written at the end of the file. */
  add(entry: StoreEntry): void {
    const at = this.#bytes;
    if (at + ENTRY_BYTES > this.#file.length) {
      const grown = Buffer.alloc(Math.max(2 * this.#file.length, 64 * ENTRY_BYTES));
      this.#file.copy(grown, 0, 0, at);
      this.#file = grown;
    }
    formatEntry(entry).copy(this.#file, at);
    this.#bytes = at + ENTRY_BYTES;
    this.#enter(entry, at);
  }

  of(kind: SealKind, owner: string): StoreEntry[] {
    return this.#placesOf(kind, owner).flatMap((at) => this.#at(at) ?? []);
  }

  drop(kind: SealKind, owner: string): void {
    this.#live -= this.#placesOf(kind, owner).length;
    this.#places[kind].delete(owner);
  }

  /** Drops what `other` does not have. */
  dropAllBut(other: EntryTable): void {
    for (const kind of sealKinds) {
      for (const owner of this.#places[kind].keys()) if (!other.#places[kind].has(owner)) this.drop(kind, owner);
    }
  }

  *entries(): Generator<StoreEntry> {
    const places = Object.values(this.#places).flatMap((some) => [...some.values()].flat());
    for (const at of places.sort((a, b) => a - b)) {
      const entry = this.#at(at);
      if (entry) yield entry;
    }
  }

  *names(): Generator<EntryName> {
    for (const { kind, owner, keyId } of this.entries()) yield { kind, owner, keyId };
  }

  #at(at: number): StoreEntry | undefined {
    return parseEntry(this.#file.subarray(at, at + ENTRY_BYTES));
  }

  #placesOf(kind: SealKind, owner: string): readonly number[] {
    return this.#places[kind].get(owner) ?? [];
  }

  #enter({ kind, owner }: StoreEntry, at: number): void {
    this.#whole += 1;
    const before = this.#placesOf(kind, owner);
    const after = kind === 'spool' ? [...before, at] : [at];
    this.#places[kind].set(owner, after);
    this.#live += after.length - before.length;
  }
}
