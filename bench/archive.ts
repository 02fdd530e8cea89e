/**
 * How the archive bears a large office's years:
 *   npm run bench:archive -- --calls 1000000 --indexed 20000 --evicted 2000
 *
 * Writes a journal of so many recorded calls, then opens it as a start does, and measures replay, memory, searches from
 * memory, a compaction, durable appends, evictions, and (where a redis-server is installed) the index in Redis with
 * `--indexed` calls. Everything is real: the disk under the system's folder for temporaries, its syncs, Redis.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Archive } from '../src/archive/archive.js';
import type { ArchiveOptions } from '../src/archive/archive.js';
import { Folders } from '../src/archive/folders.js';
import type { CallRecord } from '../src/archive/lifecycle.js';
import { RecordStore } from '../src/archive/record-store.js';
import { connectRedis } from '../src/archive/redis-link.js';
import { RedisServer } from '../src/archive/redis-server.js';
import type { CallQuery } from '../src/archive/search.js';
import { newCallId } from '../src/base/call-id.js';
import { systemClock } from '../src/base/clock.js';
import { silentLog } from '../src/base/log.js';
import { NodeFileStore } from '../src/journal/node-files.js';
import { chance } from '../test/support/chance.js';
import { report, spread } from './lib/figures.js';
import type { Spread } from './lib/figures.js';
import { machineName, machineTime, stealPct } from './lib/machine.js';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '1000000' },
    indexed: { type: 'string', default: '20000' },
    evicted: { type: 'string', default: '2000' },
    json: { type: 'boolean', default: false },
  },
});
const calls = Number(values.calls);
const indexed = Math.min(Number(values.indexed), calls);
const evicted = Number(values.evicted);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const files = new NodeFileStore();
const DAY = 86_400_000;
const SPACING_MS = 30_000;
const now = Date.now();
const figures: Record<string, Spread> = {};
const note = (name: string, ...measured: number[]): void => void (figures[name] = spread(measured));
const say = (text: string): void => void (values.json || console.error(text));

function recordOf(i: number, of: number): CallRecord {
  const startedAt = now - (of - i) * SPACING_MS;
  return {
    entry: {
      version: 1,
      id: newCallId(startedAt),
      direction: i % 3 === 0 ? 'outbound' : 'inbound',
      trunk: 'provider',
      route: 'office',
      outside: { number: `+4822${1_000_000 + ((i * 7919) % 200_000)}`, signalled: '221234567', withheld: false },
      dialled: '+48227654321',
      employee: { extension: String(200 + (i % 50)), displayName: 'Sekretariat' },
      startedAt,
      zone: 'Europe/Warsaw',
      answeredAt: startedAt + 400,
      connectedAt: startedAt + 21_000,
      talkMs: 123_456,
      notice: {
        prompt: 'notice',
        language: 'pl',
        sha256: 'a'.repeat(64),
        mode: 'answered',
        beganAt: startedAt + 410,
        endedAt: startedAt + 14_410,
        framesSent: 700,
        framesTotal: 700,
        callerMediaSeen: true,
      },
      parts: [{ kind: 'talk', from: 0, to: 123_456 }],
      record: { wanted: true },
      end: { at: startedAt + 150_000, by: 'outside', reason: 'completed', cause: 16 },
    },
    state: { phase: 'recorded', recording: { bytes: 4096, sha256: 'b'.repeat(64), durationMs: 123_456 } },
    dialogs: [],
  };
}

/** A journal of `count` recorded calls; with `recordings`, their files too. */
async function writeArchive(data: string, count: number, recordings: boolean): Promise<void> {
  const folders = new Folders(data);
  await files.makeFolder(folders.journalFolder);
  const store = await RecordStore.open(files, folders.journal);
  const chunk = 5000;
  for (let from = 0; from < count; from += chunk) {
    const records = Array.from({ length: Math.min(chunk, count - from) }, (_, i) => recordOf(from + i, count));
    await Promise.all(records.map((record) => store.begin(record)));
    if (recordings) for (const record of records) await writeRecording(folders, record);
  }
  await store.close();
}

async function writeRecording(folders: Folders, { entry }: CallRecord): Promise<void> {
  await files.makeFolder(folders.recordingFolder(entry));
  const file = await files.open(folders.recordingOf(entry), 'write');
  await file.write(Buffer.alloc(4096, 1), 0);
  await file.close();
}

