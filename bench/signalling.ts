/**
 * What a call costs in signalling, and what it leaves in memory while it lasts:
 *   npm run bench:signalling -- --rate 50 --seconds 20 --pairs 5 --dialogs 20000
 *
 * SIPp places calls and answers them as a handset. A call is an INVITE, an INVITE to the handset, 180, 200 and ACK on both
 * legs, and a BYE at once: authentication by address, routing, media ports, the entry in the journal and in Redis included;
 * no notice and no recording, which are a matter of sound. Every run begins with calls that are not counted, until the
 * compiler has seen everything. Halina runs on one processor, SIPp on another. Each pair is one run of Halina and one of the least that
 * answers a call in Node (`lib/sip-echo.ts`: one leg, no state), with the same SIPp, in turn.
 *
 * `cpuMsPerCall` is of SIP server and application together; media process and Redis stand beside it. `--dialogs` keeps half as many
 * calls up at once (a call has two) and shows what of memory each dialog takes. `--halina-cpus 0,1` gives Halina more processors (to find
 * the highest rate), `--profile DIR` keeps a CPU profile of each of its processes.
 */
import { parseArgs } from 'node:util';
import { insideNamespace } from '../test/support/e2e/network.js';
import { stopAll } from '../test/support/e2e/process.js';
import { report, spread } from './lib/figures.js';
import { machineName, stayOn } from './lib/machine.js';
import { HALINA_CPU, LOAD_CPU } from './lib/office.js';
import { dialogMemory, echoRun, halinaRun, type SignallingRun } from './lib/signalling-runs.js';

/** A run says nothing above this share of stolen time… */
const MAX_STEAL_PCT = 5;
/** …or where SIPp, which has a processor to itself, had to wait for it this share of the time. */
const MAX_LOAD_WAIT_PCT = 10;

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
    pairs: { type: 'string', default: '5' },
    warmup: { type: 'string', default: '1500' },
    dialogs: { type: 'string', default: '20000' },
    retries: { type: 'string', default: '5' },
    'halina-cpus': { type: 'string', default: String(HALINA_CPU) },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const rate = Number(values.rate);
const load = { rate, calls: rate * Number(values.seconds), warmup: Number(values.warmup) };
const cpus = values['halina-cpus'];

interface Pair {
  readonly halina: SignallingRun;
  readonly echo: SignallingRun;
}

const isDisturbed = ({ halina, echo }: Pair): boolean =>
  Math.max(halina.stealPct, echo.stealPct) > MAX_STEAL_PCT ||
  (cpus === String(HALINA_CPU) && Math.max(halina.loadWaitPct, echo.loadWaitPct) > MAX_LOAD_WAIT_PCT);

if (!insideNamespace())
  throw new Error('run it by `npm run bench:signalling`: it needs a network namespace of its own');
stayOn(LOAD_CPU);
const pairs: Pair[] = [];
let disturbed = 0;
let bytesPerDialog: Awaited<ReturnType<typeof dialogMemory>> | undefined;
try {
  // A disturbed pair is made again, but not for ever: then all are shown, and it is said.
  while (pairs.length < Number(values.pairs)) {
    const pair = { halina: await halinaRun(load, cpus, values.profile), echo: await echoRun(load) };
    if (isDisturbed(pair) && disturbed++ < Number(values.retries)) continue;
    pairs.push(pair);
  }
  if (Number(values.dialogs) > 0) bytesPerDialog = await dialogMemory(Number(values.dialogs) / 2, cpus);
} finally {
  await stopAll();
}
const of = (pick: (pair: Pair) => number) => spread(pairs.map(pick));
report(
  `${rate} new calls a second for ${values.seconds} s, ${pairs.length} pairs`,
  {
    callsPerSecond: of((p) => p.halina.callsPerSecond),
    failedCalls: of((p) => p.halina.failed),
    failedCallsEcho: of((p) => p.echo.failed),
    cpuMsPerCall: of((p) => p.halina.cpuMs.server + p.halina.cpuMs.application),
    cpuMsPerCallServer: of((p) => p.halina.cpuMs.server),
    cpuMsPerCallApplication: of((p) => p.halina.cpuMs.application),
    cpuMsPerCallMedia: of((p) => p.halina.cpuMs.media),
    cpuMsPerCallRedis: of((p) => p.halina.cpuMs.redis),
    cpuMsPerCallEcho: of((p) => p.echo.cpuMs.server),
    ratioToEcho: of((p) => (p.halina.cpuMs.server + p.halina.cpuMs.application) / p.echo.cpuMs.server),
    inviteTo180MsP50: of((p) => p.halina.inviteTo180MsP50),
    inviteTo180MsP99: of((p) => p.halina.inviteTo180MsP99),
    inviteTo180MsP99Echo: of((p) => p.echo.inviteTo180MsP99),
    ...(bytesPerDialog && {
      bytesPerDialog: spread([bytesPerDialog.server + bytesPerDialog.application]),
      bytesPerDialogServer: spread([bytesPerDialog.server]),
      bytesPerDialogApplication: spread([bytesPerDialog.application]),
      bytesPerDialogMedia: spread([bytesPerDialog.media]),
    }),
    halinaWaitPct: of((p) => p.halina.waitPct),
    loadWaitPct: of((p) => Math.max(p.halina.loadWaitPct, p.echo.loadWaitPct)),
    othersPct: of((p) => Math.max(p.halina.othersPct, p.echo.othersPct)),
    stealPct: of((p) => Math.max(p.halina.stealPct, p.echo.stealPct)),
  },
  {
    machine: machineName(),
    rate,
    calls: load.calls,
    halinaCpus: cpus,
    dialogs: Number(values.dialogs),
    disturbedPairs: disturbed,
    tooDisturbed: pairs.some(isDisturbed),
  },
);
