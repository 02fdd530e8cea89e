/**
 * Every call that the archive remembers, in memory, as little as will do of each: enough to find, count, age and evict
 * it, and where its last line stands in the journal. It is nothing but the fold of the journal's lines.
 */
import type { CallId } from '../base/brands.js';
import type { CallEntry } from '../entry/call-entry.js';
import type { LinePlace, Relocate } from '../journal/journal.js';
import { isSpooled } from './lifecycle.js';
import type { Phase } from './lifecycle.js';
import { parseSummary } from './record-line.js';
import type { CallSummary } from './record-line.js';

/** Where a call stands in the order of time; calls of the same instant are in the order of their ids. */
export interface TimeKey {
  readonly startedAt: number;
  readonly id: string;
}

export const compareTime = (a: TimeKey, b: TimeKey): number =>
  a.startedAt - b.startedAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const NONE: readonly string[] = [];

/**
 * A call's summary with the place of the line that it came from: one object for the life of the call in memory, with
 * always the same fields, so that a million of them stay small.
 */
export class Item implements LinePlace {
  readonly id: CallId;
  seq = 0;
  // Not 0: a field that begins as a small integer costs a change of shape of every item once one outgrows it.
  offset = Number.NaN;
  length = 0;
  phase: Phase = 'running';
  startedAt = Number.NaN;
  direction: CallEntry['direction'] = 'inbound';
  trunk = '';
  zone = '';
  number: string | undefined;
  /** Of the employee; `extensions`: of everybody who talked. */
  extension: string | undefined;
  extensions: readonly string[] = NONE;
  units: readonly string[] = NONE;
  noted = false;
  route: string | undefined;
  /** Calls are numbered as they begin; see `index-entry.ts`. */
  n = 0;
  talkMs: number | undefined;
  bytes = 0;
  settledAt: number | undefined;
  quarantinedAt: number | undefined;
  held = false;
  heldUntil: number | undefined;
  restricted = false;
  sealed = false;
  dialogs = false;
  forgotten = false;

  constructor(id: CallId) {
    this.id = id;
  }

  /** It is over, has sound on the disk, and nothing holds it. */
  get evictable(): boolean {
    return !this.forgotten && !this.held && (this.phase === 'recorded' || isSpooled(this));
  }
}

/** A call as it was before a change. */
export interface Before {
  readonly phase: Phase;
  readonly bytes: number;
}

export type ChangeListener = (item: Item, before: Before | undefined) => void;

/** Forgotten items stay in the order of time until there are so many, and an eighth of all. */
const SWEEP_AT = 1000;

export class Catalogue {
  /** In the order of their last lines, which is the order of the journal. */
  readonly #items = new Map<CallId, Item>();
  /** In the order of time; with items that are forgotten, until they are swept. */
  #byStart: Item[] = [];
  #unswept = 0;
  /** No item before this index of `#byStart` can be evicted. */
  #firstEvictable = 0;
  /** Strings that many calls have in common, kept once. */
  readonly #common = new Map<string, string>();
  readonly #lists = new Map<string, readonly string[]>();
  #nextN = 0;
  /** Some lines are of before calls were numbered: their numbers may be others at the next start. */
  unnumbered = false;
  #liveBytes = 0;
  readonly #listeners: ChangeListener[] = [];

  /** Calls that are remembered. */
  get size(): number {
    return this.#items.size;
  }

  /** The number of the next call that begins. */
  takeNumber(): number {
    return this.#nextN++;
  }

  /** Bytes of the journal's lines that count. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  /** The listener is told of each change of a call from now on, and when it is forgotten. It must not throw. */
  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  get(id: CallId): Item | undefined {
    return this.#items.get(id);
  }

  /** All, in the order of their last lines. */
  items(): IterableIterator<Item> {
    return this.#items.values();
  }

