/**
 * How many recorded calls one engine carries, and at what price: `npm run bench:capacity -- --calls 100 --pairs 5 --plane session`.
 *
 * SIPp places the calls and answers them as a handset; the sound comes from `rtp-peer` (C), which carries the sending time in
 * each packet and never sleeps. Halina is on one processor, everything else on another, where SIPp is stopped once all calls are
 * up: the other runs have none. A round is three runs with the same load, in turn: Halina, the least relay that Node can do
 * (`lib/dgram-echo.ts`), and no relay at all, leg to leg; with `--rtpengine` also rtpengine in user space, with its recording and
 * without. Figures are taken round by round.
 *
 * `usPerPacket` is the whole cost of relaying and recording a packet: CPU of the media process, and what sending costs the generator
 * more than leg to leg, since the kernel works for the receiver in the sender's time. The latter (`usPerPacketMoved`) is measured in a
 * window after the other figures, for each relay alike: the generator sends by turns of 0.2 s through the relay and past it
 * (`rtp-peer --aside`), and the median of what neighbouring turns differ by counts. Taken between processes it is the difference of two
 * numbers, each several times as large, that were measured a minute apart.
 *
 * `ratioToDgram` compares the whole with the same of the least relay, which records nothing. `sustainedCalls` are those whose relaying,
 * recording and encoding together fit one core all day. Added delay is over that of leg to leg. `--profile DIR` keeps CPU profiles.
 * `--memory` makes one run of Halina alone, `--rate` calls placed a second (40): what a call takes of memory while all talk (the kernel's
 * tables and tapes, which are there before the first call, with it), and what of their sound the generator had the time for.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { address, insideNamespace } from '../test/support/e2e/network.js';
import { start, stopAll } from '../test/support/e2e/process.js';
import { rtpPeer, type RtpPeer, type RtpPeerFigures } from '../test/support/peers/rtp-peer.js';
import { encoderSpeed } from './lib/encoder-speed.js';
import { report, spread } from './lib/figures.js';
import {
  machineName,
  machineTime,
  mapsKb,
  othersPct,
  processTree,
  since,
  stayOn,
  stealPct,
  timeOf,
} from './lib/machine.js';
import { HALINA_CPU, LOAD_CPU, connected, standingCalls, startOffice, totalKb } from './lib/office.js';
import { rtpengineCalls, startRtpengine, whyNoRtpengine } from './lib/rtpengine.js';

const PEER_BASE = 40_000;
const RELAY_BASE = 20_000;
/**
 * From when all talk until they are measured, milliseconds: blocks of spools are in use; and programs of Node's compile, which takes
 * V8's threads in the media process 0.8 to 1.1 µs a packet after 2.5 s, 0.2 to 0.3 after 9 s, 0.04 after 25 s, and nothing later in
 * the day.
 */
const WARM_MS = 10_000;
const NODE_WARM_MS = 20_000;
/** Of both sides of a call. */
const PACKETS_A_SECOND = 100;
/** A run says nothing above this share of stolen time… */
const MAX_STEAL_PCT = 5;
/** …or where relay or generator, each with a processor to itself, had to wait for it this share of the time. */
const MAX_WAIT_PCT = 10;

interface Run extends RtpPeerFigures {
  /** CPU of the relay's process, and of all that Halina runs. */
  readonly relayUs: number;
  readonly wholeUs: number;
  readonly memoryKbPerCall: number;
  readonly relayWaitPct: number;
  readonly generatorWaitPct: number;
  readonly othersPct: number;
  readonly stealPct: number;
}

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '100' },
    pairs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
    rate: { type: 'string', default: '40' },
    plane: { type: 'string', default: 'auto' },
    retries: { type: 'string', default: '5' },
    rtpengine: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const calls = Number(values.calls);
const plane = z.enum(['auto', 'kernel', 'session']).parse(values.plane);
const windowMs = Number(values.seconds) * 1000;

const load = (direct = false): Promise<RtpPeer> =>
  rtpPeer({
    address: address.provider,
    base: PEER_BASE,
    count: 2 * calls,
    load: true,
    spin: true,
    rest: true,
    pin: LOAD_CPU,
    ...(direct ? { direct } : { aside: true }),
  });

