/**
 * What DNS said, kept for its time to live within bounds. When DNS is gone the last answer goes on being used for a bounded
 * time, at once and without waiting for servers that are silent, while it is asked for again from time to time.
 */
import type { Clock } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { Answer, DnsResolver, RecordType, RecordTypes } from './resolver.js';

export interface CacheOptions {
  /** Milliseconds for which an answer is kept at the most, and used beyond when DNS gives none. */
  readonly longest: number;
  readonly stale: number;
}

export const CACHE_DEFAULTS: CacheOptions = { longest: 3_600_000, stale: 86_400_000 };

/** Milliseconds for which an answer is kept at the least. */
const SHORTEST = 5_000;
/** Milliseconds after which DNS is asked again that gave no answer. */
const RETRY = 30_000;
/** The same where nothing is known from before. */
const RETRY_UNKNOWN = 5_000;
/** Names that are kept; the one that was asked for longest ago goes first. */
const NAMES_MAX = 1000;

type Records<T extends RecordType> = readonly RecordTypes[T][];

interface Entry {
  readonly records: Records<RecordType> | undefined;
  /** On the monotonic clock: fresh until, usable until, and not to be asked for again before. */
  readonly until: number;
  readonly usableUntil: number;
  readonly retryAt: number;
  readonly error: unknown;
}

export class DnsCache {
  readonly #entries = new Map<string, Entry>();
  readonly #asking = new Map<string, Promise<Records<RecordType>>>();

  constructor(
    private readonly resolver: DnsResolver,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly options: CacheOptions = CACHE_DEFAULTS,
  ) {}

  /** At once where it is known; otherwise when DNS answers. Rejects where it does not, and nothing usable is known. */
  query<T extends RecordType>(name: string, type: T): Records<T> | Promise<Records<T>> {
    const key = `${type} ${name.toLowerCase()}`;
    const entry = this.#entries.get(key);
    const now = this.clock.monotonic();
    if (entry?.records && entry.until > now) return entry.records as Records<T>;
    if (entry && entry.error !== undefined) {
      const usable = entry.records && entry.usableUntil > now ? (entry.records as Records<T>) : undefined;
      if (usable && entry.retryAt <= now) this.#ask(key, name, type).catch(() => {}); // Told by `#failed`.
      if (usable) return usable;
      if (entry.retryAt > now) return Promise.reject(asError(entry.error));
    }
    return this.#ask(key, name, type) as Promise<Records<T>>;
  }

  #ask(key: string, name: string, type: RecordType): Promise<Records<RecordType>> {
    const asking = this.#asking.get(key);
    if (asking) return asking;
    const answer = this.resolver
      .query(name, type)
      .then(
        (found) => this.#answered(key, name, found),
        (error: unknown) => this.#failed(key, name, error),
      )
      .finally(() => this.#asking.delete(key));
    this.#asking.set(key, answer);
    return answer;
  }

  #answered(key: string, name: string, { records, ttl }: Answer<RecordType>): Records<RecordType> {
    const now = this.clock.monotonic();
    if (this.#entries.get(key)?.error !== undefined) this.log.info({ name }, 'DNS answers again');
    const until = now + Math.min(Math.max(ttl * 1000, SHORTEST), this.options.longest);
    this.#keep(key, { records, until, usableUntil: until + this.options.stale, retryAt: until, error: undefined });
    return records;
  }

  #failed(key: string, name: string, error: unknown): Records<RecordType> {
    const now = this.clock.monotonic();
    const known = this.#entries.get(key);
    const usable = known?.records && known.usableUntil > now ? known : undefined;
    if (usable?.records) {
      if (usable.error === undefined)
        this.log.warn({ name, error: errorMessage(error) }, 'DNS gives no answer; the last one is used');
      this.#keep(key, { ...usable, retryAt: now + RETRY, error });
      return usable.records;
    }
    this.#keep(key, { records: undefined, until: 0, usableUntil: 0, retryAt: now + RETRY_UNKNOWN, error });
    throw asError(error);
  }

  #keep(key: string, entry: Entry): void {
    this.#entries.delete(key);
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined && this.#entries.size >= NAMES_MAX) this.#entries.delete(oldest);
    this.#entries.set(key, entry);
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