  /** The listener of the journal. */
  readonly take = (place: LinePlace, payload: Buffer): void => {
    const said = parseSummary(payload);
    const known = this.#items.get(said.id);
    const before = known && { phase: known.phase, bytes: known.bytes };
    if (known) {
      this.#liveBytes -= known.length;
      this.#items.delete(said.id);
    }
    let item = known;
    if (!('forgotten' in said)) {
      item = this.#keep(known ?? new Item(said.id), said, place, known === undefined);
      this.#items.set(said.id, item);
      this.#liveBytes += place.length;
    } else if (known) this.#forget(known);
    if (item) for (const listener of this.#listeners) listener(item, before);
  };

  /** After a compaction of the journal. */
  relocate(relocate: Relocate): void {
    for (const item of this.#items.values()) item.offset = relocate(item.offset);
  }

  /** What can be evicted, the oldest first. */
  *evictable(): Generator<Item> {
    let item = this.#byStart[this.#firstEvictable];
    while (item && !item.evictable) item = this.#byStart[++this.#firstEvictable];
    for (let i = this.#firstEvictable; i < this.#byStart.length; i++) {
      const next = this.#byStart[i];
      if (next?.evictable) yield next;
    }
  }

  /** Calls before `before` in the order of time, the newest first, back to those that began at `from`. */
  *newestFirst(before: TimeKey, from: number): Generator<Item> {
    for (let i = this.#indexOf(before) - 1; i >= 0; i--) {
      const item = this.#byStart[i];
      if (!item || item.startedAt < from) return;
      if (!item.forgotten) yield item;
    }
  }

  /** All, the oldest first. */
  *oldestFirst(): Generator<Item> {
    for (const item of this.#byStart) if (!item.forgotten) yield item;
  }

  #keep(item: Item, said: CallSummary, place: LinePlace, fresh: boolean): Item {
    const moved = !fresh && item.startedAt !== said.startedAt;
    if (moved) this.#takeOut(item);
    item.seq = place.seq;
    item.offset = place.offset;
    item.length = place.length;
    item.phase = this.#once(said.phase);
    item.startedAt = said.startedAt;
    item.direction = this.#once(said.direction);
    item.trunk = this.#once(said.trunk);
    item.zone = this.#once(said.zone);
    item.number = said.number;
    item.extension = said.extension === undefined ? undefined : this.#once(said.extension);
    item.extensions = this.#list(said.extensions ?? (said.extension === undefined ? NONE : [said.extension]));
    item.units = this.#list(said.units ?? NONE);
    item.noted = said.noted ?? false;
    item.route = said.route === undefined ? undefined : this.#once(said.route);
    if (said.n === undefined) this.unnumbered = true;
    item.n = said.n ?? (fresh ? this.#nextN : item.n);
    this.#nextN = Math.max(this.#nextN, item.n + 1);
    item.talkMs = said.talkMs;
    item.bytes = said.bytes;
    item.settledAt = said.settledAt;
    item.quarantinedAt = said.quarantinedAt;
    item.held = said.held ?? false;
    item.heldUntil = said.heldUntil;
    item.restricted = said.restricted ?? false;
    item.sealed = said.sealed ?? false;
    item.dialogs = said.dialogs ?? false;
    const index = fresh || moved || item.evictable ? this.#indexOf(item) : this.#byStart.length;
    if (fresh || moved) this.#byStart.splice(index, 0, item);
    this.#firstEvictable = Math.min(this.#firstEvictable, index);
    return item;
  }

  #takeOut(item: Item): void {
    const index = this.#byStart.indexOf(item, this.#indexOf(item));
    this.#byStart.splice(index, 1);
    if (index < this.#firstEvictable) this.#firstEvictable -= 1;
  }

  /** Lists that many calls have in common, kept once. */
  #list(values: readonly string[]): readonly string[] {
    if (values.length === 0) return NONE;
    const key = values.join('\n');
    const known = this.#lists.get(key);
    if (known) return known;
    const list = values.map((value) => this.#once(value));
    this.#lists.set(key, list);
    return list;
  }

  #once<T extends string>(text: T): T {
    const known = this.#common.get(text);
    if (known !== undefined) return known as T;
    this.#common.set(text, text);
    return text;
  }

  #forget(item: Item): void {
    item.forgotten = true;
    this.#unswept += 1;
    if (this.#unswept < Math.max(SWEEP_AT, this.#byStart.length / 8)) return;
    this.#byStart = this.#byStart.filter((other) => !other.forgotten);
    this.#unswept = 0;
    this.#firstEvictable = 0;
  }

  /** The index of the first item that is not before `key`. */
  #indexOf(key: TimeKey): number {
    const last = this.#byStart.at(-1);
    if (!last || compareTime(last, key) < 0) return this.#byStart.length;
    let low = 0;
    let high = this.#byStart.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const item = this.#byStart[middle];
      if (item && compareTime(item, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