/** Counts for the length of the window, with all calls up. `relay` forwards, `whole` is everything that Halina runs. */
async function measure(
  peer: RtpPeer,
  relay: readonly number[],
  whole: readonly number[],
  warmMs = WARM_MS,
  memoryKb = () => 0,
) {
  peer.reset(); // all talk from now on
  await wait(warmMs);
  const generator = [peer.child.pid ?? 0];
  const times = () => ({ relay: timeOf(relay), whole: timeOf(whole), generator: timeOf(generator) });
  const machine = machineTime();
  const before = times();
  peer.reset();
  await wait(windowMs);
  const after = times();
  const [relayTime, wholeTime] = [since(before.relay, after.relay), since(before.whole, after.whole)];
  const generatorTime = since(before.generator, after.generator);
  const shares = { othersPct: othersPct(machine, wholeTime.cpuMs + generatorTime.cpuMs), stealPct: stealPct(machine) };
  const memoryKbPerCall = memoryKb() / calls;
  const figures = await peer.figures();
  const movedUs = await movedOf(peer, relay);
  if (figures.measured === 0) throw new Error('no packet came through: there is nothing to measure');
  return {
    ...figures,
    movedUs,
    relayUs: (1000 * relayTime.cpuMs) / figures.measured,
    wholeUs: (1000 * wholeTime.cpuMs) / figures.measured,
    memoryKbPerCall,
    relayWaitPct: (100 * relayTime.waitMs) / windowMs,
    generatorWaitPct: (100 * generatorTime.waitMs) / windowMs,
    ...shares,
  } satisfies Run;
}

/** What sending costs more through a relay than past it, by turns within the generator. */
async function movedOf(peer: RtpPeer, relay: readonly number[]): Promise<number> {
  if (relay.length > 0) {
    peer.alternate();
    await wait(windowMs);
  }
  const { movedUs } = await peer.finish();
  return movedUs;
}

const directRun = async (): Promise<Run> => measure(await load(true), [], []);

async function echoRun(): Promise<Run> {
  const peer = await load();
  const script = new URL('lib/dgram-echo.js', import.meta.url).pathname;
  const where = [address.officeFace, RELAY_BASE, calls, address.provider, PEER_BASE].map(String);
  const echo = start('taskset', ['-c', String(HALINA_CPU), process.execPath, script, ...where]);
  await echo.until(/ready/);
  const pid = echo.child.pid ?? 0;
  const run = await measure(peer, [pid], [pid], NODE_WARM_MS);
  await echo.stop();
  return run;
}

async function rtpengineRun(record: boolean): Promise<Run> {
  const peer = await load();
  const daemon = await startRtpengine({ address: address.officeFace, pin: HALINA_CPU, record });
  await rtpengineCalls(address.officeFace, { address: address.provider, base: PEER_BASE, calls, record });
  const pids = processTree(daemon.child.pid ?? 0).map(({ pid }) => pid);
  const run = await measure(peer, pids, pids);
  await daemon.stop();
  return run;
}

async function halinaRun(): Promise<Run> {
  const peer = await load();
  const config = { media: { silenceTimeout: '0s', plane } };
  const { halina, pids, all } = await startOffice({
    config,
    maxCalls: calls + 10,
    profile: values.profile,
  });
  const idleKb = totalKb(all);
  const maps = mapsKb(pids.media);
  const parts = Object.entries(pids).map(([part, of]) => ({ part, of, idle: totalKb(of) }));
  const placed = await standingCalls({ calls, base: PEER_BASE, rate: Number(values.rate) });
  await connected(halina, calls);
  placed.rest();
  const run = await measure(peer, pids.media, all, NODE_WARM_MS, () => {
    const grown = parts.map(({ part, of, idle }): [string, number] => [part, totalKb(of) - idle]);
    const kbs = [...grown, ['kernel maps', maps]] as const;
    memoryByPart = Object.fromEntries(kbs.map(([part, kb]) => [part, Math.round(kb / calls)]));
    return totalKb(all) - idleKb + maps;
  });
  placed.resume();
  await halina.stop();
  await placed.stop();
  return run;
}

/** kB a call, of Halina's parts in the last run. */
let memoryByPart: Readonly<Record<string, number>> = {};

interface Round {
  readonly halina: Run;
  readonly echo: Run;
  readonly direct: Run;
  readonly rtpengine?: { readonly recording: Run; readonly plain: Run };
}

const runsOf = ({ halina, echo, direct, rtpengine }: Round): readonly Run[] => [
  halina,
  echo,
  direct,
  ...(rtpengine ? [rtpengine.recording, rtpengine.plain] : []),
];
const worst = (round: Round, pick: (run: Run) => number): number => Math.max(...runsOf(round).map(pick));
const isDisturbed = (round: Round): boolean =>
  worst(round, (run) => run.stealPct) > MAX_STEAL_PCT ||
  worst(round, (run) => Math.max(run.relayWaitPct, run.generatorWaitPct)) > MAX_WAIT_PCT;

/** Figures that were measured once. */
const once = (figures: Readonly<Record<string, number>>): Record<string, ReturnType<typeof spread>> =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, spread([value])]));

