import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import type { Archive } from '../../../src/archive/archive.js';
import { RedisBindingStore } from '../../../src/archive/binding-store.js';
import { formatEntry, numberBits, parseEntry } from '../../../src/archive/index-entry.js';
import { RedisKeys } from '../../../src/archive/redis-keys.js';
import { connectRedis } from '../../../src/archive/redis-link.js';
import { RedisServer } from '../../../src/archive/redis-server.js';
import type { CallQuery } from '../../../src/archive/search.js';
import type { Difference } from '../../../src/archive/verify.js';
import { systemClock } from '../../../src/base/clock.js';
import { silentLog } from '../../../src/base/log.js';
import type { BindingStore } from '../../../src/calls/ports.js';
import type { CallEntry } from '../../../src/entry/call-entry.js';
import type { Binding } from '../../../src/entry/binding.js';
import { DAY, endedEntry, entryAt, openArchive, policy, recordCall } from '../../support/archive-fixture.js';
import type { Fixture } from '../../support/archive-fixture.js';
import { VirtualClock } from '../../support/virtual-clock.js';

async function collect(differences: AsyncIterable<Difference>): Promise<Difference[]> {
  const found: Difference[] = [];
  for await (const difference of differences) found.push(difference);
  return found;
}

/** The next event of that name; a connection that errs on the way is what some tests are about. */
const event = (redis: Redis, name: 'ready' | 'end' | 'close'): Promise<void> =>
  new Promise((resolve) => redis.once(name, () => resolve()));

/** All pages of a search, and by what it was answered. */
async function everyPage(
  archive: Archive,
  query: CallQuery,
): Promise<{ ids: string[]; by: Set<string>; pages: number }> {
  const ids: string[] = [];
  const by = new Set<string>();
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = await archive.search(cursor === undefined ? query : { ...query, cursor });
    ids.push(...page.calls.map(({ entry }) => entry.id));
    by.add(page.answeredBy);
    cursor = page.next;
    pages += 1;
  } while (cursor !== undefined);
  return { ids, by, pages };
}

