/**
 * Registrations, kept in Redis over a restart (the `BindingStore` of the call application). What counts while the
 * program runs is in memory; Redis follows when it can, and what it missed while it was away is written when it is
 * back. Every binding ends there by itself at its time. One over a stream (RFC 3261 § 18: TCP, TLS, WebSocket) is void
 * after a restart, since the connection went with the program, and is not loaded.
 */
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Clock, Timer } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { Binding } from '../entry/binding.js';
import { answersOf } from './redis-link.js';
import type { RedisKeys } from './redis-keys.js';

export interface BindingStoreParts {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long a start waits for Redis to tell of the registrations, milliseconds. */
const LOAD_MS = 5000;
const AGAIN_MS = 2000;

const bindingSchema: z.ZodType<Binding> = z.object({
  extension: z.string(),
  contact: z.string(),
  protocol: z.enum(['udp', 'tcp', 'tls', 'ws', 'wss']),
  sourceAddress: z.string(),
  sourcePort: z.number(),
  callId: z.string(),
  cseq: z.number(),
  userAgent: z.string().exactOptional(),
  path: z.array(z.string()).exactOptional(),
  outbound: z.object({ instance: z.string(), regId: z.string() }).exactOptional(),
  since: z.number().exactOptional(),
  expiresAt: z.number(),
});

type Bindings = Map<string, Binding>;

export class RedisBindingStore {
  readonly #parts: BindingStoreParts;
  /** Bindings by contact, by extension. */
  readonly #bindings = new Map<string, Bindings>();
  /** Extensions whose bindings changed since they were written. */
  readonly #changed = new Set<string>();
  #work: Promise<void> | undefined;
  #again: Timer | undefined;
  #closed = false;

  constructor(parts: BindingStoreParts) {
    this.#parts = parts;
    parts.redis.on('ready', () => this.#run());
  }

  /** The bindings of before the restart that still hold. Gives none, and says so, where Redis does not answer. */
  async load(): Promise<readonly Binding[]> {
    try {
      await this.#ready();
      const stored = await this.#read();
      const now = this.#parts.clock.now();
      for (const binding of stored) {
        const isVoid = binding.protocol !== 'udp' || binding.expiresAt <= now;
        if (isVoid) this.#changed.add(binding.extension);
        else if (!this.#bindings.get(binding.extension)?.has(binding.contact)) this.#keep(binding);
      }
      this.#run();
    } catch (error) {
      const { log } = this.#parts;
      log.warn({ error: errorMessage(error) }, 'registrations can not be loaded; handsets will register again');
    }
    return [...this.#bindings.values()].flatMap((bindings) => [...bindings.values()]);
  }

  /** Keeps the binding; a former one of the same contact goes. Does not wait for Redis. */
  save(binding: Binding): Promise<void> {
    this.#keep(binding);
    this.#change(binding.extension);
    return Promise.resolve();
  }

  remove(extension: string, contact: string): Promise<void> {
    const bindings = this.#bindings.get(extension);
    bindings?.delete(contact);
    if (bindings?.size === 0) this.#bindings.delete(extension);
    this.#change(extension);
    return Promise.resolve();
  }

  /** Resolves when what changed is in Redis, or could not be written now. */
  async flushed(): Promise<void> {
    await this.#work;
  }

  /** Writes what can be written now. */
  async close(): Promise<void> {
    await this.#work;
    this.#closed = true;
    this.#again?.cancel();
  }

  #keep(binding: Binding): void {
    const bindings = this.#bindings.get(binding.extension) ?? new Map<string, Binding>();
    bindings.set(binding.contact, binding);
    this.#bindings.set(binding.extension, bindings);
  }

  #change(extension: string): void {
    this.#changed.add(extension);
    this.#run();
  }

  async #ready(): Promise<void> {
    const { redis, clock } = this.#parts;
    if (redis.status === 'ready') return;
    await new Promise<void>((resolve, reject) => {
      const timer = clock.setTimer(LOAD_MS, () => {
        redis.off('ready', ready);
        reject(new Error(`no answer in ${LOAD_MS / 1000} s`));
      });
      const ready = (): void => {
        timer.cancel();
        resolve();
      };
      redis.once('ready', ready);
    });
  }

  async #read(): Promise<Binding[]> {
    const { redis, keys, log } = this.#parts;
    const extensions = await redis.smembers(keys.registered);
    const reading = redis.pipeline();
    for (const extension of extensions) reading.hvals(keys.bindings(extension));
    const stored = (await answersOf(reading.exec())) as string[][];
    extensions.forEach((extension, i) => stored[i]?.length === 0 && this.#changed.add(extension)); // all have ended
    return stored.flat().flatMap((text) => {
      const parsed = bindingSchema.safeParse(parseJson(text));
      if (!parsed.success) log.warn({ text }, 'a registration in Redis is not one of ours');
      return parsed.success ? [parsed.data] : [];
    });
  }

  /** Writes what changed, one piece of work at a time; tries again later where it fails. */
  #run(): void {
    if (this.#closed || this.#changed.size === 0 || this.#parts.redis.status !== 'ready') return;
    this.#work ??= this.#write()
      .then(
        () => true,
        (error: unknown) => {
          this.#parts.log.warn({ error: errorMessage(error) }, 'registrations can not be written to Redis');
          return false;
        },
      )
      .then((written) => {
        this.#work = undefined;
        if (written) this.#run();
        else this.#again = this.#parts.clock.setTimer(AGAIN_MS, () => this.#run());
      });
  }

  async #write(): Promise<void> {
    const { redis, keys, clock } = this.#parts;
    const now = clock.now();
    const extensions = [...this.#changed];
    this.#changed.clear();
    const writing = redis.multi();
    for (const extension of extensions) {
      const bindings = [...(this.#bindings.get(extension)?.values() ?? [])].filter(
        (binding) => binding.expiresAt > now,
      );
      const key = keys.bindings(extension);
      writing.del(key);
      if (bindings.length === 0) {
        writing.srem(keys.registered, extension);
        continue;
      }
      writing.hset(key, Object.fromEntries(bindings.map((binding) => [binding.contact, JSON.stringify(binding)])));
      writing.pexpireat(key, Math.max(...bindings.map((binding) => binding.expiresAt)));
      writing.sadd(keys.registered, extension);
    }
    try {
      await answersOf(writing.exec());
    } catch (error) {
      for (const extension of extensions) this.#changed.add(extension);
      throw error;
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
