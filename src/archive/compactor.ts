/**
 * Keeps the journal from growing by what no longer counts: each change of a call leaves its earlier line dead. As soon as
 * the dead lines outweigh the living ones, and are worth it, the living ones are copied into a fresh file. It follows
 * the journal's growth and not the clock, so that a program which is killed every few seconds does it too.
 */
import type { Clock } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { RecordStore } from './record-store.js';

export interface CompactorParts {
  readonly store: RecordStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Bytes; a small one makes a compaction worth it earlier. */
  readonly quota: () => number;
}

/** After a failure (the disk has no room for the copy) so long nothing is tried, milliseconds. */
const AGAIN_MS = 10_000;

export class Compactor {
  readonly #parts: CompactorParts;
  #work: Promise<void> | undefined;
  #notBefore = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(parts: CompactorParts) {
    this.#parts = parts;
    parts.store.catalogue.onChange(() => this.look());
  }

  /** Begins a compaction where one is worth it; cheap to ask. */
  look(): void {
    const { store, clock, quota } = this.#parts;
    if (this.#work || this.#closed || !store.wantsCompaction(quota())) return;
    if (clock.monotonic() < this.#notBefore) return;
    this.#work = this.#compact().finally(() => (this.#work = undefined));
  }

  /** Resolves when none is under way. */
  async idle(): Promise<void> {
    await this.#work;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#work;
  }

  /** Never rejects. */
  async #compact(): Promise<void> {
    const { store, clock, log } = this.#parts;
    try {
      const wonBytes = await store.compact();
      log.info({ wonBytes, bytes: store.journal.size }, 'the journal was compacted');
    } catch (error) {
      this.#notBefore = clock.monotonic() + AGAIN_MS;
      log.warn({ error: errorMessage(error) }, 'the journal cannot be compacted now; it is tried again');
    }
  }
}
