/**
 * The runs of bench/signalling: load on Halina, on its SIP server with the smallest application, on the least that answers,
 * and calls that stay up.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { address } from '../../test/support/e2e/network.js';
import { halinaCommand } from '../../test/support/e2e/halina.js';
import { start, type Started } from '../../test/support/e2e/process.js';
import { sipp, type Sipp } from '../../test/support/e2e/sipp.js';
import { machineTime, othersPct, since, stealPct, timeOf } from './machine.js';
import { HALINA_CPU, LOAD_CPU, startOffice, totalKb, type Part } from './office.js';

export interface SignallingRun {
  readonly callsPerSecond: number;
  readonly failed: number;
  /** CPU a call. */
  readonly cpuMs: Readonly<Record<Part, number>>;
  readonly inviteTo180MsP50: number;
  readonly inviteTo180MsP99: number;
  /** Share of the time in which something of what is measured was ready and waited for a processor; can be above 100. */
  readonly waitPct: number;
  readonly loadWaitPct: number;
  readonly othersPct: number;
  readonly stealPct: number;
}

export interface SignallingLoad {
  /** New calls a second. */
  readonly rate: number;
  readonly calls: number;
  /** Calls before those that count. */
  readonly warmup: number;
  /** The most calls that are up at once: the next one waits for the end of another. */
  readonly atOnce: number;
}

type Pids = Readonly<Record<Part, readonly number[]>>;

const NUMBER = { number: '48227836000', caller: '+48221234567' };

const place = (to: string, calls: number, rate: number, limit = 20_000): Promise<Sipp> =>
  sipp({
    scenario: 'caller-signals',
    address: address.provider,
    to,
    values: { ...NUMBER, media: 9_000, talk: 0 },
    calls,
    rate,
    limit,
    quiet: true,
    traceResponseTimes: true,
    pin: LOAD_CPU,
  });

/** Places all calls and waits for their ends. */
async function drive(to: string, load: SignallingLoad, pids: Pids, callee?: Sipp): Promise<SignallingRun> {
  const { rate, calls, warmup, atOnce } = load;
  if (warmup > 0) await (await place(to, warmup, rate, atOnce)).ended;
  const parts = (): Record<Part, number> => ({
    server: timeOf(pids.server).cpuMs,
    application: timeOf(pids.application).cpuMs,
    media: timeOf(pids.media).cpuMs,
    redis: timeOf(pids.redis).cpuMs,
  });
  const all = Object.values(pids).flat();
  const whole = () => timeOf(all);
  const [machine, partsBefore, wholeBefore, begin] = [machineTime(), parts(), whole(), performance.now()];
  const caller = await place(to, calls, rate, atOnce);
  const loadPids = [caller, ...(callee ? [callee] : [])].flatMap((one) => one.child.pid ?? []);
  const calleeBefore = timeOf(loadPids);
  // Its own times go with it, so they are taken while it still runs.
  let loadTime = since(calleeBefore, calleeBefore);
  const watch = setInterval(() => (loadTime = since(calleeBefore, timeOf(loadPids))), 250);
  await caller.ended;
  clearInterval(watch);
  const ms = performance.now() - begin;
  const after = parts();
  const time = since(wholeBefore, whole());
  const times = (await responseTimes(caller)).sort((a, b) => a - b);
  const failed = failedOf(caller) ?? calls;
  const part = (name: Part): number => (after[name] - partsBefore[name]) / calls;
  return {
    callsPerSecond: (1000 * (calls - failed)) / ms,
    failed,
    cpuMs: { server: part('server'), application: part('application'), media: part('media'), redis: part('redis') },
    inviteTo180MsP50: times[Math.floor(times.length * 0.5)] ?? Number.NaN,
    inviteTo180MsP99: times[Math.floor(times.length * 0.99)] ?? Number.NaN,
    waitPct: (100 * time.waitMs) / ms,
    loadWaitPct: (100 * loadTime.waitMs) / ms,
    othersPct: othersPct(machine, time.cpuMs + loadTime.cpuMs),
    stealPct: stealPct(machine),
  };
}

function failedOf(caller: Sipp): number | undefined {
  const counted = [...caller.output().matchAll(/Failed call\s*\|[^|]*\|\s*(\d+)/g)].at(-1);
  return counted && Number(counted[1]);
}

/** SIPp's `-trace_rtt` file: date, milliseconds, name of the measure. */
async function responseTimes(caller: Sipp): Promise<number[]> {
  const name = (await readdir(caller.folder)).find((file) => file.endsWith('_rtt.csv'));
  if (!name) return [];
  const lines = (await readFile(join(caller.folder, name), 'utf8')).trim().split('\n').slice(1);
  return lines.map((line) => Number(line.split(';')[1])).filter(Number.isFinite);
}

