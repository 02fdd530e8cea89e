/**
 * What a call costs in signalling, and what it leaves in memory while it lasts:
 *   npm run bench:signalling -- --rate 50 --seconds 20 --rounds 5 --dialogs 20000
 *
 * SIPp places calls and answers them as a handset. A call is an INVITE, an INVITE to the handset, 180, 200 and ACK on both
 * legs, and a BYE at once: authentication by address, routing, media ports, the entry in the journal and in Redis included;
 * no notice and no recording, which are a matter of sound. Every run begins with calls that are not counted, until the
 * compiler has seen everything. What is measured runs on one processor, SIPp on another.
 *
 * A round is one run of each kind in turn, with the same SIPp:
 *   halina  the whole program
 *   bare    its SIP server alone, and the smallest drachtio-srf application (`lib/bare-b2bua.ts`): so the server's cost, and
 *           that of drachtio-srf itself, stand apart from what the office does for a call
 *   echo    the least that answers a call in Node (`lib/sip-echo.ts`: five messages, one leg, no state)
 * `--runs halina,bare` leaves some out.
 *
 * `cpuMsPerCall` is of SIP server and application together; media process and Redis stand beside it, and there is no encoder
 * in it, since nothing is recorded. `--dialogs` keeps half as many calls up at once (a call has two) and shows what of memory
 * each dialog takes. `--highest RATE` looks for the highest rate at which no call fails for `--seconds`: that rate first, then
 * ever lower ones. `--at-once 60` lets no more calls be up than that, and `--rate` far above what can be done: then there is
 * always something to do, nothing is woken for one message alone, and `cpuMsPerCall` is that of the highest rate.
 * `--halina-cpus 0,1` gives what is measured more processors, `--profile DIR` keeps a CPU profile of each of its processes.
 */
import { parseArgs } from 'node:util';
import { insideNamespace } from '../test/support/e2e/network.js';
import { stopAll } from '../test/support/e2e/process.js';
import { report, spread, type Spread } from './lib/figures.js';
import { machineName, stayOn } from './lib/machine.js';
import { HALINA_CPU, LOAD_CPU } from './lib/office.js';
import { bareRun, dialogMemory, echoRun, halinaRun, type SignallingRun } from './lib/signalling-runs.js';

/** A run says nothing above this share of stolen time… */
const MAX_STEAL_PCT = 5;
/** …or where SIPp, which has a processor to itself, had to wait for it this share of the time. */
const MAX_LOAD_WAIT_PCT = 10;
/** While the highest rate is looked for, each is this share of the one before. */
const LOWER = 0.85;

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '5' },
    runs: { type: 'string', default: 'halina,bare,echo' },
    warmup: { type: 'string', default: '1500' },
    dialogs: { type: 'string', default: '20000' },
    highest: { type: 'string' },
    retries: { type: 'string', default: '5' },
    'at-once': { type: 'string', default: '20000' },
    'halina-cpus': { type: 'string', default: String(HALINA_CPU) },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const cpus = values['halina-cpus'];
const loadOf = (rate: number) => ({
  rate,
  calls: Math.round(rate * seconds),
  warmup: Number(values.warmup),
  atOnce: Number(values['at-once']),
});
const rate = Number(values.rate);
const load = loadOf(rate);

const kinds = {
  halina: () => halinaRun(load, cpus, values.profile),
  bare: () => bareRun(load, cpus, values.profile),
  echo: () => echoRun(load),
};
type Kind = keyof typeof kinds;
type Round = Partial<Record<Kind, SignallingRun>>;
const isKind = (name: string): name is Kind => name in kinds;
const wanted = values.runs.split(',').filter(isKind);

const runsOf = (round: Round): SignallingRun[] => Object.values(round);
const most = (round: Round, pick: (run: SignallingRun) => number): number => Math.max(...runsOf(round).map(pick));
const both = ({ cpuMs }: SignallingRun): number => cpuMs.server + cpuMs.application;

const isDisturbed = (round: Round): boolean =>
  most(round, (run) => run.stealPct) > MAX_STEAL_PCT ||
  (cpus === String(HALINA_CPU) && most(round, (run) => run.loadWaitPct) > MAX_LOAD_WAIT_PCT);

async function oneRound(): Promise<Round> {
  const round: Round = {};
  for (const kind of wanted) round[kind] = await kinds[kind]();
  return round;
}

