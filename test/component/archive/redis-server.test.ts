import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { connectRedis } from '../../../src/archive/redis-link.js';
import { RedisServer } from '../../../src/archive/redis-server.js';
import { systemClock } from '../../../src/base/clock.js';
import { HalinaError } from '../../../src/base/errors.js';
import { silentLog } from '../../../src/base/log.js';

/** The next event of that name; a connection that errs on the way is what some tests are about. */
const event = (redis: Redis, name: 'ready' | 'end' | 'close'): Promise<void> =>
  new Promise((resolve) => redis.once(name, () => resolve()));

describe('a Redis server of Halina’s own', () => {
  let data = '';
  const servers: RedisServer[] = [];
  const links: Redis[] = [];
  beforeEach(() => (data = mkdtempSync(join(tmpdir(), 'halina-redis-'))));
  afterEach(async () => {
    for (const link of links.splice(0)) link.disconnect();
    for (const server of servers.splice(0)) await server.close();
    rmSync(data, { recursive: true, force: true });
  });

  async function started(folder: string): Promise<RedisServer> {
    const server = await RedisServer.start({ data: folder, clock: systemClock, log: silentLog });
    servers.push(server);
    return server;
  }

  async function linked(socket: string): Promise<Redis> {
    const link = connectRedis({ socket }, silentLog);
    links.push(link);
    await event(link, 'ready');
    return link;
  }

  async function refusal(program: string): Promise<HalinaError> {
    const error: unknown = await RedisServer.start({ data, clock: systemClock, log: silentLog, program }).catch(
      (reason: unknown) => reason,
    );
    if (error instanceof HalinaError) return error;
    throw new Error('it started');
  }

  it('counts as started while it still reads a large file', async () => {
    const first = await started(data);
    const link = await linked(first.socket);
    for (let key = 0; key < 40; key++) await link.set(`key-${key}`, randomBytes(2048));
    await link.bgrewriteaof();
    while (!/aof_rewrite_in_progress:0[^]*aof_rewrite_scheduled:0/.test(await link.info('persistence')));
    await first.close();
    // Half a second a key: together longer than a start is waited for.
    const program = join(data, 'slow-redis');
    const slow = '--key-load-delay 500000 --loading-process-events-interval-bytes 1024';
    writeFileSync(
      program,
      `#!/bin/sh\n[ "$1" = --version ] && exec redis-server "$@"\nexec redis-server "$@" ${slow}\n`,
      { mode: 0o755 },
    );
    const again = await RedisServer.start({ data, clock: systemClock, log: silentLog, program });
    servers.push(again);
    const asking = new Redis({ path: again.socket, enableReadyCheck: false });
    links.push(asking);
    const answer = await asking.ping().catch((error: unknown) => String(error));
    expect(answer).to.contain('LOADING');
  });

  it('puts a damaged append-only file aside, says so, and begins anew: at its start and when it died', async () => {
    const lines: { msg: string }[] = [];
    const note = (_facts: object, msg: string): void => void lines.push({ msg });
    const log = { ...silentLog, info: note, warn: note, error: note };
    const start = async (): Promise<RedisServer> => {
      const server = await RedisServer.start({ data, clock: systemClock, log });
      servers.push(server);
      return server;
    };
    const damage = (): void => {
      const folder = join(data, 'redis', 'appendonlydir');
      const name = readdirSync(folder).find((one) => one.endsWith('.incr.aof')) ?? '';
      const bytes = readFileSync(join(folder, name));
      writeFileSync(join(folder, name), bytes.fill('!', 30, 50));
    };
    const damaged = (): number => lines.filter(({ msg }) => msg.includes('is damaged: it is put aside')).length;
    const first = await start();
    const link = await linked(first.socket);
    await link.set('registration', 'one'.repeat(50));
    link.disconnect();
    await first.close();
    damage();
    const second = await start();
    expect(damaged()).to.equal(1);
    const again = await linked(second.socket);
    expect(await again.get('registration')).to.equal(null);
    await again.set('registration', 'two'.repeat(50));
    process.kill(second.pid ?? 0, 'SIGSTOP');
    damage();
    process.kill(second.pid ?? 0, 'SIGKILL');
    await event(again, 'close');
    await event(again, 'ready');
    expect(damaged()).to.equal(2);
    expect(readdirSync(join(data, 'redis')).filter((name) => name.includes('.damaged-'))).to.have.length(2);
  });

  it('says what to install where there is none, or one that is too old', async () => {
    const missing = await refusal('redis-server-that-is-not-there');
    expect(missing.code).to.equal('REDIS_MISSING');
    expect(missing.hint).to.contain('redis-server');
    const old = join(data, 'old-redis');
    writeFileSync(old, '#!/bin/sh\necho "Redis server v=5.0.14 sha=0:0"\n', { mode: 0o755 });
    expect((await refusal(old)).code).to.equal('REDIS_TOO_OLD');
    const broken = join(data, 'broken-redis');
    writeFileSync(broken, '#!/bin/sh\n[ "$1" = --version ] && echo "Redis server v=7.0.1" || exit 3\n', {
      mode: 0o755,
    });
    const error = await refusal(broken);
    expect(error.code).to.equal('REDIS_NOT_STARTED');
    expect(error.message).to.contain('status 3');
  });

  it('ends when the program that started it is killed', async () => {
    const url = (path: string): string => JSON.stringify(new URL(`../../../src/${path}`, import.meta.url).href);
    const program = `
      const { RedisServer } = await import(${url('archive/redis-server.js')});
      const { systemClock } = await import(${url('base/clock.js')});
      const { silentLog } = await import(${url('base/log.js')});
      const server = await RedisServer.start({ data: ${JSON.stringify(data)}, clock: systemClock, log: silentLog });
      process.stdout.write(String(server.pid));
      setInterval(() => undefined, 60_000);`;
    const other = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(other.stdout, 'data');
    const link = await linked(join(data, 'redis/redis.sock'));
    const closed = event(link, 'close');
    other.kill('SIGKILL');
    await closed;
  });

  it('takes the place of one that was left behind all the same, with what that had', async () => {
    const folder = join(data, 'redis');
    mkdirSync(folder);
    const settings = {
      port: '0',
      unixsocket: join(folder, 'redis.sock'),
      dir: folder,
      pidfile: join(folder, 'redis.pid'),
      appendonly: 'yes',
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    const left = spawn('redis-server', flags, { stdio: 'ignore' });
    const exited = once(left, 'exit');
    await (await linked(join(folder, 'redis.sock'))).set('kept', 'yes');
    const server = await started(data);
    await exited;
    expect(server.pid).to.not.equal(left.pid);
    expect(await (await linked(server.socket)).get('kept')).to.equal('yes');
  });

  it('keeps its socket short where the data folder’s path is long', async () => {
    const long = join(data, 'x'.repeat(120));
    expect((await started(long)).socket.length).to.be.lessThan(104);
  });
});
