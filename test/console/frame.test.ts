import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { SESSION_COOKIE } from '../../src/console/frame/cookies.js';
import { Idempotency } from '../../src/console/frame/idempotency.js';
import { languageOf } from '../../src/console/frame/language.js';
import { json, type Route } from '../../src/console/frame/route.js';
import type { Problem } from '../../src/console/frame/problem.js';
import { checkRoutes } from '../../src/console/frame/server.js';
import { personOf, RedisStand, Stand } from '../support/console/stand.js';

const answer = z.object({ said: z.string() });

/** Routes whose only effect is a count. */
class Counting {
  done = 0;
  readonly routes: Route[] = [
    json({
      method: 'GET',
      path: '/open',
      summary: 'for everybody',
      needs: 'public',
      audit: 'nothing',
      answer,
      handle: () => ({ said: 'open' }),
    }),
    json({
      method: 'GET',
      path: '/audit-only/:id',
      summary: 'for who reads the audit log',
      needs: 'audit.read',
      params: z.object({ id: z.string().max(5) }),
      audit: ({ params }) => ({ event: 'search', facts: { filters: [params.id] } }),
      answer,
      handle: ({ params }) => ({ said: `read ${params.id} ${++this.done}` }),
    }),
    json({
      method: 'GET',
      path: '/asked-by-itself',
      summary: 'what a page asks without anybody',
      needs: 'person',
      audit: 'nothing',
      quiet: true,
      answer,
      handle: () => ({ said: 'nothing' }),
    }),
    json({
      method: 'POST',
      path: '/settings',
      summary: 'a command',
      needs: 'settings.change',
      body: z.strictObject({ value: z.string().max(10) }),
      audit: () => ({ event: 'settings', facts: { path: 'office.name' } }),
      answer,
      handle: ({ body }) => ({ said: `${body.value} ${++this.done}` }),
    }),
    json({
      method: 'POST',
      path: '/fails',
      summary: 'a command that fails in a way that nobody expected',
      needs: 'person',
      audit: 'nothing',
      answer,
      handle: () => {
        throw new Error('secret innards');
      },
    }),
  ];
}