describe('the archive with a Redis of its own', () => {
  let data = '';
  let server: RedisServer;
  let redis: Redis;
  const links: Redis[] = [];

  before(async () => {
    data = mkdtempSync(join(tmpdir(), 'halina-redis-'));
    server = await RedisServer.start({ data, clock: systemClock, log: silentLog });
  });
  after(async () => {
    await server.close();
    rmSync(data, { recursive: true, force: true });
  });
  beforeEach(async () => {
    redis = await link();
    await redis.flushall();
  });
  afterEach(() => {
    for (const other of links.splice(0)) other.disconnect();
  });

  async function link(): Promise<Redis> {
    const redis = connectRedis({ socket: server.socket }, silentLog);
    links.push(redis);
    if (redis.status !== 'ready') await event(redis, 'ready');
    return redis;
  }

  const odd = ['+48 22 *?[a]\\', '"; FLUSHALL\r\n', '$(reboot)', '{halina:x}', 'zażółć\0'];

  /** Twelve calls of several kinds, a minute apart. */
  async function someCalls(fixture: Fixture): Promise<CallEntry[]> {
    const entries: CallEntry[] = [];
    for (let i = 0; i < 12; i++) {
      const entry = entryAt(fixture.clock.now(), {
        direction: i % 3 === 0 ? 'outbound' : 'inbound',
        trunk: i % 2 === 0 ? 'provider' : 'second',
        employee: { extension: i % 4 === 0 ? '202' : '201' },
        outside: { signalled: odd[i % odd.length] ?? '', withheld: false },
      });
      entries.push(await recordCall(fixture, 2, entry));
      fixture.clock.advance(58_000);
    }
    await fixture.archive.idle();
    return entries;
  }

  it('answers every search as memory does, page by page, whatever stands in a number', async () => {
    const units = new Map([['202', 'Rada']]);
    const fixture = await openArchive({ redis, policy: { ...policy, units } });
    const { archive, files, clock } = fixture;
    const entries = await someCalls(fixture);
    const [first, second] = entries;
    if (!first || !second) throw new Error('twelve calls');
    await archive.annotate(first.id, { text: 'Kowalska: skarga na opłatę', by: 'sekretarz' });
    await archive.annotate(second.id, { text: 'Nowak', by: 'sekretarz' });
    await archive.hold(first.id, { by: 'sekretarz', kind: 'request', reason: 'a request' });
    await archive.indexed();
    const alone = (await openArchive({ files, clock })).archive;
    await alone.idle();
    const middle = entries[6]?.startedAt ?? 0;
    const queries: CallQuery[] = [
      {},
      { limit: 5 },
      { limit: 1 },
      { from: middle },
      { to: middle, limit: 4 },
      { direction: 'outbound' },
      { extension: '202', direction: 'inbound', limit: 2 },
      { trunk: 'second', extension: '201', from: entries[2]?.startedAt ?? 0, to: entries[9]?.startedAt ?? 0 },
      { phase: 'recorded' },
      { phase: 'evicted' },
      { number: 'nobody' },
      { numberEnd: 'boot)' },
      { numberEnd: 'ot)' },
      { numberEnd: 'łć\0', number: 'zażółć\0' },
      { unit: 'Rada', limit: 3 },
      { unit: 'Rada', trunk: 'second', phase: 'recorded' },
      { held: true },
      { held: true, note: 'KOWALSKA' },
      { note: 'kowal skarg' },
      { note: 'ow' },
      { note: 'nobody' },
      ...odd.map((number) => ({ number, limit: 2 })),
    ];
    for (const query of queries) {
      const fromIndex = await everyPage(archive, query);
      const fromMemory = await everyPage(alone, query);
      expect([...fromIndex.by]).to.deep.equal(['index']);
      expect([...fromMemory.by]).to.deep.equal(['journal']);
      expect(fromIndex, JSON.stringify(query)).to.deep.include({ ids: fromMemory.ids, pages: fromMemory.pages });
    }
    expect((await everyPage(archive, {})).ids).to.deep.equal(entries.map(({ id }) => id).reverse());
    const [found] = (await archive.search({ number: odd[0] ?? '' })).calls;
    expect(found?.state).to.deep.equal((await archive.find(found?.entry.id ?? entryAt(0).id))?.state);
    expect(await collect(archive.verify())).to.deep.equal([]);
    const keys = await redis.keys('*');
    expect(keys.every((key) => key.startsWith(`{halina:${archive.id}}:`))).to.equal(true);
  });

  it('pages rightly through calls of one and the same instant', async () => {
    const fixture = await openArchive({ redis });
    const at = fixture.clock.now();
    const entries = Array.from({ length: 7 }, () => entryAt(at));
    for (const entry of entries) await fixture.archive.ledger.begin(entry);
    await fixture.archive.indexed();
    const { ids, pages, by } = await everyPage(fixture.archive, { limit: 2 });
    expect([...by]).to.deep.equal(['index']);
    expect(pages).to.equal(4);
    expect(ids).to.deep.equal(
      entries
        .map(({ id }) => id)
        .sort()
        .reverse(),
    );
  });

  it('shows a call from its beginning, and in the lists of what it became', async () => {
    const { archive, clock } = await openArchive({ redis });
    const { employee, ...ringing } = entryAt(clock.now());
    await archive.ledger.begin(ringing);
    await archive.indexed();
    expect((await archive.search({ phase: 'running' })).calls).to.have.length(1);
    archive.ledger.update({ ...ringing, employee: { extension: '205' } });
    archive.ledger.update({ ...ringing, employee: { extension: '206' } });
    clock.advance(1000);
    await archive.ledger.end(endedEntry({ ...ringing, employee: { extension: '206' } }, clock.now()), undefined);
    await archive.indexed();
    for (const [extension, count] of Object.entries({ 205: 0, 206: 1, [employee?.extension ?? '']: 0 })) {
      expect((await archive.search({ extension })).calls, extension).to.have.length(count);
    }
    expect((await archive.search({ phase: 'running' })).calls).to.have.length(0);
  });

  it('is written anew when Redis was emptied, by itself and by reindex', async () => {
    const fixture = await openArchive({ redis });
    const { archive, clock } = fixture;
    await someCalls(fixture);
    await archive.indexed();
    await redis.flushall();
    clock.advance(5000);
    await archive.idle();
    await archive.indexed();
    expect(await collect(archive.verify())).to.deep.equal([]);
    await redis.flushall();
    await redis.set('another', 'stays');
    await redis.hset(new RedisKeys(archive.id).entries(0), '77', 'ghost');
    await archive.reindex();
    expect((await everyPage(archive, {})).ids).to.have.length(12);
    expect(await collect(archive.verify())).to.deep.equal([]);
    expect(await redis.get('another')).to.equal('stays');
  });

  it('names what differs between journal and index', async () => {
    const fixture = await openArchive({ redis });
    const { archive } = fixture;
    const entries = await someCalls(fixture);
    await archive.indexed();
    const keys = new RedisKeys(archive.id);
    const [gone, unlisted, stale, ended] = entries.map(({ id }) => id);
    await redis.hdel(keys.entries(0), '0');
    await redis.setbit(keys.bits(0, 'trunk', 'second'), 1, 0);
    const third = parseEntry(await redis.hget(keys.entries(0), '2'));
    if (!third) throw new Error('three calls');
    await redis.hset(keys.entries(0), '2', formatEntry({ ...third, seq: 1 }));
    for (const [attribute, value] of numberBits(odd[3] ?? '')) await redis.setbit(keys.bits(0, attribute, value), 3, 0);
    const stranger = entryAt(5).id;
    await redis.hset(keys.entries(0), '77', formatEntry({ ...third, id: stranger }));
    const found = await collect(archive.verify());
    expect(found.map(({ kind, id }) => `${kind} ${id}`).sort()).to.deep.equal(
      [
        `index-missing ${gone}`,
        `index-missing ${unlisted}`,
        `index-missing ${stale}`,
        `index-missing ${ended}`,
        `index-unknown ${stranger}`,
      ].sort(),
    );
    await archive.reindex();
    expect(await collect(archive.verify())).to.deep.equal([]);
  });

  it('catches up with what happened, and what was forgotten, while nobody followed', async () => {
    const fixture = await openArchive({ redis, policy: { ...policy, keepMetadata: DAY, maxAge: DAY } });
    const { archive, files, clock } = fixture;
    const early = await someCalls(fixture);
    await archive.indexed();
    await archive.close();

    const without = await openArchive({ files, clock, policy: { ...policy, keepMetadata: DAY, maxAge: DAY } });
    clock.advance(DAY);
    await without.archive.idle();
    clock.advance(2 * DAY);
    await without.archive.idle();
    clock.advance(DAY);
    await without.archive.idle();
    expect(await without.archive.find(early[0]?.id ?? entryAt(0).id)).to.equal(undefined);
    const late = await recordCall({ ...without }, 3);
    await without.archive.idle();
    await without.archive.close();

    const again = await openArchive({ files, clock, redis: await link() });
    await again.archive.indexed();
    expect((await everyPage(again.archive, {})).ids).to.deep.equal([late.id]);
    expect(await collect(again.archive.verify())).to.deep.equal([]);
  });

  it('goes on when Redis is killed in the middle, answers from memory, and catches up', async () => {
    const fixture = await openArchive({ redis });
    const { archive, clock } = fixture;
    const calls = await someCalls(fixture);
    await archive.indexed();
    const lost = event(redis, 'close');
    const ready = lost.then(() => event(redis, 'ready'));
    const pid = server.pid;
    if (pid === undefined) throw new Error('Redis does not run');
    process.kill(pid, 'SIGKILL');
    const during = await recordCall(fixture, 3);
    await lost;
    const page = await archive.search({ limit: 500 });
    expect(page.answeredBy).to.equal('journal');
    expect(page.calls).to.have.length(calls.length + 1);
    await archive.idle();
    await ready;
    expect(server.pid).to.not.equal(pid);
    clock.advance(5000);
    await archive.indexed();
    expect((await archive.search({ phase: 'recorded' })).calls.map(({ entry }) => entry.id)).to.include(during.id);
    expect((await archive.search({})).answeredBy).to.equal('index');
    expect(await collect(archive.verify())).to.deep.equal([]);
  });

  it('goes on when Redis hangs', async () => {
    const fixture = await openArchive({ redis });
    const { archive } = fixture;
    await archive.indexed();
    const pid = server.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    try {
      const entry = await recordCall(fixture, 3);
      await archive.idle();
      expect((await archive.find(entry.id))?.state.phase).to.equal('recorded');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await archive.indexed();
    expect(await collect(archive.verify())).to.deep.equal([]);
  });

  describe('registrations', () => {
    const binding = (changes: Partial<Binding> = {}): Binding => ({
      extension: '201',
      contact: 'sip:201@192.0.2.7:5060',
      protocol: 'udp',
      sourceAddress: '192.0.2.7',
      sourcePort: 5060,
      callId: 'x@y',
      cseq: 1,
      expiresAt: Date.now() + 600_000,
      ...changes,
    });
    const clock = new VirtualClock(Date.now());
    const keys = new RedisKeys('test');

    function storeOn(redis: Redis): RedisBindingStore & BindingStore {
      return new RedisBindingStore({ redis, keys, clock, log: silentLog });
    }

    it('survive a restart, but for those over streams, expired, or removed', async () => {
      const first = storeOn(redis);
      const kept = binding();
      const other = binding({ extension: '202', contact: odd[1] ?? '', userAgent: 'Phone "1"' });
      await first.save(binding({ cseq: 0 }));
      await first.save(kept);
      await first.save(other);
      await first.save(binding({ contact: 'sip:201@192.0.2.8;transport=tcp', protocol: 'tcp' }));
      await first.save(binding({ extension: '203', expiresAt: clock.now() + 1000 }));
      await first.save(binding({ extension: '204' }));
      await first.remove('204', binding().contact);
      await first.close();
      clock.advance(2000);

      const second = storeOn(await link());
      const loaded = [...(await second.load())].sort((a, b) => (a.extension < b.extension ? -1 : 1));
      expect(loaded).to.deep.equal([kept, other]);
      await second.close();
      expect(await redis.smembers(keys.registered)).to.have.members(['201', '202']);
      expect(await redis.pttl(keys.bindings('201'))).to.be.within(1, 600_000);
    });

    it('are taken while Redis is away, and are there when it is back', async () => {
      const store = storeOn(redis);
      const ended = event(redis, 'end');
      redis.disconnect();
      await ended;
      await store.save(binding());
      await store.save(binding({ extension: '202' }));
      await store.remove('202', binding().contact);
      const ready = event(redis, 'ready');
      await redis.connect();
      await ready;
      await store.flushed();
      expect(await storeOn(redis).load()).to.deep.equal([
        binding({ expiresAt: (await store.load())[0]?.expiresAt ?? 0 }),
      ]);
    });

    it('are none, after a moment, where Redis does not answer', async () => {
      const nowhere = connectRedis({ socket: join(data, 'nothing.sock') }, silentLog);
      links.push(nowhere);
      const loading = storeOn(nowhere).load();
      clock.advance(10_000);
      expect(await loading).to.deep.equal([]);
    });
  });
});
