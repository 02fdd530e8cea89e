/** Places and releases holds and restrictions, and releases what is past its time. */
import { randomBytes } from 'node:crypto';
import type { CallId } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import { defined } from '../base/defined.js';
import { HalinaError } from '../base/errors.js';
import type { Item } from './catalogue.js';
import { doerOf, standing } from './guards.js';
import type { Guard, GuardEffect, GuardWish, ReleaseWish } from './guards.js';
import type { RecordStore } from './record-store.js';

export interface GuardKeeperParts {
  readonly store: RecordStore;
  readonly clock: Clock;
}

/** Places and releases holds and restrictions; every change is durable when its promise resolves. */
export class GuardKeeper {
  readonly #parts: GuardKeeperParts;
  /** Calls that something holds. */
  readonly #held = new Set<Item>();

  constructor(parts: GuardKeeperParts) {
    this.#parts = parts;
  }

  /** Takes in what the catalogue holds, once, and follows it from then on. */
  start(): void {
    const { catalogue } = this.#parts.store;
    for (const item of catalogue.items()) this.#follow(item);
    catalogue.onChange((item) => this.#follow(item));
  }

  /** Calls that something holds, in no order. */
  get held(): Iterable<Item> {
    return this.#held;
  }

  /** Rejects with `ARCHIVE_UNKNOWN_CALL`, `ARCHIVE_ERASED` or `GUARD_INVALID`. */
  async place(id: CallId, effect: GuardEffect, wish: GuardWish): Promise<Guard> {
    const { store, clock } = this.#parts;
    const at = clock.now();
    const { kind, by, until, reference } = wish;
    const reason = wish.reason.trim();
    if (reason === '') throw invalid('say why the recording is held');
    if (until !== undefined && until <= at) throw invalid('a hold cannot end before it begins');
    const guard: Guard = defined({
      id: randomBytes(4).toString('hex'),
      effect,
      kind,
      by,
      reason,
      reference,
      at,
      until,
    });
    await store.advance(id, { type: 'guarded', guard, doer: doerOf(wish) });
    return guard;
  }

  /** Rejects with `ARCHIVE_UNKNOWN_CALL`, `GUARD_INVALID`, or `GUARD_UNKNOWN`: none such stands. */
  async release(id: CallId, guard: string, wish: ReleaseWish): Promise<Guard> {
    const { store, clock } = this.#parts;
    const reason = wish.reason.trim();
    if (reason === '') throw invalid('say why it is released');
    const released = { at: clock.now(), by: wish.by, reason };
    const after = await store.advance(id, { type: 'released', guard, released, doer: doerOf(wish) });
    const found = after.guards?.find((one) => one.id === guard);
    if (!found) throw new HalinaError('GUARD_UNKNOWN', `call ${id} has no hold ${guard}`);
    return found;
  }

  /** Releases what is past its time; to be called every now and then, while the clock can be trusted. */
  async releaseEnded(): Promise<void> {
    const { store, clock } = this.#parts;
    const now = clock.now();
    const due = [...this.#held].filter(({ heldUntil }) => heldUntil !== undefined && heldUntil <= now);
    for (const item of due) {
      const record = await store.read(item.id);
      for (const { id, until } of record ? standing(record) : []) {
        if (until === undefined || until > now) continue;
        await this.release(item.id, id, { by: 'halina', reason: 'its time is over' });
      }
    }
  }

  #follow(item: Item): void {
    if (item.held && !item.forgotten) this.#held.add(item);
    else this.#held.delete(item);
  }
}

const invalid = (what: string): HalinaError => new HalinaError('GUARD_INVALID', what);
