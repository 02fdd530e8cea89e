/**
 * A process that is made to be killed: an archive on a real folder, with its Redis, and lines that place one short call
 * after another for ever. What was acknowledged is said on standard output, a line each, before anything else is done.
 *   archive-child FOLDER LINES QUOTA
 */
import { writeSync } from 'node:fs';
import { Archive } from '../../src/archive/archive.js';
import { connectRedis } from '../../src/archive/redis-link.js';
import { RedisServer } from '../../src/archive/redis-server.js';
import { systemClock } from '../../src/base/clock.js';
import { silentLog } from '../../src/base/log.js';
import { lockDataFolder } from '../../src/journal/data-lock.js';
import { NodeFileStore } from '../../src/journal/node-files.js';
import { endedEntry, entryAt, FakeEncoder, FakeFound, FakeSpool, policy } from './archive-fixture.js';

const [data = '', lines = '20', quota = '8000000'] = process.argv.slice(2);
const files = new NodeFileStore();
const say = (...words: (string | number)[]): void => void writeSync(1, `${words.join(' ')}\n`);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

await files.makeFolder(data);
lockDataFolder(data);
const server = await RedisServer.start({ data, clock: systemClock, log: silentLog });
const archive = await Archive.open({
  data,
  policy: { ...policy, quota: Number(quota) },
  files,
  clock: systemClock,
  log: silentLog,
  encoder: new FakeEncoder(files),
  found: new FakeFound(files),
  workers: 2,
  redis: connectRedis({ socket: server.socket }, silentLog),
});
say('open', archive.recovered.interrupted.length);
for (const { entry } of archive.recovered.interrupted) await archive.ledger.saveDialogs(entry.id, []);

async function call(): Promise<void> {
  const begun = Date.now();
  const entry = entryAt(begun, { connectedAt: begun });
  const { id } = entry;
  await archive.ledger.begin(entry);
  say('begun', id);
  const ticket = await archive.ledger.openSpool(entry);
  const spool = 'path' in ticket ? new FakeSpool(files, ticket.path, entry, begun) : undefined;
  for (let block = 0; block < 5; block++) {
    if (!spool || !(await archive.spoolBudget.reserve(id, 8000))) break;
    await spool.write(8000);
    say('spooled', id, spool.bytes);
    await pause(2);
  }
  const end = spool && { path: spool.path, bytes: spool.bytes, dropped: 0, cut: undefined };
  // A call of ten seconds went by in a moment.
  await archive.ledger.end(endedEntry(entry, begun + 10_000), end);
  say('ended', id);
}

async function line(): Promise<never> {
  for (;;) await call();
}

await Promise.all(Array.from({ length: Number(lines) }, line));
