/** The index where Redis is several servers: one that fails over under a Sentinel, and a cluster of three. All on loopback. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { connectRedis } from '../../src/archive/redis-link.js';
import type { HostPort, RedisLink } from '../../src/archive/redis-link.js';
import type { CallId } from '../../src/base/brands.js';
import { silentLog } from '../../src/base/log.js';
import { openArchive, recordCall } from '../support/archive-fixture.js';
import type { Fixture } from '../support/archive-fixture.js';
import { freePort } from '../support/ports.js';

const host = '127.0.0.1';

/** So many ports; the cluster's second ones are 10,000 lower. */
async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort(host));
  return [...ports];
}

describe('the index in several Redis servers', function () {
  this.timeout(180_000);
  let folder = '';
  let children: ChildProcess[] = [];
  let links: Redis[] = [];
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'halina-redises-'))));
  afterEach(async () => {
    for (const link of links.splice(0)) link.disconnect();
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
    rmSync(folder, { recursive: true, force: true });
  });

  function launch(name: string, args: readonly string[]): ChildProcess {
    mkdirSync(join(folder, name), { recursive: true });
    const child = spawn('redis-server', args, { cwd: join(folder, name), stdio: 'ignore' });
    children.push(child);
    return child;
  }

  const server = (name: string, port: number, ...more: string[]): ChildProcess =>
    launch(name, ['--port', String(port), '--bind', host, '--save', '', '--appendonly', 'yes', ...more]);

  async function answering(port: number): Promise<Redis> {
    const link = new Redis({ host, port, retryStrategy: () => 50, maxRetriesPerRequest: null });
    link.on('error', () => undefined);
    links.push(link);
    await link.ping();
    return link;
  }

  /** Asks until the answer is right. */
  async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!(await ask().catch(() => false))) {
      if (Date.now() > deadline) throw new Error(`not in a minute: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  function linkTo(address: Parameters<typeof connectRedis>[0]): RedisLink {
    const link = connectRedis(address, silentLog);
    links.push(link);
    return link;
  }

  /** Time passes for the archive until everything is in the index. */
  async function indexed({ archive, clock }: Fixture): Promise<void> {
    let done = false;
    const following = archive.indexed().then(() => (done = true));
    await until('the index follows', () => {
      clock.advance(1000);
      return Promise.resolve(done);
    });
    await following;
  }

  async function calls(fixture: Fixture, count: number): Promise<CallId[]> {
    const ids: CallId[] = [];
    for (let i = 0; i < count; i++) ids.push((await recordCall(fixture, 3)).id);
    await fixture.archive.idle();
    return ids;
  }

  async function expectAll({ archive }: Fixture, ids: readonly CallId[]): Promise<void> {
    const page = await archive.search({ limit: 500, phase: 'recorded' });
    expect(page.answeredBy).to.equal('index');
    expect(page.calls.map(({ entry }) => entry.id).sort()).to.deep.equal([...ids].sort());
    const differences: unknown[] = [];
    for await (const difference of archive.verify()) differences.push(difference);
    expect(differences).to.deep.equal([]);
  }

  it('goes over to the replica when the master is killed, without losing a call', async () => {
    const [master = 0, replica = 0, sentinel = 0] = await freePorts(3);
    const first = server('master', master);
    await answering(master);
    server('replica', replica, '--replicaof', host, String(master));
    const second = await answering(replica);
    await until('the replica follows', async () =>
      (await second.info('replication')).includes('master_link_status:up'),
    );
    mkdirSync(join(folder, 'sentinel'));
    const settings = [`port ${sentinel}`, `bind ${host}`, `sentinel monitor office ${host} ${master} 1`];
    settings.push('sentinel down-after-milliseconds office 500', 'sentinel failover-timeout office 3000');
    writeFileSync(join(folder, 'sentinel/sentinel.conf'), `${settings.join('\n')}\n`);
    launch('sentinel', [join(folder, 'sentinel/sentinel.conf'), '--sentinel']);
    const watch = await answering(sentinel);
    await until(
      'the Sentinel knows the replica',
      async () => ((await watch.call('sentinel', 'replicas', 'office')) as unknown[]).length === 1,
    );
    const fixture = await openArchive({ redis: linkTo({ sentinels: [{ host, port: sentinel }], name: 'office' }) });
    const ids = await calls(fixture, 5);
    await indexed(fixture);
    first.kill('SIGKILL');
    ids.push(...(await calls(fixture, 3)));
    await until('the replica is the master', async () => (await second.info('replication')).includes('role:master'));
    ids.push(...(await calls(fixture, 2)));
    await until('searches are answered from the index', async () => {
      fixture.clock.advance(1000);
      return (await fixture.archive.search({})).answeredBy === 'index';
    });
    await indexed(fixture);
    await expectAll(fixture, ids);
    await fixture.archive.close();
  });

  it('stands on one node of a cluster, beside other archives; when that node is away, calls go on and it catches up', async () => {
    const ports = await freePorts(3);
    const more = (port: number): string[] => [
      '--cluster-enabled',
      'yes',
      '--cluster-port',
      String(port - 10_000),
      '--cluster-node-timeout',
      '2000',
    ];
    const nodes = ports.map((port, i) => server(`node${i}`, port, ...more(port)));
    const admins = await Promise.all(ports.map(answering));
    for (const [i, admin] of admins.entries()) {
      const [from, to] = [Math.floor((16_384 * i) / 3), Math.floor((16_384 * (i + 1)) / 3) - 1];
      await admin.call('cluster', 'addslotsrange', String(from), String(to));
      await admin.call('cluster', 'set-config-epoch', String(i + 1));
    }
    for (const port of ports.slice(1)) {
      const bus = more(port)[3] ?? '';
      await admins[0]?.call('cluster', 'meet', host, String(port), bus);
    }
    const isWhole = async (admin: Redis): Promise<boolean> => {
      const info = String(await admin.call('cluster', 'info'));
      return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
    };
    for (const admin of admins) await until('the cluster is whole', () => isWhole(admin));
    const cluster = ports.map((port): HostPort => ({ host, port }));
    const one = await openArchive({ redis: linkTo({ cluster }) });
    const other = await openArchive({ redis: linkTo({ cluster }) });
    const [ids, others] = [await calls(one, 4), await calls(other, 3)];
    await indexed(one);
    await indexed(other);
    await expectAll(one, ids);
    await expectAll(other, others);
    const keys = await Promise.all(admins.map((admin) => admin.keys(`{halina:${one.archive.id}}:*`)));
    expect(keys.filter((found) => found.length > 0)).to.have.length(1);
    const holder = keys.findIndex((found) => found.length > 0);
    nodes[holder]?.kill('SIGKILL');
    ids.push(...(await calls(one, 2)));
    server(`node${holder}`, ports[holder] ?? 0, ...more(ports[holder] ?? 0));
    for (const admin of admins) await until('the cluster is whole again', () => isWhole(admin));
    ids.push(...(await calls(one, 1)));
    await until('searches are answered from the index', async () => {
      one.clock.advance(1000);
      return (await one.archive.search({})).answeredBy === 'index';
    });
    await indexed(one);
    await expectAll(one, ids);
    await one.archive.reindex();
    await indexed(one);
    await expectAll(one, ids);
    await one.archive.close();
    await other.archive.close();
  });
});
