/** The archive in a program of its own, which is killed again and again; see `archive-child.ts`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Archive } from '../../src/archive/archive.js';
import { connectRedis } from '../../src/archive/redis-link.js';
import { RedisServer } from '../../src/archive/redis-server.js';
import type { Difference } from '../../src/archive/verify.js';
import type { CallId } from '../../src/base/brands.js';
import { systemClock } from '../../src/base/clock.js';
import { silentLog } from '../../src/base/log.js';
import { NodeFileStore } from '../../src/journal/node-files.js';
import { FakeEncoder, FakeFound, policy } from './archive-fixture.js';

const QUOTA = 8_000_000;
/** So many calls end in each life at the least, however slow the disk is: in some lives together more than the quota has room for. */
const LEAST_CALLS = 40;
const child = fileURLToPath(new URL('archive-child.js', import.meta.url));

/** What the files under the folder take of the disk, but for Redis's. */
function bytesUnder(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !join(entry.parentPath, '/').includes('/redis/'))
    .reduce((sum, entry) => sum + 512 * statSync(join(entry.parentPath, entry.name)).blocks, 0);
}

/** Lets a program of so many lines live for a while, and longer by `forMs`, then kills it. Gives what it acknowledged. */
async function liveAndDie(data: string, lines: number, forMs: number): Promise<string[][]> {
  const program = spawn(process.execPath, [child, data, String(lines), String(QUOTA)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  program.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = once(program, 'close');
  while (output.split('\nended ').length <= LEAST_CALLS) await once(program.stdout, 'data');
  setTimeout(() => program.kill('SIGKILL'), forMs);
  const [, signal] = (await ended) as [number | null, string | null];
  expect(signal).to.equal('SIGKILL');
  return output
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split(' '));
}

/**
 * Calls on so many lines, killed by kill -9 so many times at moments that differ, while spooling, encoding and evicting: afterwards
 * all have their recordings; journal, index, disk and accounting agree, inside the quota.
 */
export async function killAgainAndAgain({
  rounds,
  lines,
}: {
  readonly rounds: number;
  readonly lines: number;
}): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'halina-kill-'));
  const said: string[][] = [];
  for (let round = 0; round < rounds; round++) {
    said.push(...(await liveAndDie(data, lines, 20 + ((round * 97) % 400))));
    expect(bytesUnder(data)).to.be.at.most(QUOTA);
  }
  const server = await RedisServer.start({ data, clock: systemClock, log: silentLog });
  const redis = connectRedis({ socket: server.socket }, silentLog);
  const files = new NodeFileStore();
  const archive = await Archive.open({
    data,
    policy: { ...policy, quota: QUOTA },
    files,
    clock: systemClock,
    log: silentLog,
    encoder: new FakeEncoder(files),
    found: new FakeFound(files),
    workers: 2,
    redis,
  });
  try {
    await archive.idle();
    await archive.indexed();
    const differences: Difference[] = [];
    for await (const difference of archive.verify()) differences.push(difference);
    expect(differences).to.deep.equal([]);
    const spooled = new Set(said.filter(([what]) => what === 'spooled').map(([, id]) => id as CallId));
    const phases = new Map<string, number>();
    const forgotten: CallId[] = [];
    let oldestKnown: CallId | undefined;
    for (const [what, id = ''] of said.filter(([what]) => what === 'begun')) {
      const phase = (await archive.find(id as CallId))?.state.phase;
      if (phase === undefined) {
        forgotten.push(id as CallId);
        continue;
      }
      if (phase === 'evicted' && (oldestKnown === undefined || id < oldestKnown)) oldestKnown = id as CallId;
      phases.set(phase, (phases.get(phase) ?? 0) + 1);
      const possible = spooled.has(id as CallId) ? ['recorded', 'evicted'] : ['recorded', 'evicted', 'unrecorded'];
      expect(phase, `${what} ${id}`).to.be.oneOf(possible);
    }
    // Entries take no more than their share of the quota: the oldest were forgotten, and only those.
    for (const id of forgotten) expect(id < (oldestKnown ?? ''), `${id} was forgotten before its time`).to.equal(true);
    if (rounds < 20) expect(forgotten).to.deep.equal([]);
    expect((phases.get('evicted') ?? 0) + forgotten.length, 'evicted, or forgotten after that').to.be.greaterThan(20);
    expect(phases.get('recorded')).to.be.greaterThan(10);
    expect(said.filter(([what, count]) => what === 'open' && Number(count) > 0).length).to.be.greaterThan(rounds / 2);
    expect(archive.usage().used).to.equal(bytesUnder(data));
    expect(readdirSync(join(data, 'spool'))).to.deep.equal([]);
  } finally {
    await archive.close();
    redis.disconnect();
    await server.close();
    rmSync(data, { recursive: true, force: true });
  }
}
