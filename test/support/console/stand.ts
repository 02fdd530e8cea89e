/** The console's frame with a real Redis, people made by hand and an audit log that is a list. */
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import type { Redis } from 'ioredis';
import { connectRedis } from '../../../src/archive/redis-link.js';
import { RedisServer } from '../../../src/archive/redis-server.js';
import type { Person } from '../../../src/accounts/judge.js';
import type { Role } from '../../../src/accounts/roles.js';
import type { AuditEvent } from '../../../src/audit/events.js';
import { checkEvent } from '../../../src/audit/events.js';
import { systemClock } from '../../../src/base/clock.js';
import { HalinaError } from '../../../src/base/errors.js';
import { silentLog } from '../../../src/base/log.js';
import { consoleSection } from '../../../src/config/console.js';
import { build } from '../../../src/console/console-server.js';
import { Idempotency } from '../../../src/console/frame/idempotency.js';
import type { Route } from '../../../src/console/frame/route.js';
import { SessionStore } from '../../../src/console/sessions/session-store.js';
import { SESSION_COOKIE } from '../../../src/console/frame/cookies.js';
import { VirtualClock } from '../virtual-clock.js';

export const ORIGIN = 'http://127.0.0.1:8444';

export class RedisStand {
  private constructor(
    private readonly data: string,
    private readonly server: RedisServer,
    readonly redis: Redis,
  ) {}

  static async start(): Promise<RedisStand> {
    const data = mkdtempSync(join(tmpdir(), 'halina-console-'));
    const server = await RedisServer.start({ data, clock: systemClock, log: silentLog });
    const redis = connectRedis({ socket: server.socket }, silentLog);
    await once(redis, 'ready');
    return new RedisStand(data, server, redis);
  }

  /** The server goes, and stays away. */
  away(): Promise<void> {
    return this.server.close();
  }

  async close(): Promise<void> {
    this.redis.disconnect();
    await this.server.close();
    rmSync(this.data, { recursive: true, force: true });
  }
}

export const personOf = (id: string, ...roles: Role[]): Person => ({
  id,
  login: id,
  name: `Osoba ${id}`,
  roles,
  units: [],
  extensions: [],
});

export interface Visitor {
  readonly cookie: string;
  readonly token: string;
  readonly session: string;
}

export class Stand {
  readonly clock = new VirtualClock();
  readonly audited: AuditEvent[] = [];
  readonly people = new Map<string, Person>();
  /** While set, nothing can be written to the audit log. */
  auditBroken = false;
  redisAway = false;
  readonly sessions: SessionStore;
  http!: FastifyInstance;

  constructor(private readonly redis: Redis) {
    const link = (): Redis | undefined => (this.redisAway ? undefined : this.redis);
    this.sessions = new SessionStore(link, '{test}', { idle: 1_200_000, absolute: 36_000_000 }, this.clock);
  }

  async open(routes: readonly Route[]): Promise<this> {
    await this.redis.flushall();
    const append = (event: AuditEvent): Promise<void> => {
      checkEvent(event);
      if (this.auditBroken) return Promise.reject(new HalinaError('AUDIT_FAILED', 'no room'));
      this.audited.push(event);
      return Promise.resolve();
    };
    this.http = await build({
      settings: consoleSection.parse({}),
      routes,
      pages: '/nonexistent',
      sessions: this.sessions,
      people: (id) => this.people.get(id),
      audit: { append },
      idempotency: new Idempotency(() => (this.redisAway ? undefined : this.redis), '{test}'),
      origins: () => new Set([ORIGIN]),
      info: { title: 'Halina', version: '1' },
      log: silentLog,
    });
    return this;
  }

  async visitor(person: Person): Promise<Visitor> {
    this.people.set(person.id, person);
    const about = { person: person.id, source: '127.0.0.1', userAgent: 'test' };
    const { session, token } = await this.sessions.start(about);
    return { cookie: `${SESSION_COOKIE}=${token}`, token: session.csrf, session: session.id };
  }

  get(path: string, visitor?: Visitor, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
    return this.http.inject({
      method: 'GET',
      url: `/api/v1${path}`,
      headers: { ...(visitor ? { cookie: visitor.cookie } : {}), ...headers },
    });
  }

  /** As the page sends it, unless `headers` say otherwise; an empty header is left out. */
  post(
    path: string,
    body: object,
    visitor?: Visitor,
    headers: Record<string, string> = {},
  ): Promise<LightMyRequestResponse> {
    const all: Record<string, string> = {
      origin: ORIGIN,
      'sec-fetch-site': 'same-origin',
      ...(visitor ? { cookie: visitor.cookie, 'x-halina-token': visitor.token } : {}),
      ...headers,
    };
    const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
    return this.http.inject({ method: 'POST', url: `/api/v1${path}`, headers: sent, payload: body });
  }
}