const answering = (calls: number): Promise<Sipp> =>
  sipp({
    scenario: 'callee-answers',
    address: address.handset(0),
    values: { media: 9_002, ring: 0, wait: 600_000 },
    calls,
    limit: 20_000,
    quiet: true,
    pin: LOAD_CPU,
  });

const CONNECTED = '"msg":"call connected"';
const media = { silenceTimeout: '0s', portDrain: '100ms' };

export async function halinaRun(load: SignallingLoad, cpus: string, profile?: string): Promise<SignallingRun> {
  const office = await startOffice({ config: { media }, record: false, maxCalls: 20_000, cpus, profile });
  const callee = await answering(load.warmup + load.calls);
  const run = await drive(`${address.trunkFace}:5060`, load, office.pids, callee);
  await callee.stop();
  await office.halina.stop();
  return run;
}

/** The SIP server as `halina sip-server` runs it, and an application of ten lines: what is left when the office is taken away. */
export async function bareRun(load: SignallingLoad, cpus: string, profile?: string): Promise<SignallingRun> {
  const application = '127.0.0.1:9022';
  const secret = 'bare';
  const options = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
  const node = async (ready: RegExp, ...args: string[]): Promise<Started> => {
    const started = start('taskset', ['-c', cpus, process.execPath, ...options, ...args], {
      env: { NODE_ENV: 'production' },
    });
    await started.until(ready);
    return started;
  };
  const at = ['--address', address.trunkFace, '--application', application, '--secret', secret];
  const server = await node(/"msg":"ready"/, ...halinaCommand, 'sip-server', ...at);
  const script = new URL('bare-b2bua.js', import.meta.url).pathname;
  const app = await node(/ready/, script, application, secret, `sip:201@${address.handset(0)}:5060`);
  const callee = await answering(load.warmup + load.calls);
  const pids = { server: [server.child.pid ?? 0], application: [app.child.pid ?? 0], media: [], redis: [] };
  const run = await drive(`${address.trunkFace}:5060`, load, pids, callee);
  await Promise.all([callee.stop(), app.stop(), server.stop()]);
  return run;
}

export async function echoRun(load: SignallingLoad): Promise<SignallingRun> {
  const script = new URL('sip-echo.js', import.meta.url).pathname;
  const where = [address.trunkFace, '5060', '9000'];
  const echo = start('taskset', ['-c', String(HALINA_CPU), process.execPath, script, ...where]);
  await echo.until(/ready/);
  const pids = { server: [echo.child.pid ?? 0], application: [], media: [], redis: [] };
  const run = await drive(`${address.trunkFace}:5060`, { ...load, warmup: Math.min(load.warmup, 300) }, pids);
  await echo.stop();
  return run;
}

/** Bytes of memory that belong to a dialog, by part, with `calls` up at once. */
export async function dialogMemory(calls: number, cpus: string): Promise<Record<Part, number>> {
  // A call has four sockets, and a process commonly no more than 20,000 files.
  const engines = Math.ceil((4 * calls) / 16_000);
  const config = { media: { ...media, engines, ports: { from: 10_000, to: 64_000 } } };
  const office = await startOffice({ config, record: false, maxCalls: calls + 10, cpus });
  const warm = 500;
  const callee = await answering(warm + calls);
  const to = `${address.trunkFace}:5060`;
  await (
    await place(to, warm, 50)
  ).ended;
  const kb = (): Record<Part, number> => ({
    server: totalKb(office.pids.server),
    application: totalKb(office.pids.application),
    media: totalKb(office.pids.media),
    redis: totalKb(office.pids.redis),
  });
  const before = kb();
  // Of those that hang up at once, some are over before both could talk.
  const connected = office.halina.process.output().split(CONNECTED).length - 1;
  const caller = await sipp({
    scenario: 'caller-waits',
    address: address.provider,
    to,
    values: { ...NUMBER, media: 9_000, wait: 600_000 },
    calls,
    rate: 60,
    limit: calls,
    quiet: true,
    pin: LOAD_CPU,
  });
  await office.halina.process.untilTimes(CONNECTED, connected + calls, 60_000 + calls * 20);
  const after = kb();
  await office.halina.stop();
  await Promise.all([caller.stop(), callee.stop()]);
  const each = (part: Part): number => ((after[part] - before[part]) * 1024) / (2 * calls);
  return { server: each('server'), application: each('application'), media: each('media'), redis: each('redis') };
}
