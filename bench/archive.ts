/**
 * How the archive bears a large office's years:
 *   npm run bench:archive -- --calls 1000000 --recordings 5000 --runs runs.jsonl
 *
 * An archive grows to so many calls, by steps of ten from 10,000; at each step it is opened as a start does, its index in Redis
 * is made anew, every combination of filters is asked, and some recordings are evicted. With all calls in it, more of them are, lines
 * are forgotten, and the journal is compacted. Beside it: recordings of which no journal knows are entered from their tags, and recordings are read and compared
 * with their SHA-256. Everything is real: the disk under the system's folder for temporaries (or `--folder`), its syncs, Redis.
 * `--tries N`: of each search the best of N counts, for a machine that others use too.
 * `--runs FILE` gets a line of JSON for each step, for `archive-plot.ts`.
 */
import { execFile } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Archive } from '../src/archive/archive.js';
import { connectRedis } from '../src/archive/redis-link.js';
import { RedisServer } from '../src/archive/redis-server.js';
import { systemClock } from '../src/base/clock.js';
import { silentLog } from '../src/base/log.js';
import { NodeFileStore } from '../src/journal/node-files.js';
import {
  addCalls,
  addRecordings,
  enter,
  entryOf,
  openStore,
  options,
  percentile,
  seconds,
} from './lib/archive-calls.js';
import { queriesOf, searchTimes } from './lib/archive-searches.js';
import { sealingCosts } from './lib/sealing.js';
import { report, spread } from './lib/figures.js';
import type { Spread } from './lib/figures.js';
import { machineName, machineTime, stealPct } from './lib/machine.js';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '1000000' },
    recordings: { type: 'string', default: '5000' },
    runs: { type: 'string' },
    tries: { type: 'string', default: '1' },
    folder: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
  },
});
const calls = Number(values.calls);
const recordings = Number(values.recordings);
const RECORDING_BYTES = 8192;
/** At each size of the archive. */
const EVICTED_A_STEP = Math.min(500, recordings);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const figures: Record<string, Spread> = {};
const note = (name: string, ...measured: number[]): void => void (figures[name] = spread(measured));
const begun = performance.now();
const say = (text: string): void => {
  if (!values.json) console.error(`${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${text}`);
};

