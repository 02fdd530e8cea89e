/**
 * Sessions in Redis, by the hash of their token: whoever reads Redis has no token. A session has one key with the idle time
 * as its time to live, and stands in its person's set, so that all of a person's sessions can be ended at once.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Clock } from '../../base/clock.js';
import { OVERLAP_MS, ROTATE_MS, type Session, type SessionLimits } from './session.js';

const stored = z.strictObject({
  id: z.string(),
  person: z.string(),
  csrf: z.string(),
  source: z.string(),
  userAgent: z.string(),
  startedAt: z.number(),
  provedAt: z.number(),
  rotatedAt: z.number(),
  limited: z.enum(['second-factor', 'password']).optional(),
});

/** What a person's set says of each of their sessions. `key`: of its current token. */
const listed = z.object({ startedAt: z.number(), source: z.string(), userAgent: z.string(), key: z.string() });

/** One of a person's sessions, as they may see it. */
export interface OwnSession {
  readonly id: string;
  /** Unix milliseconds. */
  readonly startedAt: number;
  readonly source: string;
  readonly userAgent: string;
}

const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const random = (bytes: number): string => randomBytes(bytes).toString('base64url');
const hash = (token: string): string => createHash('sha256').update(token).digest('hex');

export interface Opened {
  readonly session: Session;
  /** Where the token was exchanged: the new one. */
  readonly token?: string;
}

/** How long a session lasts yet, milliseconds. */
export interface Left {
  /** Without a request for so long it is over. */
  readonly idleMs: number;
  /** Until it is over if there is none from now on. */
  readonly leftMs: number;
  /** Until it is over whatever happens. */
  readonly endsInMs: number;
}

export class SessionStore {
  readonly #ended: ((session: string) => void)[] = [];

  /** `tag`: a Redis hash tag that all keys share. */
  constructor(
    private readonly redis: () => Redis | undefined,
    private readonly tag: string,
    private readonly limits: SessionLimits,
    private readonly clock: Clock,
  ) {}

  /** Called with the id of each session that is ended here, so that what hangs on it ends too. */
  onEnded(listener: (session: string) => void): void {
    this.#ended.push(listener);
  }

  /** A new session with a new token, whatever was there before. */
  async start(
    about: Pick<Session, 'person' | 'source' | 'userAgent'> & Partial<Pick<Session, 'limited'>>,
  ): Promise<Opened & { token: string }> {
    const now = this.clock.now();
    const session: Session = {
      ...about,
      id: random(12),
      csrf: random(24),
      startedAt: now,
      provedAt: now,
      rotatedAt: now,
    };
    const token = random(32);
    await this.#save(session, token);
    return { session, token };
  }

  /** The session that a token opens; `use`: it counts as used now. Undefined where there is none. */
  async open(token: string, how: 'use' | 'look' = 'use'): Promise<Opened | undefined> {
    if (!TOKEN.test(token)) return undefined;
    const text = await this.#redis.get(this.#key(token));
    if (text === null) return undefined;
    const session = readSession(text);
    const now = this.clock.now();
    if (!session || now - session.startedAt >= this.limits.absolute) return undefined;
    // Ended while this token's key outlived it: the set of ids is what counts.
    if ((await this.#redis.hexists(this.#ofPerson(session.person), session.id)) === 0) return undefined;
    if (how === 'look') return { session };
    if (now - session.rotatedAt < ROTATE_MS) {
      await this.#touch(token, session);
      return { session };
    }
    return this.#rotate(session, token);
  }

  /** How long it lasts; undefined where it is over. */
  async left(session: Pick<Session, 'id' | 'person' | 'startedAt'>): Promise<Left | undefined> {
    const text = await this.#redis.hget(this.#ofPerson(session.person), session.id);
    if (text === null) return undefined;
    const leftMs = await this.#redis.pttl(listed.parse(JSON.parse(text)).key);
    const endsInMs = session.startedAt + this.limits.absolute - this.clock.now();
    return leftMs < 0 ? undefined : { idleMs: this.limits.idle, leftMs, endsInMs };
  }

  /** One that is not this person's, or has ended already, ends nothing. */
  async end(session: Pick<Session, 'id' | 'person'>): Promise<void> {
    if ((await this.#redis.hdel(this.#ofPerson(session.person), session.id)) === 0) return;
    for (const listener of this.#ended) listener(session.id);
  }

  /** Ends all of a person's sessions, but for one. */
  async endAll(person: string, except?: string): Promise<void> {
    const ids = await this.#redis.hkeys(this.#ofPerson(person));
    const ending = ids.filter((id) => id !== except);
    if (ending.length === 0) return;
    await this.#redis.hdel(this.#ofPerson(person), ...ending);
    for (const id of ending) for (const listener of this.#ended) listener(id);
  }

  /** Those of a person that are still open, the newest first. */
  async list(person: string): Promise<OwnSession[]> {
    const all = await this.#redis.hgetall(this.#ofPerson(person));
    const found: OwnSession[] = [];
    for (const [id, text] of Object.entries(all)) {
      const { key, ...about } = listed.parse(JSON.parse(text));
      if ((await this.#redis.exists(key)) === 1) found.push({ id, ...about });
    }
    return found.sort((a, b) => b.startedAt - a.startedAt);
  }

  /** Whether it is still there, by its id. */
  async isOpen(session: Pick<Session, 'id' | 'person'>): Promise<boolean> {
    return (await this.#redis.hexists(this.#ofPerson(session.person), session.id)) === 1;
  }

  async #rotate(session: Session, old: string): Promise<Opened> {
    const renewed = { ...session, rotatedAt: this.clock.now() };
    // Of two requests at once only one exchanges the token; the other is let in with the old one.
    const first = await this.#redis.set(`${this.#key(old)}:rotated`, '1', 'PX', OVERLAP_MS * 2, 'NX');
    if (first === null) return { session };
    const token = random(32);
    await this.#save(renewed, token);
    await this.#redis.pexpire(this.#key(old), OVERLAP_MS);
    return { session: renewed, token };
  }

  async #save(session: Session, token: string): Promise<void> {
    const left = Math.max(1, session.startedAt + this.limits.absolute - this.clock.now());
    await this.#redis
      .multi()
      .set(this.#key(token), JSON.stringify(session), 'PX', Math.min(this.limits.idle, left))
      .hset(this.#ofPerson(session.person), session.id, JSON.stringify(this.#listed(session, token)))
      .pexpire(this.#ofPerson(session.person), this.limits.absolute)
      .exec();
  }

  #listed({ startedAt, source, userAgent }: Session, token: string): z.infer<typeof listed> {
    return { startedAt, source, userAgent, key: this.#key(token) };
  }

  async #touch(token: string, session: Session): Promise<void> {
    const left = session.startedAt + this.limits.absolute - this.clock.now();
    await this.#redis.pexpire(this.#key(token), Math.max(1, Math.min(this.limits.idle, left)));
  }

  get #redis(): Redis {
    const redis = this.redis();
    if (!redis) throw new Error('there is no Redis');
    return redis;
  }

  #key(token: string): string {
    return `${this.tag}:session:${hash(token)}`;
  }

  #ofPerson(person: string): string {
    return `${this.tag}:sessions:${person}`;
  }
}

function readSession(text: string): Session | undefined {
  const parsed = stored.safeParse(JSON.parse(text));
  if (!parsed.success) return undefined;
  const { limited, ...rest } = parsed.data;
  return limited ? { ...rest, limited } : rest;
}