/** The highest rate at which no call failed, or 0. */
async function highest(from: number): Promise<number> {
  for (let tried = from; tried >= 1; tried = Math.floor(tried * LOWER)) {
    const run = await halinaRun(loadOf(tried), cpus);
    const kept = run.failed === 0 && run.callsPerSecond > LOWER * tried;
    console.error(
      `${tried}/s: ${run.callsPerSecond.toFixed(1)} calls/s, ${run.failed} failed, ${both(run).toFixed(2)} ms`,
    );
    if (kept) return tried;
  }
  return 0;
}

if (!insideNamespace())
  throw new Error('run it by `npm run bench:signalling`: it needs a network namespace of its own');
stayOn(LOAD_CPU);
const rounds: Round[] = [];
let disturbed = 0;
let bytesPerDialog: Awaited<ReturnType<typeof dialogMemory>> | undefined;
let highestRate: number | undefined;
try {
  // A disturbed round is made again, but not for ever: then all are shown, and it is said.
  while (rounds.length < Number(values.rounds)) {
    const round = await oneRound();
    if (isDisturbed(round) && disturbed++ < Number(values.retries)) continue;
    rounds.push(round);
  }
  if (values.highest !== undefined) highestRate = await highest(Number(values.highest));
  if (Number(values.dialogs) > 0) bytesPerDialog = await dialogMemory(Number(values.dialogs) / 2, cpus);
} finally {
  await stopAll();
}

/** A figure of one kind of run, under its name; nothing where there were none. */
function figure(name: string, kind: Kind, pick: (run: SignallingRun) => number): Record<string, Spread> {
  const found = rounds.flatMap((round) => round[kind] ?? []);
  return found.length > 0 ? { [name]: spread(found.map(pick)) } : {};
}

function ratio(name: string, to: Kind): Record<string, Spread> {
  const found = rounds.flatMap(({ halina, [to]: other }) => (halina && other ? both(halina) / both(other) : []));
  return found.length > 0 ? { [name]: spread(found) } : {};
}

const of = (pick: (round: Round) => number): Spread => spread(rounds.map(pick));
report(
  `${rate} new calls a second for ${values.seconds} s, ${rounds.length} rounds`,
  {
    ...figure('callsPerSecond', 'halina', (run) => run.callsPerSecond),
    ...figure('failedCalls', 'halina', (run) => run.failed),
    ...figure('failedCallsBare', 'bare', (run) => run.failed),
    ...figure('failedCallsEcho', 'echo', (run) => run.failed),
    ...figure('cpuMsPerCall', 'halina', both),
    ...figure('cpuMsPerCallServer', 'halina', (run) => run.cpuMs.server),
    ...figure('cpuMsPerCallApplication', 'halina', (run) => run.cpuMs.application),
    ...figure('cpuMsPerCallMedia', 'halina', (run) => run.cpuMs.media),
    ...figure('cpuMsPerCallRedis', 'halina', (run) => run.cpuMs.redis),
    ...figure('cpuMsPerCallBareServer', 'bare', (run) => run.cpuMs.server),
    ...figure('cpuMsPerCallBareApplication', 'bare', (run) => run.cpuMs.application),
    ...figure('cpuMsPerCallEcho', 'echo', both),
    ...ratio('ratioToBare', 'bare'),
    ...ratio('ratioToEcho', 'echo'),
    ...figure('inviteTo180MsP50', 'halina', (run) => run.inviteTo180MsP50),
    ...figure('inviteTo180MsP99', 'halina', (run) => run.inviteTo180MsP99),
    ...figure('inviteTo180MsP99Bare', 'bare', (run) => run.inviteTo180MsP99),
    ...figure('inviteTo180MsP99Echo', 'echo', (run) => run.inviteTo180MsP99),
    ...(highestRate === undefined ? {} : { highestCallsPerSecond: spread([highestRate]) }),
    ...(bytesPerDialog && {
      bytesPerDialog: spread([bytesPerDialog.server + bytesPerDialog.application]),
      bytesPerDialogServer: spread([bytesPerDialog.server]),
      bytesPerDialogApplication: spread([bytesPerDialog.application]),
      bytesPerDialogMedia: spread([bytesPerDialog.media]),
    }),
    ...figure('halinaWaitPct', 'halina', (run) => run.waitPct),
    ...(rounds.length === 0
      ? {}
      : {
          loadWaitPct: of((round) => most(round, (run) => run.loadWaitPct)),
          othersPct: of((round) => most(round, (run) => run.othersPct)),
          stealPct: of((round) => most(round, (run) => run.stealPct)),
        }),
  },
  {
    machine: machineName(),
    rate,
    calls: load.calls,
    atOnce: load.atOnce,
    halinaCpus: cpus,
    dialogs: Number(values.dialogs),
    disturbedRounds: disturbed,
    tooDisturbed: rounds.some(isDisturbed),
  },
);