/** 10,000, 100,000 … up to all. */
function steps(): number[] {
  const sizes: number[] = [];
  for (let size = 10_000; size < calls; size *= 10) sizes.push(size);
  return [...sizes, calls];
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

/** The start, the index and the searches of an archive of `size` calls. */
async function measureAt(data: string, size: number): Promise<void> {
  say(`${size} calls: replay`);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const begin = performance.now();
  const store = await openStore(data);
  const replaySeconds = (performance.now() - begin) / 1000;
  collectGarbage();
  const memoryBytesPerCall = (process.memoryUsage().heapUsed - before) / size;
  const journalBytesPerCall = store.journal.size / size;
  await store.close();
  say(`${size} calls: index in Redis`);
  const server = await RedisServer.start({ data, clock: systemClock, log: silentLog });
  const redis = connectRedis({ socket: server.socket }, silentLog);
  await new Promise<void>((resolve) => redis.once('ready', () => resolve()));
  const memory = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
  await redis.flushall();
  const empty = await memory();
  const archive = await Archive.open(options(data, { redis }));
  await archive.idle();
  await archive.indexed();
  let indexSeconds = Number.NaN;
  const indexStallMs = await stall(async () => void (indexSeconds = await seconds(() => archive.reindex())));
  const bytesPerCall = ((await memory()) - empty) / size;
  say(`${size} calls: searches`);
  const byIndex = await searchTimes(archive, queriesOf(size, 300), 'index', Number(values.tries));
  say(`${size} calls: p50 ${byIndex.p50.toFixed(2)}, p99 ${byIndex.p99.toFixed(2)} ms; the slowest of them:`);
  for (const { ms, query } of byIndex.slowest) say(`${ms.toFixed(1)} ms ${JSON.stringify(query)}`);
  await archive.close();
  redis.disconnect();
  await server.close();
  const found = {
    replaySeconds,
    memoryBytesPerCall,
    journalBytesPerCall,
    indexedPerSecond: size / indexSeconds,
    indexStallMs,
    bytesPerCall,
    searchMsP50: byIndex.p50,
    searchMsP99: byIndex.p99,
    searchMsWorst: byIndex.slowest[0]?.ms ?? Number.NaN,
    evictMsP99: percentile(await evictions(data, EVICTED_A_STEP), 99),
  };
  for (const [name, value] of Object.entries(found)) note(name, value);
  if (values.runs) appendFileSync(values.runs, `${JSON.stringify({ calls: size, ...found })}\n`);
}

/** Searches from memory, appends, forgetting and a compaction, with all calls. */
async function measureMemory(data: string): Promise<void> {
  const archive = await Archive.open(options(data));
  await archive.idle();
  say('searches from memory');
  const times = await searchTimes(archive, queriesOf(calls, 0).slice(0, 60), 'journal');
  note('memorySearchMsP50', times.p50);
  note('memorySearchMsP99', times.p99);
  say('durable appends');
  for (const writers of [1, 100]) {
    const some: number[] = [];
    const line = async (): Promise<void> => {
      for (let i = 0; i < 200 / Math.sqrt(writers); i++) {
        some.push(await seconds(() => archive.ledger.begin(entryOf(calls, calls))));
      }
    };
    const took = await seconds(() => Promise.all(Array.from({ length: writers }, line)));
    note(`durableAppendMsP50.writers${writers}`, 1000 * percentile(some, 50));
    note(`durableAppendsPerSecond.writers${writers}`, some.length / took);
  }
  await archive.close();
  const store = await openStore(data);
  say('forgetting and compaction');
  const forgotten = [...store.catalogue.items()].slice(0, calls / 100).map((item) => item.id);
  note(
    'forgetPerSecond',
    forgotten.length / (await seconds(() => Promise.all(forgotten.map((id) => store.forget(id))))),
  );
  let took = 0;
  note('compactionStallMs', await stall(async () => void (took = await seconds(() => store.compact()))));
  note('compactionSeconds', took);
  await store.close();
}

/** Room for some more recordings each time, as new ones need it; each step is durable. Milliseconds a recording. */
async function evictions(data: string, count: number): Promise<number[]> {
  say(`evicting ${count} recordings`);
  await enter(data, await addRecordings(data, count, RECORDING_BYTES));
  const archive = await Archive.open(options(data));
  await archive.idle();
  const perRecording: number[] = [];
  const step = (count * RECORDING_BYTES) / 50;
  const roomy = 8 * archive.usage().used;
  await archive.setQuota(roomy);
  const { free } = archive.usage();
  for (let quota = roomy - free; archive.usage().recordings > 0 && quota > 0; quota -= step) {
    const before = archive.usage().recordings;
    const took = await seconds(() => archive.setQuota(quota));
    const gone = before - archive.usage().recordings;
    if (gone > 0) perRecording.push((1000 * took) / gone);
  }
  await archive.close();
  return perRecording;
}

/** In an archive with all calls. */
async function measureEviction(data: string): Promise<void> {
  const perRecording = await evictions(data, recordings);
  note('evictMsP50', percentile(perRecording, 50));
  note('evictMsP99', percentile(perRecording, 99));
  note('evictionsPerSecond', 1000 / percentile(perRecording, 50));
}

/** Recordings of which no journal knows are entered from their tags, in a process of its own as that is done at a start. */
async function measureReindex(data: string): Promise<void> {
  say(`entering ${recordings} recordings from their tags`);
  await addRecordings(data, recordings, RECORDING_BYTES);
  const script = fileURLToPath(new URL('lib/enter-recordings.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, data, String(recordings)]);
  note('reindexFilesPerS', recordings / Number(stdout));
}

/** How fast recordings are read and compared with their SHA-256. */
async function measureVerification(data: string): Promise<void> {
  const [count, bytes] = [100, 2_000_000];
  say(`verifying ${count} recordings of ${bytes} bytes`);
  await enter(data, await addRecordings(data, count, bytes));
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

const folder = await mkdtemp(join(values.folder, 'halina-bench-'));
const machine = machineTime();
try {
  const data = join(folder, 'growing');
  let written = 0;
  for (const size of steps()) {
    say(`${size} calls: writing the journal`);
    await addCalls(data, written, size, calls);
    written = size;
    await measureAt(data, size);
  }
  await measureMemory(data);
  await measureEviction(data);
  await measureReindex(join(folder, 'files'));
  await measureVerification(join(folder, 'verify'));
  say('sealing recordings, spools and keys');
  const costs = await sealingCosts(new NodeFileStore(), join(folder, 'sealing'));
  for (const [name, value] of Object.entries(costs)) note(name, value);
  const facts = { bench: 'archive', calls, recordings, stealPct: stealPct(machine), machine: machineName() };
  report(`The archive with ${calls} calls`, figures, facts);
} finally {
  await rm(folder, { recursive: true, force: true });
}
