/**
 * A command that is sent twice is done once: under the same `Idempotency-Key` of the same person its first answer is given
 * again, for a day. Kept in Redis; a command that is under way meets its double with `conflict`.
 *
 * An answer may be a secret that is shown once (a link, recovery codes), and a command may hold a password: both are kept under a
 * key that follows from the `Idempotency-Key`, which only the browser has. Who reads Redis, its file or a backup of it, has neither.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { Problem } from './problem.js';

export interface Kept {
  readonly status: number;
  readonly body: unknown;
}

const record = z.union([
  z.strictObject({ of: z.string(), running: z.literal(true) }),
  z.strictObject({ of: z.string(), status: z.number(), sealed: z.string() }),
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

/** What follows from a key, each use by itself. */
const derived = ({ person, key }: Command, use: 'name' | 'command' | 'answer', text = ''): Buffer =>
  createHmac('sha256', key)
    .update(JSON.stringify([use, person, text]))
    .digest();

const NONCE = 12;
const TAG = 16;

/** AES-256-GCM: nonce, ciphertext, tag. */
function seal(key: Buffer, body: unknown): string {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const text = cipher.update(JSON.stringify(body ?? null));
  return Buffer.concat([nonce, text, cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function unseal(key: Buffer, sealed: string): unknown {
  const bytes = Buffer.from(sealed, 'base64');
  const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE), { authTagLength: TAG });
  cipher.setAuthTag(bytes.subarray(-TAG));
  const text = Buffer.concat([cipher.update(bytes.subarray(NONCE, -TAG)), cipher.final()]).toString();
  return JSON.parse(text);
}

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
    const name = `${this.tag}:once:${derived(command, 'name').toString('hex')}`;
    const { method, url, body } = command;
    const of = derived(command, 'command', JSON.stringify([method, url, body ?? null])).toString('hex');
    const first = await redis.set(name, JSON.stringify({ of, running: true }), 'PX', RUNNING_MS, 'NX');
    if (first === null) return { ...(await kept(redis, name, of, command)), again: true };
    const done = await work().catch(async (error: unknown) => {
      await redis.del(name).catch(() => 0); // nothing was done: the same key may try again, at the latest when the mark is over
      throw error;
    });
    const answer = { of, status: done.status, sealed: seal(derived(command, 'answer'), done.body) };
    // It is done, whatever Redis says: who is told that it failed does it again. Until the mark is over it is under way.
    await redis.set(name, JSON.stringify(answer), 'PX', DAY_MS).catch(() => undefined);
    return { ...done, again: false };
  }
}

async function kept(redis: Redis, name: string, of: string, command: Command): Promise<Kept> {
  const text = await redis.get(name);
  const found = text === null ? undefined : record.parse(JSON.parse(text));
  if (found && found.of !== of) throw otherCommand();
  if (!found || 'running' in found) throw underWay();
  return { status: found.status, body: unseal(derived(command, 'answer'), found.sealed) };
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