function options(data: string, more: Partial<ArchiveOptions> = {}): ArchiveOptions {
  return {
    data,
    files,
    clock: systemClock,
    log: silentLog,
    encoder: {
      setUrgency: () => {},
      expectedBytes: (ms) => 8192 + ms * 4,
      encode: () => Promise.reject(new Error('nothing to encode')),
    },
    found: { inspectSpool: () => Promise.resolve(undefined), inspectRecording: () => Promise.resolve(undefined) },
    workers: 1,
    policy: { quota: 1e15, minFree: 0, maxAge: 1e5 * DAY, keepAtLeast: 0, keepMetadata: 1e5 * DAY, quarantine: DAY },
    ...more,
  };
}

const seconds = async (task: () => Promise<unknown>): Promise<number> => {
  const begin = performance.now();
  await task();
  return (performance.now() - begin) / 1000;
};

async function searches(archive: Archive, name: string): Promise<void> {
  const some = recordOf(Math.floor(calls / 2), calls).entry;
  const kinds: Record<string, CallQuery> = {
    newest: {},
    number: { number: some.outside.number ?? '' },
    extensionDayMs: { extension: '217', direction: 'inbound', from: now - 2 * DAY, to: now - DAY },
    nothing: { number: 'nobody' },
  };
  for (const [kind, query] of Object.entries(kinds)) {
    const times: number[] = [];
    for (let i = 0; i < 40; i++) times.push(1000 * (await seconds(() => archive.search(query))));
    times.sort((a, b) => a - b);
    note(`${name}SearchMsP50.${kind}`, times[20] ?? Number.NaN);
    note(`${name}SearchMsP99.${kind}`, times[39] ?? Number.NaN);
  }
}

/** The longest the event loop stood still while `task` ran, milliseconds. */
async function stall(task: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await task();
  await new Promise((resolve) => setTimeout(resolve, 5));
  delay.disable();
  return delay.max / 1e6;
}

async function large(data: string): Promise<void> {
  say(`writing a journal of ${calls} calls`);
  await writeArchive(data, calls, false);
  collectGarbage();
  const before = process.memoryUsage();
  say('replaying it');
  const begin = performance.now();
  const store = await RecordStore.open(files, new Folders(data).journal);
  note('replaySeconds', (performance.now() - begin) / 1000);
  collectGarbage();
  note('memoryBytesPerCall', (process.memoryUsage().heapUsed - before.heapUsed) / calls);
  note('journalBytesPerCall', store.journal.size / calls);
  const { catalogue } = store;
  const forgotten = [...catalogue.items()].slice(0, calls / 100).map((item) => item.id);
  note(
    'forgetPerSecond',
    forgotten.length / (await seconds(() => Promise.all(forgotten.map((id) => store.forget(id))))),
  );
  let took = 0;
  const compact = async (): Promise<void> => void (took = await seconds(() => store.compact()));
  note('compactionStallMs', await stall(compact));
  note('compactionSeconds', took);
  await store.close();
  say('searching it');
  const archive = await Archive.open(options(data));
  await searches(archive, 'memory');
  await appends(archive);
  await archive.close();
}

async function appends(archive: Archive): Promise<void> {
  for (const writers of [1, 100]) {
    const times: number[] = [];
    const rounds = 200;
    const took = await seconds(() =>
      Promise.all(
        Array.from({ length: writers }, async () => {
          for (let i = 0; i < rounds / Math.sqrt(writers); i++) {
            const { entry } = recordOf(calls, calls);
            times.push(await seconds(() => archive.ledger.begin(entry)));
          }
        }),
      ),
    );
    times.sort((a, b) => a - b);
    note(`durableAppendMsP50.writers${writers}`, 1000 * (times[times.length >> 1] ?? Number.NaN));
    note(`durableAppendsPerSecond.writers${writers}`, times.length / took);
  }
}

async function eviction(data: string): Promise<void> {
  say(`evicting ${evicted} recordings`);
  await writeArchive(data, evicted, true);
  const archive = await Archive.open(options(data));
  await archive.idle();
  const { used } = archive.usage();
  const perRecording: number[] = [];
  // Room for some more recordings each time, as new ones need it; each step is durable.
  for (let step = 1; step <= 20 && archive.usage().recordings > 0; step++) {
    const before = archive.usage().recordings;
    const took = await seconds(() => archive.setQuota(Math.max(1, used - (step * used) / 20)));
    const gone = before - archive.usage().recordings;
    if (gone > 0) perRecording.push((1000 * took) / gone);
  }
  perRecording.sort((a, b) => a - b);
  note('evictMsP99', perRecording.at(-1) ?? Number.NaN);
  note('evictionsPerSecond', 1000 / (perRecording[perRecording.length >> 1] ?? Number.NaN));
  await archive.close();
}

