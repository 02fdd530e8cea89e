import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { compareTime } from '../../../src/archive/catalogue.js';
import type { IndexEntry } from '../../../src/archive/index-entry.js';
import { parseEntry, formatEntry, partsOf, partsOfWord, SEGMENT } from '../../../src/archive/index-entry.js';
import { findInIndex } from '../../../src/archive/index-search.js';
import { IndexWriter } from '../../../src/archive/index-writer.js';
import { RedisKeys } from '../../../src/archive/redis-keys.js';
import { connectRedis } from '../../../src/archive/redis-link.js';
import type { RedisLink } from '../../../src/archive/redis-link.js';
import { RedisServer } from '../../../src/archive/redis-server.js';
import { cursorOf, hasNote, hasNumber } from '../../../src/archive/search.js';
import type { CallQuery } from '../../../src/archive/search.js';
import { newCallId } from '../../../src/base/call-id.js';
import { systemClock } from '../../../src/base/clock.js';
import { silentLog } from '../../../src/base/log.js';
import { chance } from '../../support/chance.js';

const BASE = 1_700_000_000_000;
const words = ['opłata', 'skarga', 'woda', 'Kowalska', 'wniosek'];

describe('the index of calls', () => {
  let data = '';
  let server: RedisServer;
  let redis: RedisLink;
  before(async () => {
    data = mkdtempSync(join(tmpdir(), 'halina-index-'));
    server = await RedisServer.start({ data, clock: systemClock, log: silentLog });
    redis = connectRedis({ socket: server.socket }, silentLog);
    await new Promise<void>((resolve) => redis.once('ready', () => resolve()));
  });
  after(async () => {
    redis.disconnect();
    await server.close();
    rmSync(data, { recursive: true, force: true });
  });

  /** A call of few possible values, so that every combination has some; times come in disorder and repeat. */
  function someEntry(random: ReturnType<typeof chance>, n: number): IndexEntry {
    const startedAt = BASE + Math.floor(n / SEGMENT) * 40_000 + random.below(60) * 1000;
    const held = random.below(5) === 0;
    return {
      id: newCallId(startedAt),
      seq: n + 1,
      startedAt,
      direction: random.of(['inbound', 'outbound']),
      trunk: random.of(['a', 'b']),
      phase: random.of(['recorded', 'evicted', 'failed']),
      number: random.of(['', '112', '+48221234567', '+48229994567', '+48601111567', 'a567', '*?{x}']),
      extensions: random.of([['201'], ['202'], ['201', '202'], []]),
      units: random.of([[], ['Rada'], ['Rada', 'Wójt']]),
      held,
      note: random.below(3) === 0 ? `${random.of(words)}, ${random.of(words)}` : '',
    };
  }

  function someQuery(random: ReturnType<typeof chance>): CallQuery {
    const maybe = <T>(value: T): T | undefined => (random.below(3) === 0 ? value : undefined);
    const asked = {
      number: maybe(random.of(['112', '+48221234567', 'nobody'])),
      numberEnd: maybe(random.of(['112', '567', '4567', '34567', '94567', '234567', '221234567', '999'])),
      extension: maybe(random.of(['201', '202', '203'])),
      unit: maybe(random.of(['Rada', 'Wójt', 'x'])),
      trunk: maybe(random.of(['a', 'b'])),
      direction: maybe(random.of(['inbound', 'outbound'] as const)),
      phase: maybe(random.of(['recorded', 'evicted', 'failed'] as const)),
      held: maybe(true as const),
      note: maybe(random.of(['KOWAL', 'skarg woda', 'op', 'q', 'k wo', 'łat wnio', 'nothing', ''])),
      from: maybe(BASE + random.below(150_000)),
      to: maybe(BASE + random.below(150_000)),
      limit: random.of([1, 3, 10, 500]),
    };
    return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as CallQuery;
  }

  const matches = (entry: IndexEntry, query: CallQuery): boolean =>
    hasNumber(entry.number, query) &&
    hasNote(entry.note, query) &&
    (query.note === undefined || query.note === '' || entry.note !== '') &&
    (query.extension === undefined || entry.extensions.includes(query.extension)) &&
    (query.unit === undefined || entry.units.includes(query.unit)) &&
    (query.trunk === undefined || entry.trunk === query.trunk) &&
    (query.direction === undefined || entry.direction === query.direction) &&
    (query.phase === undefined || entry.phase === query.phase) &&
    (query.held === undefined || entry.held) &&
    entry.startedAt >= (query.from ?? 0) &&
    entry.startedAt < (query.to ?? Number.MAX_SAFE_INTEGER);

  it('finds by every combination, in order, page by page, what a plain look at every call finds', async function () {
    const random = chance(7);
    const keys = new RedisKeys('combinations');
    const writer = new IndexWriter(redis, keys);
    await writer.begin();
    const calls = new Map<number, IndexEntry>();
    for (let round = 0; round < 4; round++) {
      const changed = new Set(Array.from({ length: 80 }, () => random.below(4) * SEGMENT + random.below(90)));
      const changes = [...changed].map((n) => ({ n, entry: random.below(6) === 0 ? undefined : someEntry(random, n) }));
      await writer.write(changes);
      for (const { n, entry } of changes) if (entry) calls.set(n, entry);
      for (const { n, entry } of changes) if (!entry) calls.delete(n);
      for (let i = 0; i < 60; i++) {
        const query = someQuery(random);
        const wanted = [...calls.values()].filter((entry) => matches(entry, query)).sort((a, b) => compareTime(b, a));
        const found: string[] = [];
        for (let cursor: string | undefined, more = true; more;) {
          const page = await findInIndex({ redis, keys }, cursor === undefined ? query : { ...query, cursor });
          found.push(...page.found.map(({ id }) => id));
          const last = page.found.at(-1);
          more = page.more;
          if (more && last) cursor = cursorOf(last);
        }
        expect(found, JSON.stringify(query)).to.deep.equal(wanted.map(({ id }) => id));
      }
    }
  });

  it('leaves nothing of a call that is taken out', async () => {
    const random = chance(3);
    const keys = new RedisKeys('out');
    const writer = new IndexWriter(redis, keys);
    await writer.begin();
    const entries = Array.from({ length: 20 }, (_, n) => ({ n, entry: someEntry(random, n) }));
    await writer.write(entries);
    await writer.write(entries.map(({ n }) => ({ n, entry: undefined })));
    const left = await redis.keys('{halina:out}:o:*');
    for (const key of left.filter((one) => one.includes(':b:'))) expect(await redis.bitcount(key), key).to.equal(0);
    expect(left.filter((key) => key.includes(':p:') || key.includes(':e:'))).to.deep.equal([]);
  });

  it('reads back what it wrote, and takes nothing for its own that it did not', () => {
    const random = chance(1);
    const entries = Array.from({ length: 50 }, (_, n) => someEntry(random, n));
    for (const entry of entries) expect(parseEntry(formatEntry(entry))).to.deep.equal(entry);
    for (const text of [null, undefined, '', 'ghost', '{"record":1}']) expect(parseEntry(text)).to.equal(undefined);
    expect(partsOf('Łą ł')).to.deep.equal(['ł', 'ą', ' ', 'łą', 'ą ', ' ł', 'łą ', 'ą ł']);
    expect(partsOfWord('Łąka')).to.deep.equal(['łąk', 'ąka']);
    expect(['Ab', 'x', ''].map(partsOfWord)).to.deep.equal([['ab'], ['x'], []]);
  });
});