if (!insideNamespace()) throw new Error('run it by `npm run bench:capacity`: it needs a network namespace of its own');
const lacking = values.rtpengine ? whyNoRtpengine() : undefined;
if (lacking !== undefined) {
  console.error(lacking);
  process.exit(1);
}
stayOn(LOAD_CPU);
if (values.memory) {
  const run = await halinaRun();
  await stopAll();
  const sentPct = (100 * run.sent) / (calls * PACKETS_A_SECOND * Number(values.seconds));
  const { memoryKbPerCall, lostPct: lossPct, relayWaitPct, othersPct: others, stealPct: steal } = run;
  const figures = { memoryKbPerCall, sentPct, lossPct, relayWaitPct, othersPct: others, stealPct: steal };
  const title = `memory of ${calls} recorded calls that talk`;
  report(title, once(figures), { machine: machineName(), plane, calls, memoryByPart });
  process.exit(0);
}
const rounds: Round[] = [];
let disturbed = 0;
try {
  // A disturbed round is made again, but not for ever: then all are shown, and it is said.
  while (rounds.length < Number(values.pairs)) {
    const round: Round = {
      halina: await halinaRun(),
      echo: await echoRun(),
      direct: await directRun(),
      ...(values.rtpengine && { rtpengine: { recording: await rtpengineRun(true), plain: await rtpengineRun(false) } }),
    };
    if (isDisturbed(round) && disturbed++ < Number(values.retries)) continue;
    rounds.push(round);
  }
} finally {
  await stopAll();
}

/** What a packet costs through this run's relay, in the relay and in the generator. */
const cost = (run: Run): number => run.relayUs + run.movedUs;
const addedMs = (pick: (run: Run) => number, run: Run, { direct }: Round): number => (pick(run) - pick(direct)) / 1000;
const of = (pick: (round: Round) => number) => spread(rounds.map(pick));

/** Beside rtpengine, where it ran in every round. */
function besideRtpengine(): Record<string, ReturnType<typeof spread>> {
  const both = rounds.flatMap((round) => (round.rtpengine ? [{ round, ...round.rtpengine }] : []));
  if (both.length === 0) return {};
  const over = (pick: (one: (typeof both)[number]) => number) => spread(both.map(pick));
  const p50 = (run: Run): number => run.delayUsP50;
  const p99 = (run: Run): number => run.delayUsP99;
  return {
    ratioToRtpengine: over((r) => cost(r.round.halina) / cost(r.recording)),
    ratioToRtpenginePlain: over((r) => cost(r.round.halina) / cost(r.plain)),
    usPerPacketRtpengine: over((r) => cost(r.recording)),
    usPerPacketRtpenginePlain: over((r) => cost(r.plain)),
    lossPctRtpengine: over((r) => r.recording.lostPct),
    addedDelayMsP50Rtpengine: over((r) => addedMs(p50, r.recording, r.round)),
    addedDelayMsP99Rtpengine: over((r) => addedMs(p99, r.recording, r.round)),
  };
}
/** Seconds of a call, both of whom talk without end, in one of CPU. */
const encoderXRealtime = await encoderSpeed('halina');
report(
  `${calls} recorded calls at once, ${values.seconds} s a run, ${rounds.length} rounds`,
  {
    usPerPacket: of((r) => cost(r.halina)),
    usPerPacketRelay: of((r) => r.halina.relayUs),
    usPerPacketMoved: of((r) => r.halina.movedUs),
    usPerPacketDgram: of((r) => cost(r.echo)),
    usPerPacketWholeProgram: of((r) => r.halina.wholeUs + r.halina.movedUs),
    ratioToDgram: of((r) => cost(r.halina) / cost(r.echo)),
    ...besideRtpengine(),
    lossPct: of((r) => r.halina.lostPct),
    lossPctDgram: of((r) => r.echo.lostPct),
    addedDelayMsP50: of((r) => addedMs((run) => run.delayUsP50, r.halina, r)),
    addedDelayMsP99: of((r) => addedMs((run) => run.delayUsP99, r.halina, r)),
    addedDelayMsP50Dgram: of((r) => addedMs((run) => run.delayUsP50, r.echo, r)),
    addedDelayMsP99Dgram: of((r) => addedMs((run) => run.delayUsP99, r.echo, r)),
    memoryKbPerCall: of((r) => r.halina.memoryKbPerCall),
    encoderXRealtime: spread([encoderXRealtime]),
    sustainedCalls: of((r) => 1e6 / (PACKETS_A_SECOND * cost(r.halina) + 1e6 / encoderXRealtime)),
    delayMsP99Direct: of((r) => r.direct.delayUsP99 / 1000),
    generatorIdlePct: of((r) => r.halina.idlePct),
    relayWaitPct: of((r) => Math.max(r.halina.relayWaitPct, r.echo.relayWaitPct)),
    generatorWaitPct: of((r) => worst(r, (run) => run.generatorWaitPct)),
    generatorWaitPctHalina: of((r) => r.halina.generatorWaitPct),
    generatorWaitPctDirect: of((r) => r.direct.generatorWaitPct),
    othersPct: of((r) => worst(r, (run) => run.othersPct)),
    stealPct: of((r) => worst(r, (run) => run.stealPct)),
  },
  {
    machine: machineName(),
    plane,
    calls,
    packetsPerSecond: calls * PACKETS_A_SECOND,
    memoryByPart,
    disturbedRounds: disturbed,
    tooDisturbed: rounds.some(isDisturbed),
  },
);