/** How fast recordings are read and compared with their SHA-256. */
async function verification(data: string): Promise<void> {
  const [count, bytes] = [100, 1_000_000];
  say(`verifying ${count} recordings of ${bytes} bytes`);
  const folders = new Folders(data);
  await files.makeFolder(folders.journalFolder);
  const store = await RecordStore.open(files, folders.journal);
  const sound = Buffer.alloc(bytes, 7);
  const sha256 = createHash('sha256').update(sound).digest('hex');
  for (let i = 0; i < count; i++) {
    const { entry } = recordOf(i, count);
    await store.begin({
      entry,
      state: { phase: 'recorded', recording: { bytes, sha256, durationMs: 250_000 } },
      dialogs: [],
    });
    await files.makeFolder(folders.recordingFolder(entry));
    const file = await files.open(folders.recordingOf(entry), 'write');
    await file.write(sound, 0);
    await file.close();
  }
  await store.close();
  const archive = await Archive.open(options(data));
  await archive.idle();
  let differences = 0;
  const took = await seconds(async () => {
    for await (const _ of archive.verify()) differences += 1;
  });
  if (differences > 0) throw new Error(`${differences} differences`);
  note('verifyMbPerS', (count * bytes) / 1e6 / took);
  await archive.close();
}

/** Every filter alone and combinations of them by chance; the time of each search. */
async function combinations(archive: Archive): Promise<void> {
  const random = chance(5);
  const some = recordOf(Math.floor(indexed / 2), indexed).entry;
  const number = some.outside.number ?? '';
  const filters: CallQuery[] = [
    { number },
    { numberEnd: number.slice(-4) },
    { numberEnd: number.slice(-3) },
    { extension: '217' },
    { trunk: 'provider' },
    { direction: 'outbound' },
    { phase: 'recorded' },
    { phase: 'failed' },
    { held: true },
    { note: 'skarga' },
    { from: now - (indexed * SPACING_MS) / 2 },
    { to: now - (indexed * SPACING_MS) / 3 },
  ];
  const times: number[] = [];
  for (let i = 0; i < 300; i++) {
    const query = filters.filter((_, n) => n === i || (i >= filters.length && random.below(4) === 0));
    times.push(1000 * (await seconds(() => archive.search(Object.assign({}, ...query) as CallQuery))));
  }
  times.sort((a, b) => a - b);
  note('searchMsP50', times[150] ?? Number.NaN);
  note('searchMsP99', times[296] ?? Number.NaN);
}

function hasRedis(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function index(data: string): Promise<void> {
  say(`indexing ${indexed} calls in Redis`);
  await writeArchive(data, indexed, false);
  const server = await RedisServer.start({ data, clock: systemClock, log: silentLog });
  const redis = connectRedis({ socket: server.socket }, silentLog);
  const memory = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
  await new Promise<void>((resolve) => redis.once('ready', () => resolve()));
  const before = await memory();
  const archive = await Archive.open(options(data, { redis }));
  note('indexedPerSecond', indexed / (await seconds(() => archive.indexed())));
  await searches(archive, 'index');
  await combinations(archive);
  note('bytesPerCall', ((await memory()) - before) / indexed);
  note('reindexFilesPerS', indexed / (await seconds(() => archive.reindex().then(() => archive.indexed()))));
  await archive.close();
  redis.disconnect();
  await server.close();
}

const folder = await mkdtemp(join(tmpdir(), 'halina-bench-'));
const machine = machineTime();
try {
  await large(join(folder, 'large'));
  await eviction(join(folder, 'evict'));
  await verification(join(folder, 'verify'));
  if (hasRedis()) await index(join(folder, 'index'));
  const facts = { bench: 'archive', calls, indexed, evicted, stealPct: stealPct(machine), machine: machineName() };
  report(`The archive with ${calls} calls`, figures, facts);
} finally {
  await rm(folder, { recursive: true, force: true });
}
