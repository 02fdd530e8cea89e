/**
 * Keeps the archive inside its budget. Room is made before bytes are written: whoever wants to write asks `reserve`,
 * and if the bytes do not fit, the oldest calls go first, as many as are needed (`eviction.ts`), whether their recording
 * is made yet or not. Recordings that are listened to or younger than `keepAtLeast` stay; if nothing else is left, `reserve`
 * answers no, and it is for the asker to do without.
 */
import { Mutex } from '../base/mutex.js';
import type { BudgetAlarms } from './budget-alarms.js';
import type { Before, Item } from './catalogue.js';
import { ClockTrust } from './clock-trust.js';
import { BATCH, Eviction } from './eviction.js';
import type { EvictionParts } from './eviction.js';
import { forgetMetadata, isOverShare } from './forgetting.js';
import { FreeSpace } from './free-space.js';
import { isSpooled } from './lifecycle.js';
import type { Phase } from './lifecycle.js';
import { Pins } from './pins.js';
import type { StoragePolicy } from './ports.js';
import { RuleBook } from './rules.js';
import type { Rules } from './rules.js';

/** What an eviction takes, or would take. */
export interface EvictionPlan {
  readonly recordings: number;
  readonly bytes: number;
  /** Start of the oldest recording that stays, Unix milliseconds; undefined if none does. */
  readonly reachesBackTo: number | undefined;
  /** Whether the budget is kept afterwards. */
  readonly fits: boolean;
}

/** Entries past their term are looked for this often, milliseconds; those beyond their share whenever it is asked. */
const FORGET_MS = 3_600_000;
/** With classes of their own terms, ages are looked at one by one: not more often than this, milliseconds. */
const CLASSES_MS = 60_000;

/** Its files go, or are gone. */
const isGone = (phase: Phase): boolean => phase === 'evicted' || phase === 'erased';

export class Retention {
  readonly #parts: EvictionParts;
  readonly #eviction: Eviction;
  #policy: StoragePolicy;
  readonly #room = new Mutex();
  readonly #free: FreeSpace;
  /** Recordings that are being listened to: they stay. */
  readonly pins = new Pins();
  readonly #quarantined = new Set<Item>();
  /** Recordings that are not where they should be. */
  readonly #absent = new Set<Item>();
  #recordings = 0;
  readonly #trust: ClockTrust;
  readonly #alarms: BudgetAlarms;
  #rules: RuleBook;
  #expiredAt = Number.NEGATIVE_INFINITY;
  #forgotAt = Number.NEGATIVE_INFINITY;

  constructor(parts: EvictionParts, policy: StoragePolicy, alarms: BudgetAlarms) {
    this.#parts = parts;
    this.#alarms = alarms;
    this.#trust = new ClockTrust(parts.clock, parts.log);
    this.#rules = new RuleBook(policy);
    this.#eviction = new Eviction(parts);
    this.#free = new FreeSpace(parts);
    this.#policy = policy;
  }

  get policy(): StoragePolicy {
    return this.#policy;
  }

  /** The terms that hold for a call. */
  rulesOf(item: Item): Rules {
    return this.#rules.of(item);
  }

  /** How many recordings there are. */
  get recordings(): number {
    return this.#recordings;
  }

