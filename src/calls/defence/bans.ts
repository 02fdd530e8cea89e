/**
 * Who is shut out, and for how long. Every further ban of an address lasts twice as long as the one before, up to a
 * day; for each day without one it is forgiven one. Bans are kept over a restart, with the wall time of their end.
 * Addresses that the office allows are never banned.
 */
import type { Clock, Timer } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import { silentLog, type Log } from '../../base/log.js';
import { Mutex } from '../../base/mutex.js';

export interface Ban {
  readonly address: string;
  /** Unix milliseconds. */
  readonly until: number;
  /** How often it was banned, as far as that is not forgiven. */
  readonly times: number;
  /** When it was banned last, or forgiven last. Unix milliseconds. */
  readonly since: number;
}

/** Where bans outlive the program. */
export interface BanStore {
  load(): Promise<readonly Ban[]>;
  /** Replaces what was saved before. */
  save(bans: readonly Ban[]): Promise<void>;
}

export interface BanPolicy {
  /** The first ban of an address. Milliseconds. */
  readonly firstMs: number;
  readonly longestMs: number;
}

export interface BansOptions {
  readonly clock: Clock;
  readonly store: BanStore;
  readonly policy?: BanPolicy;
  /** Addresses that are never banned. */
  readonly isAllowed?: (address: string) => boolean;
  /** Who is banned has changed. */
  readonly onChange?: () => void;
  readonly log?: Log;
}

const DEFAULT_POLICY: BanPolicy = { firstMs: 900_000, longestMs: 86_400_000 };
const FORGIVE_MS = 86_400_000;
/** Addresses to remember at most; those whose ban ends first are forgotten first, many at a time. */
const MOST = 10_000;
const FORGOTTEN_AT_ONCE = 1_000;

export class Bans {
  readonly #options: BansOptions;
  readonly #log: Log;
  readonly #bans = new Map<string, Ban>();
  readonly #saving = new Mutex();
  /** The moment at which a ban ends next, Unix milliseconds. */
  #next: { readonly at: number; readonly timer: Timer } | undefined;
  #saveWanted = false;

  constructor(options: BansOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
  }

  /** Takes up the bans of before the restart. A store that cannot be read costs only those. */
  async start(): Promise<void> {
    try {
      for (const ban of await this.#options.store.load()) this.#bans.set(ban.address, ban);
    } catch (error) {
      this.#log.warn({ error: errorMessage(error) }, 'the bans of before the restart are lost');
    }
    this.#changed();
  }

  /** Stops, and waits for what is still to be saved. */
  async close(): Promise<void> {
    this.#next?.timer.cancel();
    await this.#saving.idle();
  }

  /** Shuts an address out. `why` is for the log. An address that is shut out, or allowed, stays as it is. */
  ban(address: string, why: string): void {
    if (this.isBanned(address) || this.#options.isAllowed?.(address)) return;
    const { firstMs, longestMs } = this.#options.policy ?? DEFAULT_POLICY;
    const now = this.#options.clock.now();
    const times = (this.#forgiven(this.#bans.get(address))?.times ?? 0) + 1;
    const banMs = Math.min(longestMs, firstMs * 2 ** Math.min(times - 1, 20));
    this.#bans.set(address, { address, until: now + banMs, times, since: now });
    this.#log.error({ code: 'SOURCE_BANNED', source: address, why, times, minutes: Math.round(banMs / 60_000) }, 'source banned'); // prettier-ignore
    if (this.#bans.size > MOST) this.#forgetSome();
    this.#wakeAt(now + banMs);
    this.#save();
    this.#options.onChange?.();
  }

  isBanned(address: string): boolean {
    const ban = this.#bans.get(address);
    return ban !== undefined && ban.until > this.#options.clock.now() && !this.#options.isAllowed?.(address);
  }

  /** The bans that hold now, in the order of their addresses. */
  active(): readonly Ban[] {
    const held = [...this.#bans.values()].filter(({ address }) => this.isBanned(address));
    return held.sort((a, b) => (a.address < b.address ? -1 : 1));
  }

  /** Whoever is allowed has changed. */
  refresh(): void {
    this.#changed();
  }

  /** What is left of a ban's memory now; undefined when all is forgiven. */
  #forgiven(ban: Ban | undefined): Ban | undefined {
    if (!ban) return undefined;
    const days = Math.max(0, Math.floor((this.#options.clock.now() - Math.max(ban.since, ban.until)) / FORGIVE_MS));
    return ban.times > days ? { ...ban, times: ban.times - days } : undefined;
  }

  /** A ban has ended, or who is allowed has changed. */
  #changed(): void {
    this.#next?.timer.cancel();
    this.#next = undefined;
    const now = this.#options.clock.now();
    for (const ban of this.#bans.values()) {
      if (!this.#forgiven(ban)) this.#bans.delete(ban.address);
      else if (ban.until > now) this.#wakeAt(ban.until);
    }
    this.#options.onChange?.();
  }

  #wakeAt(at: number): void {
    if (this.#next && this.#next.at <= at) return;
    this.#next?.timer.cancel();
    const { clock } = this.#options;
    this.#next = { at, timer: clock.setTimer(at - clock.now(), () => this.#changed()) };
  }

  /** Makes room for many at once, so that a flood of bans does not sort them again for each. */
  #forgetSome(): void {
    const byEnd = [...this.#bans.values()].sort((a, b) => a.until - b.until);
    for (const { address } of byEnd.slice(0, FORGOTTEN_AT_ONCE)) this.#bans.delete(address);
  }

  /** One save after another; changes while one runs make one more. */
  #save(): void {
    if (this.#saveWanted) return;
    this.#saveWanted = true;
    const task = async (): Promise<void> => {
      this.#saveWanted = false;
      await this.#options.store.save([...this.#bans.values()]);
    };
    void this.#saving.run(task).catch((error: unknown) => {
      this.#log.warn({ error: errorMessage(error) }, 'bans not saved: they will not outlive a restart');
    });
  }
}
