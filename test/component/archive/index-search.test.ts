/** The index written whole, and searched, against the same calls searched in memory: long lists, crowded segments, many pages. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Folders } from '../../../src/archive/folders.js';
import type { CallRecord } from '../../../src/archive/lifecycle.js';
import { RecordStore } from '../../../src/archive/record-store.js';
import { RedisKeys } from '../../../src/archive/redis-keys.js';
import { connectRedis } from '../../../src/archive/redis-link.js';
import type { RedisLink } from '../../../src/archive/redis-link.js';
import { RedisServer } from '../../../src/archive/redis-server.js';
import { searchJournal } from '../../../src/archive/search.js';
import type { CallQuery } from '../../../src/archive/search.js';
import { searchIndex } from '../../../src/archive/index-search.js';
import { WholeIndex } from '../../../src/archive/index-whole.js';
import { systemClock } from '../../../src/base/clock.js';
import { silentLog } from '../../../src/base/log.js';
import { entryAt } from '../../support/archive-fixture.js';
import { chance } from '../../support/chance.js';
import { MemoryFiles } from '../../support/memory-files.js';

const CALLS = 20_000;
const BASE = Date.UTC(2026, 0, 5);
const words = ['opłata', 'skarga', 'woda', 'Kowalska', 'wniosek'];

describe('an index of twenty thousand calls, made at once', function () {
  this.timeout(240_000);
  const random = chance(11);
  const data = mkdtempSync(join(tmpdir(), 'halina-index-'));
  let server: RedisServer;
  let redis: RedisLink;
  let store: RecordStore;
  let keys: RedisKeys;

  before(async () => {
    server = await RedisServer.start({ data, clock: systemClock, log: silentLog });
    redis = connectRedis({ socket: server.socket }, silentLog);
    await new Promise<void>((resolve) => redis.once('ready', () => resolve()));
    const files = new MemoryFiles();
    const folders = new Folders('/data');
    await files.makeFolder(folders.journalFolder);
    store = await RecordStore.open(files, folders.journal);
    store.unitOf = (extension) => (extension === '201' ? 'Rada' : undefined);
    const records = Array.from({ length: CALLS }, (_, i) => someRecord(i));
    for (let at = 0; at < CALLS; at += 2000)
      await Promise.all(records.slice(at, at + 2000).map((record) => store.begin(record)));
    for (const { entry } of records.slice(100, 160)) await store.forget(entry.id);
    keys = new RedisKeys(store.journal.id);
    expect(await new WholeIndex({ redis, keys, store }).write()).to.equal(CALLS - 60);
  });
  after(async () => {
    await store.close();
    redis.disconnect();
    await server.close();
    rmSync(data, { recursive: true, force: true });
  });

  /** One number in three calls, others few; times nearly in order. */
  function someRecord(i: number): CallRecord {
    const startedAt = BASE + i * 10_000 + random.below(60_000);
    const number = random.below(3) === 0 ? '+48221234567' : `+4860${1_000_000 + random.below(3000)}`;
    const entry = entryAt(startedAt, {
      direction: random.of(['inbound', 'outbound']),
      trunk: random.below(50) === 0 ? 'seldom' : 'provider',
      outside: { number, signalled: number, withheld: false },
      employee: { extension: String(201 + random.below(20)) },
    });
    const at = startedAt + 60_000;
    const recording = { bytes: 1000, sha256: 'a'.repeat(64), durationMs: 1000 };
    const state =
      random.below(200) === 0
        ? ({ phase: 'unrecorded', at, why: 'not-connected' } as const)
        : ({ phase: 'evicted', at, why: 'quota', recording } as const);
    const note = { at, by: 'cli:x', text: `${random.of(words)}, ${random.of(words)}` };
    return { entry, state, dialogs: [], ...(random.below(10) === 0 ? { note } : {}) };
  }

  function someQuery(): CallQuery {
    const maybe = <T>(value: T): T | undefined => (random.below(4) === 0 ? value : undefined);
    const asked = {
      number: maybe(random.of(['+48221234567', '+48601001500', 'nobody'])),
      numberEnd: maybe(random.of(['567', '4567', '500', '1002500'])),
      extension: maybe(random.of(['201', '215', '203'])),
      unit: maybe('Rada'),
      trunk: maybe(random.of(['seldom', 'provider'])),
      direction: maybe(random.of(['inbound', 'outbound'] as const)),
      phase: maybe(random.of(['unrecorded', 'evicted', 'failed'] as const)),
      note: maybe(random.of(['skarg', 'woda opł', 'KOWAL', 'sk', 'wo q', 'nothing'])),
      from: maybe(BASE + random.below(CALLS * 10_000)),
      to: maybe(BASE + random.below(CALLS * 10_000)),
      limit: random.of([1, 20, 50, 500]),
    };
    return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as CallQuery;
  }

  it('is searched without a word in the append-only file, and leaves no key behind', async () => {
    const size = async (): Promise<[string | undefined, number]> => {
      const info = await redis.info('persistence');
      return [/aof_current_size:(\d+)/.exec(info)?.[1], await redis.dbsize()];
    };
    const before = await size();
    for (let i = 0; i < 20; i++) await searchIndex({ redis, keys, store }, someQuery());
    expect(await size()).to.deep.equal(before);
  });

  it('answers every combination as memory does, page by page', async () => {
    for (let i = 0; i < 150; i++) {
      let query = someQuery();
      for (let page = 0; page < 4; page++) {
        const wanted = await searchJournal(store, query);
        const found = await searchIndex({ redis, keys, store }, query);
        const said = JSON.stringify(query);
        expect(
          found.calls.map(({ entry }) => entry.id),
          said,
        ).to.deep.equal(wanted.calls.map(({ entry }) => entry.id));
        expect(found.next, said).to.equal(wanted.next);
        if (found.next === undefined) break;
        query = { ...query, cursor: found.next };
      }
    }
  });
});