  /** Takes in what the catalogue holds, once, and follows it from then on. */
  start(): void {
    const { catalogue } = this.#parts.store;
    for (const item of catalogue.items()) this.#follow(item, undefined);
    catalogue.onChange((item, before) => this.#follow(item, before));
  }

  /** The recording's file is not there (or, `absent` false, is there again): its bytes do not count. */
  setAbsent(item: Item, absent: boolean): void {
    if (absent === this.#absent.has(item)) return;
    if (absent) {
      this.#parts.budget.removeRecording(item.bytes);
      this.#absent.add(item);
    } else {
      this.#parts.budget.addRecording(item.bytes);
      this.#absent.delete(item);
    }
  }

  /** Removes what was evicted or erased and is still there. */
  removeLeft(): Promise<void> {
    return this.#room.run(() => this.#eviction.removeLeft());
  }

  /**
   * Asks for `bytes` more. `take` is called, without a pause between, when there is room for them, and must enter them
   * in the budget. False: there is no room and none can be made.
   */
  async reserve(bytes: number, take: () => void): Promise<boolean> {
    await this.#free.look();
    if (this.#lacks(bytes) === undefined) {
      this.#take(bytes, take);
      return true;
    }
    return this.#room.run(async () => {
      if (!(await this.#makeRoom(bytes)) && !this.#mayExceed(bytes)) {
        this.#complain(bytes);
        return false;
      }
      this.#take(bytes, take);
      return true;
    });
  }

  /** Evicts what is past its time, and what the budget has no room for now. */
  async enforce(): Promise<void> {
    await this.#room.run(async () => {
      await this.#eviction.removeLeft();
      if (this.#trust.look()) await this.#expire();
      await this.#free.look();
      await this.#makeRoom(0);
    });
  }

  /** Looks at the budget's shares; alarms say what somebody must know. */
  watch(): void {
    const { budget, store } = this.#parts;
    const { quota, watermarks = [] } = this.#policy;
    const committed = budget.committed(quota);
    let free = 0;
    const now = this.#parts.clock.now();
    for (const item of store.catalogue.evictable()) {
      if (item.startedAt > now - this.#rules.least('keepAtLeast')) break;
      if (item.startedAt <= now - this.#rules.of(item).keepAtLeast) free += this.#worth(item);
    }
    this.#alarms.look({ quota, committed, fixed: committed - free, watermarks });
  }

  /** Whether times that are over may be taken as such. */
  get trustsClock(): boolean {
    return this.#trust.holds;
  }

  /** What `enforce` would evict for room under this policy. */
  plan(policy: StoragePolicy): EvictionPlan {
    const { budget } = this.#parts;
    let lacking = Math.max(budget.committed(policy.quota) - policy.quota, policy.minFree - this.#free.bytes);
    let recordings = 0;
    let bytes = 0;
    let reachesBackTo: number | undefined;
    for (const item of this.#candidates(new RuleBook(policy))) {
      if (lacking <= 0) {
        reachesBackTo = item.startedAt;
        break;
      }
      recordings += 1;
      bytes += item.bytes;
      lacking -= this.#worth(item);
    }
    return { recordings, bytes, reachesBackTo, fits: lacking <= 0 };
  }

  /** From here this policy holds. */
  async setPolicy(policy: StoragePolicy): Promise<void> {
    this.#policy = policy;
    this.#rules = new RuleBook(policy);
    this.#expiredAt = Number.NEGATIVE_INFINITY;
    await this.enforce();
    this.watch();
  }

  /** Forgets entries that are past their term, or more than the budget has a place for. */
  async forgetMetadata(): Promise<void> {
    const { store, clock, log } = this.#parts;
    const { quota } = this.#policy;
    const isDue = clock.monotonic() - this.#forgotAt >= FORGET_MS;
    if (!isDue && !isOverShare(store, quota)) return;
    this.#forgotAt = clock.monotonic();
    const isLeaving = (item: Item): boolean => this.#eviction.isLeaving(item);
    const calls = await forgetMetadata({ store, clock, rules: this.#rules, quota, isLeaving });
    if (calls > 0)
      log.info({ calls }, 'entries of old calls were forgotten: their term is over, or their share of the quota');
  }

  /** The sums follow the catalogue. */
  #follow(item: Item, before: Before | undefined): void {
    const { budget } = this.#parts;
    const was = before?.phase === 'recorded' && !this.#absent.delete(item) ? before.bytes : 0;
    const isRecorded = item.phase === 'recorded' && !item.forgotten;
    this.#recordings += Number(isRecorded) - Number(before?.phase === 'recorded');
    budget.running += Number(item.phase === 'running' && !item.forgotten) - Number(before?.phase === 'running');
    if (before && !isGone(before.phase) && isGone(item.phase)) {
      this.#eviction.leaves(item, was);
    } else {
      budget.removeRecording(was);
      budget.addRecording(isRecorded ? item.bytes : 0);
    }
    if (item.quarantinedAt !== undefined && item.evictable) this.#quarantined.add(item);
    else this.#quarantined.delete(item);
  }

  #take(bytes: number, take: () => void): void {
    this.#free.take(bytes);
    this.#alarms.roomAgain();
    take();
  }

  /** Why `bytes` more do not fit now; undefined if they do. */
  #lacks(bytes: number): 'quota' | 'min-free' | undefined {
    const { quota, minFree } = this.#policy;
    if (this.#parts.budget.committed(quota) + bytes > quota) return 'quota';
    return this.#free.bytes - bytes < minFree ? 'min-free' : undefined;
  }

  /** What may be evicted for room, the oldest first. */
  *#candidates(rules: RuleBook): Generator<Item> {
    const now = this.#parts.clock.now();
    const youngest = now - rules.least('keepAtLeast');
    for (const item of this.#parts.store.catalogue.evictable()) {
      if (item.startedAt > youngest) return;
      if (item.startedAt > now - rules.of(item).keepAtLeast || this.pins.has(item.id)) continue;
      yield item;
    }
  }

  /** Evicts until `bytes` fit; false if they can't be made to. Runs under the mutex. */
  async #makeRoom(bytes: number): Promise<boolean> {
    for (let why = this.#lacks(bytes); why !== undefined; why = this.#lacks(bytes)) {
      const { quota, minFree } = this.#policy;
      const over = this.#parts.budget.committed(quota) + bytes - quota;
      let lacking = Math.max(over, bytes + minFree - this.#free.bytes);
      const batch: Item[] = [];
      for (const item of this.#candidates(this.#rules)) {
        if (lacking <= 0 || batch.length === BATCH) break;
        batch.push(item);
        lacking -= this.#worth(item);
      }
      const gone = await this.#eviction.evict(batch, why);
      // What was held between its choice and its turn stays: others are looked for.
      if (gone.length === 0 && !batch.some((item) => !item.evictable)) {
        return false;
      }
      await this.#free.lookAgain();
    }
    return true;
  }

  /** Whether `bytes` may be kept over the quota, since nothing can be evicted; never below what is to be left free. */
  #mayExceed(bytes: number): boolean {
    const { quota, minFree, reserve = 0, whenFull } = this.#policy;
    if (whenFull !== 'record-over-budget') return false;
    return this.#parts.budget.committed(quota) + bytes <= quota + reserve && this.#free.bytes - bytes >= minFree;
  }

  #complain(bytes: number): void {
    const { quota, minFree } = this.#policy;
    const why = this.#lacks(bytes);
    this.#alarms.full({ why, bytes, quota, minFree, freeBytes: this.#free.bytes, ...this.#parts.budget.sum(quota) });
  }