describe('the frame of the API', function () {
  let redis: RedisStand;
  let stand: Stand;
  let counting: Counting;
  before(async () => void (redis = await RedisStand.start()));
  after(() => redis.close());
  beforeEach(async () => {
    counting = new Counting();
    stand = await new Stand(redis.redis).open(counting.routes);
  });
  afterEach(() => stand.http.close());

  describe('a route that does not say what it needs', () => {
    const route = (change: object): Route => ({ ...counting.routes[0], ...change }) as Route;
    it('does not start', () => {
      expect(() => checkRoutes([route({ needs: undefined })])).to.throw(/GET \/open declares no permission/);
      expect(() => checkRoutes([route({ needs: 'everything' })])).to.throw(/declares no permission/);
    });
    it('does not start without saying what is in the audit log', () => {
      expect(() => checkRoutes([route({ audit: undefined })])).to.throw(/audit log/);
    });
    it('does not start when it is there twice', () => {
      expect(() => checkRoutes([route({}), route({})])).to.throw(/twice/);
    });
  });

  describe('who may', () => {
    it('is nobody without a session', async () => {
      const reply = await stand.get('/audit-only/a');
      expect(reply.statusCode).to.equal(401);
      expect(reply.headers['content-type']).to.equal('application/problem+json; charset=utf-8');
      expect(counting.done).to.equal(0);
    });
    it('is who has the role; it is in the audit log with the role used', async () => {
      const reply = await stand.get('/audit-only/a', await stand.visitor(personOf('anna', 'auditor')));
      expect(reply.json()).to.deep.equal({ said: 'read a 1' });
      expect(stand.audited).to.deep.equal([
        {
          event: 'search',
          facts: { filters: ['a'] },
          role: 'auditor',
          actor: { by: 'account', id: 'anna' },
          personal: { source: '127.0.0.1' },
        },
      ]);
    });
    it('is not who has another, and that is in the audit log', async () => {
      const reply = await stand.get('/audit-only/a', await stand.visitor(personOf('anna', 'front_office')));
      expect(reply.statusCode).to.equal(403);
      expect(counting.done).to.equal(0);
      expect(stand.audited.map(({ event, facts }) => ({ event, facts }))).to.deep.equal([
        { event: 'refused', facts: { permission: 'audit.read', why: 'role', route: 'GET /api/v1/audit-only/:id' } },
      ]);
    });
    it('is not an account that is gone, and its session ends', async () => {
      const visitor = await stand.visitor(personOf('anna', 'auditor'));
      stand.people.delete('anna');
      const reply = await stand.get('/audit-only/a', visitor);
      expect(reply.statusCode).to.equal(401);
      expect(reply.headers['set-cookie']).to.match(/Max-Age=0/);
      stand.people.set('anna', personOf('anna', 'auditor'));
      expect((await stand.get('/audit-only/a', visitor)).statusCode).to.equal(401);
    });
    it('is nobody as long as the audit log cannot be written', async () => {
      const visitor = await stand.visitor(personOf('anna', 'auditor'));
      stand.auditBroken = true;
      const reply = await stand.get('/audit-only/a', visitor);
      expect(reply.statusCode).to.equal(503);
      expect(reply.json()).to.include({ type: '/problems/audit-unavailable' });
      expect(counting.done).to.equal(0);
    });
    it('is unknown while Redis is away: it says so', async () => {
      const visitor = await stand.visitor(personOf('anna', 'auditor'));
      stand.redisAway = true;
      const reply = await stand.get('/audit-only/a', visitor);
      expect(reply.statusCode).to.equal(503);
      expect(reply.json<{ detail: string }>().detail).to.match(/Redis/);
      expect(reply.headers['retry-after']).to.equal('5');
    });
  });

  describe('a command', () => {
    const admin = personOf('adam', 'administrator');
    it('is done for our own page', async () => {
      const reply = await stand.post('/settings', { value: 'x' }, await stand.visitor(admin));
      expect(reply.json()).to.deep.equal({ said: 'x 1' });
    });
    for (const [what, headers] of [
      ['without an origin', { origin: '' }],
      ['from another site', { origin: 'https://evil.example' }],
      ['from no site that can be named', { origin: 'null' }],
      ['that the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
      ['that the browser calls same-site', { 'sec-fetch-site': 'same-site' }],
      ['without the token', { 'x-halina-token': '' }],
      ["with another session's token", { 'x-halina-token': 'A'.repeat(32) }],
    ] as const) {
      it(`${what} is not`, async () => {
        const reply = await stand.post('/settings', { value: 'x' }, await stand.visitor(admin), headers);
        expect(reply.statusCode).to.equal(403);
        expect(reply.json()).to.include({ type: '/problems/cross-site' });
        expect(counting.done).to.equal(0);
      });
    }
    it('as a form of another page sends it is not read', async () => {
      const visitor = await stand.visitor(admin);
      const reply = await stand.post('/settings', { value: 'x' }, visitor, { 'content-type': 'text/plain' });
      expect(reply.statusCode).to.equal(415);
      expect(counting.done).to.equal(0);
    });
    it('that is wrong names the fields', async () => {
      const reply = await stand.post('/settings', { value: 'x'.repeat(11), more: 1 }, await stand.visitor(admin));
      expect(reply.statusCode).to.equal(422);
      expect(reply.json<{ fields: { field: string }[] }>().fields.map(({ field }) => field)).to.deep.equal([
        'value',
        '',
      ]);
    });
    it('that is too large is not read', async () => {
      const reply = await stand.post('/settings', { value: 'x'.repeat(70_000) }, await stand.visitor(admin));
      expect(reply.statusCode).to.equal(413);
    });
    it('that pretends to be of another prototype is not read', async () => {
      const visitor = await stand.visitor(admin);
      const reply = await stand.http.inject({
        method: 'POST',
        url: '/api/v1/settings',
        headers: { origin: 'http://127.0.0.1:8444', cookie: visitor.cookie, 'x-halina-token': visitor.token, 'content-type': 'application/json' }, // prettier-ignore
        payload: '{"value":"x","__proto__":{"isAdmin":true}}',
      });
      expect(reply.statusCode).to.equal(400);
    });
    it('that fails tells nothing of its innards', async () => {
      const reply = await stand.post('/fails', {}, await stand.visitor(admin));
      expect(reply.statusCode).to.equal(500);
      expect(reply.body).not.to.match(/innards/);
    });

    it('with the same key is done once, and answered alike', async () => {
      const visitor = await stand.visitor(admin);
      const once = { 'idempotency-key': 'key-12345' };
      const replies = [
        await stand.post('/settings', { value: 'x' }, visitor, once),
        await stand.post('/settings', { value: 'x' }, visitor, once),
      ];
      expect(replies.map((reply) => reply.json<unknown>())).to.deep.equal([{ said: 'x 1' }, { said: 'x 1' }]);
      expect(replies.map(({ headers }) => headers['idempotency-replayed'])).to.deep.equal([undefined, 'true']);
    });
    it('with a key leaves neither its answer nor what it said in Redis', async () => {
      const visitor = await stand.visitor(admin);
      const once = { 'idempotency-key': 'key-12345' };
      const reply = await stand.post('/settings', { value: 'geheim' }, visitor, once);
      const names = await redis.redis.keys('*:once:*');
      const kept = (await Promise.all(names.map((name) => redis.redis.get(name)))).join('\n');
      expect(names).to.have.length(1);
      expect(kept).not.to.include('geheim').and.not.include(Buffer.from(reply.body).toString('base64').slice(0, 20));
      const command = JSON.stringify(['POST', '/api/v1/settings', { value: 'geheim' }]);
      expect(kept, 'what a guess can be held against').not.to.include(
        createHash('sha256').update(command).digest('hex'),
      );
    });
    it('that is done is answered as done though Redis goes in between', async () => {
      let [done, isAway] = [0, false];
      const set = (name: string, text: string, _: 'PX', ms: number): Promise<string | null> =>
        isAway ? Promise.reject(new Error('Connection is closed.')) : redis.redis.set(name, text, 'PX', ms, 'NX');
      const link = { set, get: (name: string) => redis.redis.get(name), del: (name: string) => redis.redis.del(name) };
      const once = new Idempotency(() => link as unknown as Redis, '{test}');
      const command = { person: 'anna', key: 'key-67890', method: 'POST', url: '/x', body: {} };
      const work = (): Promise<{ status: number; body: unknown }> => {
        isAway = true;
        return Promise.resolve({ status: 200, body: ++done });
      };
      expect(await once.once(command, work)).to.deep.equal({ status: 200, body: 1, again: false });
      isAway = false;
      const again = await once.once(command, work).catch((error: Problem) => error.kind);
      expect([again, done]).to.deep.equal(['conflict', 1]);
    });
    it('with the same key that says something else is refused', async () => {
      const visitor = await stand.visitor(admin);
      const once = { 'idempotency-key': 'key-12345' };
      await stand.post('/settings', { value: 'x' }, visitor, once);
      expect((await stand.post('/settings', { value: 'y' }, visitor, once)).statusCode).to.equal(422);
      expect(counting.done).to.equal(1);
    });
    it('with the same key of another person is another one', async () => {
      const once = { 'idempotency-key': 'key-12345' };
      await stand.post('/settings', { value: 'x' }, await stand.visitor(admin), once);
      await stand.post('/settings', { value: 'x' }, await stand.visitor(personOf('beata', 'administrator')), once);
      expect(counting.done).to.equal(2);
    });
  });

  describe('sessions', () => {
    const auditor = personOf('anna', 'auditor');
    it('are not opened by anything but their token', async () => {
      const visitor = await stand.visitor(auditor);
      for (const cookie of [
        `${SESSION_COOKIE}=${visitor.session}`,
        `halina=${visitor.cookie.split('=')[1]}`,
        `${visitor.cookie}; ${visitor.cookie}`,
        `${SESSION_COOKIE}=../../x`,
      ])
        expect((await stand.get('/audit-only/a', { ...visitor, cookie })).statusCode, cookie).to.equal(401);
    });
    it('get a new token after a quarter of an hour; the old one opens for half a minute more', async () => {
      const visitor = await stand.visitor(auditor);
      stand.clock.advance(15 * 60_000);
      const reply = await stand.get('/audit-only/a', visitor);
      const cookie = String(reply.headers['set-cookie']).split(';')[0] ?? '';
      expect(cookie)
        .to.match(/^__Host-halina=[\w-]{43}$/)
        .and.not.equal(visitor.cookie);
      expect(String(reply.headers['set-cookie'])).to.equal(`${cookie}; Path=/; Secure; HttpOnly; SameSite=Strict`);
      expect((await stand.get('/audit-only/a', { ...visitor, cookie })).statusCode).to.equal(200);
      const again = await stand.get('/audit-only/a', visitor);
      expect([again.statusCode, again.headers['set-cookie']]).to.deep.equal([200, undefined]);
      const names = (await redis.redis.keys('{test}:session:*')).filter((name) => !name.endsWith(':rotated'));
      const lives = await Promise.all(names.map((name) => redis.redis.pttl(name)));
      expect(lives.toSorted((a, b) => a - b)[0]).to.be.within(1, 30_000);
    });
    it('live no longer than their idle time in Redis', async () => {
      await stand.visitor(auditor);
      const [name = ''] = await redis.redis.keys('{test}:session:*');
      expect(await redis.redis.pttl(name)).to.be.within(1_100_000, 1_200_000);
    });
    it('are not prolonged by what a page asks by itself, but by what a person does', async () => {
      const visitor = await stand.visitor(auditor);
      const [name = ''] = await redis.redis.keys('{test}:session:*');
      const about = { id: visitor.session, person: 'anna', startedAt: stand.clock.now() };
      await redis.redis.pexpire(name, 60_000);
      expect((await stand.get('/asked-by-itself', visitor)).statusCode).to.equal(200);
      const left = await stand.sessions.left(about);
      expect(left).to.include({ idleMs: 1_200_000, endsInMs: 36_000_000 });
      expect(left?.leftMs).to.be.within(1, 60_000);
      await stand.get('/audit-only/a', visitor);
      expect((await stand.sessions.left(about))?.leftMs).to.be.within(1_100_000, 1_200_000);
      await stand.sessions.endAll('anna');
      expect(await stand.sessions.left(about)).to.equal(undefined);
    });
    it('end after ten hours whatever happens', async () => {
      const visitor = await stand.visitor(auditor);
      stand.clock.advance(10 * 3_600_000);
      expect((await stand.get('/audit-only/a', visitor)).statusCode).to.equal(401);
    });
    it('are not in Redis by a token that opens them', async () => {
      const visitor = await stand.visitor(auditor);
      const token = visitor.cookie.split('=')[1] ?? '';
      const names = await redis.redis.keys('*');
      const values = await Promise.all(
        names.filter((name) => name.includes(':session:')).map((name) => redis.redis.get(name)),
      );
      expect([...names, ...values].join(' ')).not.to.contain(token);
    });
    it('of one person can all be ended at once', async () => {
      const [one, two] = [await stand.visitor(auditor), await stand.visitor(auditor)];
      const ended: string[] = [];
      stand.sessions.onEnded((id) => ended.push(id));
      await stand.sessions.endAll('anna', two.session);
      expect((await stand.get('/audit-only/a', one)).statusCode).to.equal(401);
      expect((await stand.get('/audit-only/a', two)).statusCode).to.equal(200);
      expect(ended).to.deep.equal([one.session]);
    });
  });

  describe('an answer', () => {
    it('forbids everything to a browser but what comes from here', async () => {
      const { headers } = await stand.get('/open');
      expect(headers['content-security-policy']).to.match(/^default-src 'none'; script-src 'self'; style-src 'self';/);
      expect(headers['content-security-policy'])
        .to.match(/frame-ancestors 'none'/)
        .and.not.match(/unsafe/);
      expect(headers).to.include({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    });
    it('is not sent again to whoever has it', async () => {
      const first = await stand.get('/open');
      const again = await stand.get('/open', undefined, { 'if-none-match': String(first.headers.etag) });
      expect([again.statusCode, again.body]).to.deep.equal([304, '']);
    });
    it('is in the language that is asked for, and in Polish for everyone else', async () => {
      const detail = async (language: string): Promise<string> =>
        (await stand.get('/audit-only/a', undefined, { 'accept-language': language })).json<{ detail: string }>()
          .detail;
      expect(await detail('en-GB')).to.match(/Please log in/);
      expect(await detail('de')).to.match(/Zaloguj się/);
      expect(languageOf('de, en;q=0.3, pl;q=0.8')).to.equal('pl');
      expect(languageOf('pl;q=0, en')).to.equal('en');
    });
    it('to a path that is nowhere is a problem too', async () => {
      const reply = await stand.get('/nowhere');
      expect([reply.statusCode, reply.json<{ type: string }>().type]).to.deep.equal([404, '/problems/not-found']);
    });
  });

  it('describes itself: each route with its permission', async () => {
    const { paths, openapi } = (await stand.get('/openapi.json')).json<{
      openapi: string;
      paths: Record<string, Record<string, object>>;
    }>();
    expect(openapi).to.equal('3.1.0');
    expect(Object.keys(paths)).to.have.members([
      '/open',
      '/audit-only/{id}',
      '/asked-by-itself',
      '/settings',
      '/fails',
    ]);
    expect(paths['/settings']?.post).to.include({ 'x-permission': 'settings.change' });
  });
});
