/**
 * How many recorded calls one engine carries, and at what price: `npm run bench:capacity -- --calls 100 --pairs 5`.
 *
 * SIPp places the calls and answers them as a handset; the sound comes from `rtp-peer` (C), which carries the sending time in
 * each packet and never sleeps. Halina is pinned to one core, everything else to the other. Each pair is one run of Halina
 * and one of the least relay that Node can do (`lib/dgram-echo.ts`), with the same load, in turn; the ratio is pair by pair.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Halina, officeConfig } from '../test/support/e2e/halina.js';
import { address, insideNamespace } from '../test/support/e2e/network.js';
import { start, stopAll } from '../test/support/e2e/process.js';
import { rtpPeer, type RtpPeer, type RtpPeerFigures } from '../test/support/peers/rtp-peer.js';
import { sipp } from '../test/support/e2e/sipp.js';
import { report, spread } from './lib/figures.js';
import { machineName, machineTime, privateKb, processTree, stealPct, timeOf } from './lib/machine.js';

const PEER_BASE = 40_000;
const RELAY_BASE = 20_000;
/** Above this share of stolen time a run says nothing. */
const MAX_STEAL_PCT = 5;

interface Run extends RtpPeerFigures {
  readonly usPerPacket: number;
  readonly wholeUsPerPacket: number;
  readonly memoryKbPerCall: number;
  readonly stealPct: number;
}

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '100' },
    pairs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
});
const calls = Number(values.calls);
const windowMs = Number(values.seconds) * 1000;

const load = (): Promise<RtpPeer> =>
  rtpPeer({ address: address.provider, base: PEER_BASE, count: 2 * calls, load: true, spin: true, pin: 1 });

/** Counts for the length of the window, with all calls up. `relay` forwards, `whole` is everything that Halina runs. */
async function measure(peer: RtpPeer, relay: readonly number[], whole: readonly number[], memoryKbPerCall: number) {
  await wait(1000);
  const machine = machineTime();
  const sum = (pids: readonly number[]): number => timeOf(pids).cpuMs;
  const before = [sum(relay), sum(whole)] as const;
  peer.reset();
  await wait(windowMs);
  const after = [sum(relay), sum(whole)] as const;
  const figures = await peer.finish();
  return {
    ...figures,
    usPerPacket: (1000 * (after[0] - before[0])) / figures.measured,
    wholeUsPerPacket: (1000 * (after[1] - before[1])) / figures.measured,
    memoryKbPerCall,
    stealPct: stealPct(machine),
  } satisfies Run;
}

async function echoRun(): Promise<Run> {
  const peer = await load();
  const script = new URL('lib/dgram-echo.js', import.meta.url).pathname;
  const where = [address.officeFace, RELAY_BASE, calls, address.provider, PEER_BASE].map(String);
  const echo = start('taskset', ['-c', '0', process.execPath, script, ...where]);
  await echo.until(/ready/);
  const pid = echo.child.pid ?? 0;
  const run = await measure(peer, [pid], [pid], 0);
  await echo.stop();
  return run;
}

const totalKb = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + privateKb(pid), 0);

async function halinaRun(): Promise<Run> {
  const peer = await load();
  const config = officeConfig({ media: { silenceTimeout: '0s' } });
  const halina = await Halina.start({ ...config, sip: { ...config.sip, maxCalls: calls + 10 } }, { pin: 0 });
  const registration = await sipp({
    scenario: 'handset-registers',
    address: address.handset(0),
    to: `${address.officeFace}:5060`,
    fields: ['201;[authentication username=201 password=secret-201]'],
    values: { port: 5060 },
  });
  await registration.done();
  const tree = processTree(halina.process.child.pid ?? 0);
  const whole = tree.map((one) => one.pid);
  const relay = tree.filter((one) => one.command.includes('media/session/main')).map((one) => one.pid);
  const idleKb = totalKb(whole);
  const ports = [...Array(calls).keys()].map((call) => PEER_BASE + 4 * call);
  const media = { media: '[field0]' };
  const common = { calls, limit: calls, rate: 20, mediaAddress: address.provider };
  const callee = await sipp({
    scenario: 'callee-answers',
    address: address.handset(0),
    values: { ...media, ring: 100, wait: 600_000 },
    fields: ports.map((port) => String(port + 2)),
    ...common,
  });
  const caller = await sipp({
    scenario: 'caller-waits',
    address: address.provider,
    to: `${address.trunkFace}:5060`,
    values: { ...media, number: '48227836000', caller: '+48221234567', wait: 600_000 },
    fields: ports.map(String),
    ...common,
  });
  await connected(halina, calls);
  const run = await measure(peer, relay, whole, (totalKb(whole) - idleKb) / calls);
  await halina.stop();
  await Promise.all([caller.stop(), callee.stop()]);
  return run;
}

/** Waits until so many calls have both sides talking. */
async function connected(halina: Halina, count: number): Promise<void> {
  const deadline = Date.now() + 60_000 + count * 100;
  for (;;) {
    const up = halina.log().filter((line) => line.msg === 'call connected').length;
    if (up >= count) return;
    if (Date.now() > deadline) throw new Error(`only ${up} of ${count} calls were connected`);
    await wait(250);
  }
}

if (!insideNamespace()) throw new Error('run it by `npm run bench:capacity`: it needs a network namespace of its own');
const runs: { halina: Run; echo: Run }[] = [];
let disturbed = 0;
try {
  while (runs.length < Number(values.pairs) && disturbed <= Number(values.pairs)) {
    const pair = { halina: await halinaRun(), echo: await echoRun() };
    if (Math.max(pair.halina.stealPct, pair.echo.stealPct) > MAX_STEAL_PCT) disturbed++;
    else runs.push(pair);
  }
} finally {
  await stopAll();
}
const of = (pick: (pair: { halina: Run; echo: Run }) => number) => spread(runs.map(pick));
report(
  `${calls} recorded calls at once, ${values.seconds} s a run, ${runs.length} pairs`,
  {
    usPerPacket: of((p) => p.halina.usPerPacket),
    usPerPacketEcho: of((p) => p.echo.usPerPacket),
    ratioToEcho: of((p) => p.halina.usPerPacket / p.echo.usPerPacket),
    wholeProgramUsPerPacket: of((p) => p.halina.wholeUsPerPacket),
    lossPct: of((p) => p.halina.lostPct),
    lossPctEcho: of((p) => p.echo.lostPct),
    addedDelayMsP50: of((p) => p.halina.delayUsP50 / 1000),
    addedDelayMsP99: of((p) => p.halina.delayUsP99 / 1000),
    addedDelayMsP99Echo: of((p) => p.echo.delayUsP99 / 1000),
    memoryKbPerCall: of((p) => p.halina.memoryKbPerCall),
    generatorIdlePct: of((p) => p.halina.idlePct),
    stealPct: of((p) => Math.max(p.halina.stealPct, p.echo.stealPct)),
  },
  { machine: machineName(), calls, packetsPerSecond: calls * 100, disturbedPairs: disturbed },
);