  async #expire(): Promise<void> {
    const { store, clock } = this.#parts;
    const due: Item[] = [];
    const now = clock.now();
    const shortest = this.#rules.least('maxAge');
    const one = shortest === this.#policy.maxAge && this.#policy.classes === undefined;
    if (one || clock.monotonic() - this.#expiredAt >= CLASSES_MS) {
      this.#expiredAt = clock.monotonic();
      for (const item of store.catalogue.evictable()) {
        if (item.startedAt > now - shortest) break;
        if (item.startedAt <= now - this.#rules.of(item).maxAge) due.push(item);
      }
    }
    const quarantined = clock.now() - this.#policy.quarantine;
    const released = [...this.#quarantined].filter((item) => (item.quarantinedAt ?? 0) <= quarantined);
    await this.#eviction.evict(due, 'age');
    await this.#eviction.evict(
      released.filter((item) => item.evictable),
      'quarantine',
    );
  }

  /** Bytes that its eviction wins, promised ones with them. */
  #worth(item: Item): number {
    const { budget } = this.#parts;
    if (!isSpooled(item)) return this.#absent.has(item) ? 0 : budget.onDisk(item.bytes);
    const { spool, mp3 } = budget.claim(item.id) ?? { spool: 0, mp3: 0 };
    return spool + mp3;
  }
}
