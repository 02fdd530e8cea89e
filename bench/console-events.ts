/**
 * What the live view costs: a console with so many browsers on its events while calls begin, change and end, and the processor
 * time that its process takes for it. `-- COMMAND…` runs beside them (bench:capacity, say), once with nobody watching
 * and once with all of them, so that both can be compared.
 *
 *     node dist/bench/console-events.js [--clients 200] [--calls 100] [--seconds 20] [--json] [-- COMMAND…]
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { systemClock } from '../src/base/clock.js';
import type { LiveCall } from '../src/console/doors.js';
import { RedisStand } from '../test/support/console/stand.js';
import { Whole } from '../test/support/console/whole.js';

/** Browsers of one person, of those that the hub admits. */
const EACH = 8;
/** A call changes so often: it rings, is answered, ends; milliseconds. */
const CHANGE_MS = 3000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    clients: { type: 'string', default: '200' },
    calls: { type: 'string', default: '100' },
    seconds: { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
    watch: { type: 'string' },
  },
});

/** The other process: browsers, as far as they take events. */
async function watchAll(list: string): Promise<void> {
  const { url, cookies } = JSON.parse(list) as { url: string; cookies: readonly string[] };
  let bytes = 0;
  const open = cookies.map(async (cookie) => {
    const request = get(`${url}/api/v1/events`, { headers: { cookie }, agent: false });
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream & { statusCode?: number }];
    if (response.statusCode !== 200) throw new Error(`a browser got ${response.statusCode}`);
    response.on('data', (chunk: Buffer) => (bytes += chunk.length));
  });
  await Promise.all(open);
  process.send?.({ ready: open.length });
  process.on('message', () => process.send?.({ bytes }));
}

/** Calls that never stand still. */
function callsAt(now: number, many: number): LiveCall[] {
  return Array.from({ length: many }, (_, n) => {
    const turn = Math.floor((now + (n * CHANGE_MS) / many) / CHANGE_MS);
    const state = ['notice', 'ringing', 'talking'][turn % 3] ?? 'talking';
    const startedAt = now - (now % (3 * CHANGE_MS));
    const id = `bench-${n}-${Math.floor(turn / 3)}`;
    return { id, direction: 'inbound', state, trunk: 'operator', outside: `+4860010${n}`, dialled: '+48227836000', startedAt, recording: state === 'talking' }; // prettier-ignore
  });
}

async function run(command: readonly string[]): Promise<void> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: 'inherit' });
  const [status] = (await once(child, 'exit')) as [number | null];
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}`);
}

/** Percent of one processor that this process takes over the time, and what it did to the clock. */
async function measured(work: () => Promise<void>): Promise<{ cpuPct: number; seconds: number }> {
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  return { cpuPct: (user + system) / 10 / ms, seconds: ms / 1000 };
}

async function main(): Promise<void> {
  const [clients, calls, seconds] = [Number(values.clients), Number(values.calls), Number(values.seconds)];
  const redis = await RedisStand.start();
  const whole = await Whole.open(redis);
  whole.live = () => callsAt(systemClock.now(), calls);
  const url = await whole.listen();
  const cookies: string[] = [];
  for (let n = 0; cookies.length < clients; n++) {
    const person = await whole.account(`osoba.${n}`, 'administrator');
    const { cookie } = await whole.visitor(person);
    for (let each = 0; each < EACH && cookies.length < clients; each++) cookies.push(cookie);
  }
  const work = (): Promise<void> =>
    positionals.length > 0 ? run(positionals) : new Promise((done) => setTimeout(done, seconds * 1000));
  const alone = await measured(work);
  const child = fork(fileURLToPath(import.meta.url), ['--watch', JSON.stringify({ url, cookies })]);
  await heard(child, 'ready');
  const before = await asked(child);
  const watched = await measured(work);
  const kbPerSecond = ((await asked(child)) - before) / 1000 / watched.seconds;
  child.kill();
  await whole.close();
  await redis.close();
  const result = { clients, calls, cpuPctAlone: alone.cpuPct, cpuPctWatched: watched.cpuPct, kbPerSecond };
  if (values.json) console.log(JSON.stringify(result));
  else {
    console.log(`${clients} browsers, ${calls} calls that change every ${CHANGE_MS / 1000} s:`);
    console.log(`  processor: ${alone.cpuPct.toFixed(1)} % alone, ${watched.cpuPct.toFixed(1)} % watched`);
    console.log(`  sent: ${kbPerSecond.toFixed(0)} kB/s`);
  }
}

async function heard(child: ChildProcess, name: string): Promise<Record<string, number>> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [Record<string, number>];
    if (name in message) return message;
  }
}

async function asked(child: ChildProcess): Promise<number> {
  child.send({});
  return (await heard(child, 'bytes'))['bytes'] ?? 0;
}

if (values.watch === undefined) await main();
else await watchAll(values.watch);
