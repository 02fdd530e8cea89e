/**
 * Room for the spools of the calls in progress: the archive's side of `SpoolBudget`. A spool is granted bytes as it
 * asks for them, and with them, kept ahead of the time that passes, the bytes of the MP3 that it will become. A call
 * may be silent and its MP3 grow all the same, so the clock asks for those, not only the spool.
 */
import type { CallId } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Budget } from './budget.js';
import type { Retention } from './retention.js';

export interface SpoolRoomParts {
  readonly budget: Budget;
  readonly retention: Retention;
  readonly clock: Clock;
  readonly log: Log;
  /** See `RecordingEncoder`. */
  readonly expectedBytes: (durationMs: number) => number;
}

interface Open {
  /** Monotonic, milliseconds. */
  readonly since: number;
  /** The last request was refused. */
  full: boolean;
}

/** Granted with the opening, in bytes: three seconds of both directions. */
const FIRST_BYTES = 64 * 1024;
/** How far the MP3's room is ahead of the call, and how far it must be at the least. */
const LEAD_MS = 20_000;
const LEAST_LEAD_MS = 10_000;

export class SpoolRoom {
  readonly #parts: SpoolRoomParts;
  readonly #open = new Map<CallId, Open>();

  constructor(parts: SpoolRoomParts) {
    this.#parts = parts;
  }

  /** Asks for the first bytes of a spool; they count against what the spool then asks for. */
  async open(id: CallId): Promise<boolean> {
    const { budget, retention, clock, expectedBytes } = this.#parts;
    const mp3 = budget.onDisk(expectedBytes(LEAD_MS));
    const granted = await retention.reserve(FIRST_BYTES + mp3, () => {
      budget.setClaim(id, { spool: FIRST_BYTES, credit: FIRST_BYTES, mp3 });
      this.#open.set(id, { since: clock.monotonic(), full: false });
    });
    return granted;
  }

  /** Asks for `bytes` more for the spool; false: it must be cut. */
  async reserve(id: CallId, bytes: number): Promise<boolean> {
    const { budget } = this.#parts;
    const open = this.#open.get(id);
    const claim = budget.claim(id);
    if (!open || !claim) return false;
    const fromCredit = Math.min(bytes, claim.credit);
    budget.setClaim(id, { credit: claim.credit - fromCredit });
    const more = bytes - fromCredit;
    const mp3 = this.#mp3Lacking(open, claim.mp3, LEAST_LEAD_MS);
    return (more === 0 && mp3 === 0) || this.#grow(id, open, more, mp3);
  }

  /** The spool is closed and has `bytes`. Gives an upper bound of its length in time, milliseconds. */
  close(id: CallId, bytes: number): number {
    const { budget, clock, expectedBytes } = this.#parts;
    const open = this.#open.get(id);
    this.#open.delete(id);
    const spanMs = Math.ceil(open ? clock.monotonic() - open.since : 0);
    const mp3 = Math.min(expectedBytes(spanMs), budget.claim(id)?.mp3 ?? Number.POSITIVE_INFINITY);
    budget.setClaim(id, { spool: bytes, credit: 0, mp3 });
    return spanMs;
  }

  /** There is no spool after all. */
  drop(id: CallId): void {
    this.#open.delete(id);
    this.#parts.budget.dropClaim(id);
  }

  /** Keeps the room of the MP3s ahead of time; to be called every few seconds. */
  async keepAhead(): Promise<void> {
    const asked = [...this.#open].map(async ([id, open]) => {
      const mp3 = this.#mp3Lacking(open, this.#parts.budget.claim(id)?.mp3 ?? 0, LEAST_LEAD_MS);
      if (mp3 > 0) await this.#grow(id, open, 0, mp3);
    });
    await Promise.all(asked);
  }

  #mp3Lacking(open: Open, has: number, leastLeadMs: number): number {
    const { clock, expectedBytes } = this.#parts;
    const elapsed = clock.monotonic() - open.since;
    if (has >= expectedBytes(elapsed + leastLeadMs)) return 0;
    return expectedBytes(elapsed + LEAD_MS) - has;
  }

  async #grow(id: CallId, open: Open, spool: number, mp3: number): Promise<boolean> {
    const { budget, retention, log } = this.#parts;
    let taken = false;
    const blocks = { spool: budget.onDisk(spool), mp3: budget.onDisk(mp3) };
    const room = await retention.reserve(blocks.spool + blocks.mp3, () => {
      const claim = budget.claim(id);
      if (!claim || this.#open.get(id) !== open) return;
      const credit = claim.credit + blocks.spool - spool;
      budget.setClaim(id, { spool: claim.spool + blocks.spool, mp3: claim.mp3 + blocks.mp3, credit });
      taken = true;
    });
    if (!room && !open.full) log.warn({ callId: id }, 'the budget has no room for more of this call');
    open.full = !room;
    return room && taken;
  }
}
