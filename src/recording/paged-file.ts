/**
 * Random reading of a large file: pages are asked for ahead, fetched together, and then read at once without waiting.
 * Only the pages asked for since the fetch before last stay in memory, and of those that were gone through first as many as
 * there is room for, until they are behind: a call of some ten minutes is read once.
 */
import type { StoredFile } from '../journal/file-store.js';

type Read = Pick<StoredFile, 'read'>;

const PAGE_BYTES = 512 * 1024;
/** Pages of what was gone through that are kept: 16 MiB. */
const MOST_KEPT = 32;

export class PagedFile {
  readonly #file: Read;
  #wanted = new Set<number>();
  #pages = new Map<number, Buffer>();

  constructor(file: Read) {
    this.#file = file;
  }

  /** Goes through the whole file, page by page. */
  async *all(): AsyncGenerator<Buffer, void> {
    for (let number = 0; ; number++) {
      const page = await this.#file.read(number * PAGE_BYTES, PAGE_BYTES);
      if (this.#pages.size < MOST_KEPT) this.#pages.set(number, page);
      if (page.length > 0) yield page;
      if (page.length < PAGE_BYTES) return;
    }
  }

  /** What stands from `at` on will be read after the next `fetch`. */
  want(at: number, bytes: number): void {
    const last = Math.floor((at + bytes - 1) / PAGE_BYTES);
    for (let page = Math.floor(at / PAGE_BYTES); page <= last; page++) this.#wanted.add(page);
  }

  /** Gets what was wanted, and lets go of what was before it; of all else too, where that is much. */
  async fetch(): Promise<void> {
    const wanted = this.#wanted;
    if (wanted.size === 0) return;
    this.#wanted = new Set();
    const first = Math.min(...wanted);
    const crowded = this.#pages.size > MOST_KEPT;
    for (const page of this.#pages.keys()) {
      if (!wanted.has(page) && (crowded || page < first)) this.#pages.delete(page);
    }
    for (const page of wanted) {
      if (!this.#pages.has(page)) this.#pages.set(page, await this.#file.read(page * PAGE_BYTES, PAGE_BYTES));
    }
  }

  /** Bytes that were wanted before the last fetch; a view where they stand in one page. */
  bytes(at: number, length: number): Uint8Array {
    const page = Math.floor(at / PAGE_BYTES);
    const start = at - page * PAGE_BYTES;
    const first = this.#page(page).subarray(start, start + length);
    if (start + length <= PAGE_BYTES) return first;
    return Buffer.concat([first, this.bytes((page + 1) * PAGE_BYTES, length - first.length)]);
  }

  /** Writes what the table has for each of these bytes to `out`, from `to` on. */
  translate(at: number, length: number, table: Float32Array, out: Float32Array, to: number): void {
    for (let done = 0; done < length;) {
      const page = this.#page(Math.floor((at + done) / PAGE_BYTES));
      const from = (at + done) % PAGE_BYTES;
      const count = Math.min(length - done, page.length - from);
      if (count <= 0) return;
      translate(page, from, count, table, out, to + done);
      done += count;
    }
  }

  #page(page: number): Buffer {
    const found = this.#pages.get(page);
    if (!found) throw new RangeError(`page ${page} was not asked for`);
    return found;
  }
}

/** Four bytes at a time: half of the work for a byte is to go on to the next. */
function translate(
  bytes: Uint8Array,
  from: number,
  count: number,
  table: Float32Array,
  out: Float32Array,
  to: number,
): void {
  let at = from;
  let n = to;
  for (const last = from + count - 3; at < last; at += 4, n += 4) {
    out[n] = table[bytes[at] as number] as number;
    out[n + 1] = table[bytes[at + 1] as number] as number;
    out[n + 2] = table[bytes[at + 2] as number] as number;
    out[n + 3] = table[bytes[at + 3] as number] as number;
  }
  for (; at < from + count; at++, n++) out[n] = table[bytes[at] as number] as number;
}
