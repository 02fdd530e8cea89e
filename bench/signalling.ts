/**
 * How many calls a second are set up and ended, and at what price:
 *   npm run bench:signalling -- --rate 20 --seconds 10 --pairs 5
 *
 * SIPp places calls and answers them as a handset; a call is a notice of 100 ms as early media, an INVITE to the handset, an
 * answer, and a BYE. Each pair is one run of Halina and one of the least that answers a call in Node (`lib/sip-echo.ts`: one leg,
 * no state), with the same SIPp, in turn. A call through Halina is two calls of SIP with media ports and an entry besides.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Halina, officeConfig } from '../test/support/e2e/halina.js';
import { address, insideNamespace } from '../test/support/e2e/network.js';
import { start, stopAll } from '../test/support/e2e/process.js';
import { sipp, type Sipp } from '../test/support/e2e/sipp.js';
import { report, spread } from './lib/figures.js';
import { cpuMs, machineName, machineTime, processTree, stealPct } from './lib/machine.js';

const MAX_STEAL_PCT = 5;

interface Run {
  readonly callsPerSecond: number;
  readonly failed: number;
  readonly cpuMsPerCall: number;
  readonly inviteTo18xMsP50: number;
  readonly inviteTo18xMsP99: number;
  readonly stealPct: number;
}

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '10' },
    pairs: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const rate = Number(values.rate);
const calls = rate * Number(values.seconds);

/** Places all calls; `pids` are the processes whose time counts. */
async function drive(to: string, pids: readonly number[]): Promise<Run> {
  const cpu = (): number => pids.reduce((sum, pid) => sum + cpuMs(pid), 0);
  const [machine, cpuBefore, begin] = [machineTime(), cpu(), performance.now()];
  const caller = await sipp({
    scenario: 'caller-signals',
    address: address.provider,
    to,
    values: { number: '48227836000', caller: '+48221234567', media: 9_000, talk: 0 },
    calls,
    rate,
    quiet: true,
    traceResponseTimes: true,
  });
  await caller.ended;
  const seconds = (performance.now() - begin) / 1000;
  const times = (await responseTimes(caller)).sort((a, b) => a - b);
  const counted = [...caller.output().matchAll(/Failed call\s*\|[^|]*\|\s*(\d+)/g)].at(-1);
  const failed = Number(counted?.[1] ?? calls);
  return {
    callsPerSecond: (calls - failed) / seconds,
    failed,
    cpuMsPerCall: (cpu() - cpuBefore) / calls,
    inviteTo18xMsP50: times[Math.floor(times.length * 0.5)] ?? Number.NaN,
    inviteTo18xMsP99: times[Math.floor(times.length * 0.99)] ?? Number.NaN,
    stealPct: stealPct(machine),
  };
}

/** SIPp's `-trace_rtt` file: date, milliseconds, name of the measure. */
async function responseTimes(caller: Sipp): Promise<number[]> {
  const name = (await readdir(caller.folder)).find((file) => file.endsWith('_rtt.csv'));
  if (!name) return [];
  const lines = (await readFile(join(caller.folder, name), 'utf8')).trim().split('\n').slice(1);
  return lines.map((line) => Number(line.split(';')[1])).filter(Number.isFinite);
}

async function shortNotice(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'halina-prompts-'));
  await mkdir(join(folder, 'pl'));
  const file = join(folder, 'pl', 'notice.wav');
  execFileSync('sox', ['-n', '-r', '8000', '-c', '1', '-b', '16', file, 'synth', '0.1', 'sine', '440', 'vol', '0.2']);
  return folder;
}

async function halinaRun(folder: string): Promise<Run> {
  const config = officeConfig({
    notice: { folder, mode: 'early-media', order: 'before-ringing', mediaWait: '0s' },
    media: { silenceTimeout: '0s', portDrain: '100ms' },
  });
  const routes = config.routes?.map((route) => ({ ...route, record: 'never' as const })) ?? [];
  const halina = await Halina.start(
    { ...config, routes, sip: { ...config.sip, maxCalls: 2000 } },
    {
      pin: 0,
      nodeOptions: values.profile ? ['--cpu-prof', `--cpu-prof-dir=${values.profile}`] : [],
    },
  );
  const registration = await sipp({
    scenario: 'handset-registers',
    address: address.handset(0),
    to: `${address.officeFace}:5060`,
    fields: ['201;[authentication username=201 password=secret-201]'],
    values: { port: 5060 },
  });
  await registration.done();
  const callee = await sipp({
    scenario: 'callee-answers',
    address: address.handset(0),
    values: { media: 9_002, ring: 0, wait: 60_000 },
    calls,
    quiet: true,
  });
  const pids = processTree(halina.process.child.pid ?? 0).map((one) => one.pid);
  const run = await drive(`${address.trunkFace}:5060`, pids);
  await callee.stop();
  await halina.stop();
  return run;
}

async function echoRun(): Promise<Run> {
  const script = new URL('lib/sip-echo.js', import.meta.url).pathname;
  const echo = start('taskset', ['-c', '0', process.execPath, script, address.trunkFace, '5060', '9000']);
  await echo.until(/ready/);
  const run = await drive(`${address.trunkFace}:5060`, [echo.child.pid ?? 0]);
  await echo.stop();
  return run;
}

if (!insideNamespace())
  throw new Error('run it by `npm run bench:signalling`: it needs a network namespace of its own');
const folder = await shortNotice();
const runs: { halina: Run; echo: Run }[] = [];
let disturbed = 0;
try {
  while (runs.length < Number(values.pairs) && disturbed <= Number(values.pairs)) {
    const pair = { halina: await halinaRun(folder), echo: await echoRun() };
    if (Math.max(pair.halina.stealPct, pair.echo.stealPct) > MAX_STEAL_PCT) disturbed++;
    else runs.push(pair);
  }
} finally {
  await stopAll();
}
const of = (pick: (pair: { halina: Run; echo: Run }) => number) => spread(runs.map(pick));
report(
  `${rate} new calls a second for ${values.seconds} s, ${runs.length} pairs`,
  {
    callsPerSecond: of((p) => p.halina.callsPerSecond),
    failed: of((p) => p.halina.failed),
    failedEcho: of((p) => p.echo.failed),
    cpuMsPerCall: of((p) => p.halina.cpuMsPerCall),
    cpuMsPerCallEcho: of((p) => p.echo.cpuMsPerCall),
    ratioToEcho: of((p) => p.halina.cpuMsPerCall / p.echo.cpuMsPerCall),
    inviteTo18xMsP50: of((p) => p.halina.inviteTo18xMsP50),
    inviteTo18xMsP99: of((p) => p.halina.inviteTo18xMsP99),
    inviteTo18xMsP99Echo: of((p) => p.echo.inviteTo18xMsP99),
    stealPct: of((p) => Math.max(p.halina.stealPct, p.echo.stealPct)),
  },
  { machine: machineName(), rate, calls, disturbedPairs: disturbed },
);
