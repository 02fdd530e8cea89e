/**
 * A command that is sent twice is done once: under the same `Idempotency-Key` of the same person its first answer is given
 * again, for a day. Kept in Redis; a command that is under way meets its double with `conflict`.
 */
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { Problem } from './problem.js';

export interface Kept {
  readonly status: number;
  readonly body: unknown;
}

const record = z.union([
  z.strictObject({ of: z.string(), running: z.literal(true) }),
  z.strictObject({ of: z.string(), status: z.number(), body: z.unknown() }),
]);

const DAY_MS = 86_400_000;
/** A command that was cut off by a crash may be sent again after so long. */
const RUNNING_MS = 60_000;
const KEY = /^[\x21-\x7e]{8,128}$/;

export interface Command {
  readonly person: string;
  readonly key: string;
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

export class Idempotency {
  constructor(
    private readonly redis: () => Redis | undefined,
    private readonly tag: string,
  ) {}

  /** Runs `work`, or gives the answer of its first time. */
  async once(command: Command, work: () => Promise<Kept>): Promise<Kept & { readonly again: boolean }> {
    if (!KEY.test(command.key)) throw badKey();
    const redis = this.redis();
    if (!redis) throw away();
    const name = `${this.tag}:once:${hash(`${command.person}\n${command.key}`)}`;
    const of = hash(JSON.stringify([command.method, command.url, command.body ?? null]));
    const first = await redis.set(name, JSON.stringify({ of, running: true }), 'PX', RUNNING_MS, 'NX');
    if (first === null) return { ...(await kept(redis, name, of)), again: true };
    try {
      const done = await work();
      await redis.set(name, JSON.stringify({ of, status: done.status, body: done.body ?? null }), 'PX', DAY_MS);
      return { ...done, again: false };
    } catch (error) {
      await redis.del(name); // nothing was done: the same key may try again
      throw error;
    }
  }
}

async function kept(redis: Redis, name: string, of: string): Promise<Kept> {
  const text = await redis.get(name);
  const found = text === null ? undefined : record.parse(JSON.parse(text));
  if (found && found.of !== of) throw otherCommand();
  if (!found || 'running' in found) throw underWay();
  return { status: found.status, body: found.body };
}

const badKey = (): Problem =>
  new Problem('bad-request', {
    pl: 'Klucz powtórzenia (Idempotency-Key) ma mieć od 8 do 128 znaków ASCII.',
    en: 'The Idempotency-Key has to have 8 to 128 characters of ASCII.',
  });
const otherCommand = (): Problem =>
  new Problem('invalid', {
    pl: 'Ten klucz powtórzenia należy do innego polecenia.',
    en: 'This Idempotency-Key belongs to another command.',
  });
const underWay = (): Problem =>
  new Problem('conflict', {
    pl: 'To polecenie jest właśnie wykonywane. Odśwież stronę za chwilę.',
    en: 'This command is being carried out just now. Load the page again in a moment.',
  });
const away = (): Problem =>
  new Problem('unavailable', {
    pl: 'Baza Redis nie odpowiada. Rozmowy są nadal obsługiwane i nagrywane; spróbuj ponownie za chwilę.',
    en: 'Redis does not answer. Calls go on and are recorded; try again in a moment.',
  });
