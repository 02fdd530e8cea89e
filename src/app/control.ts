/** What the control socket can do, done with the archive. */
import type { Accounts } from '../accounts/accounts.js';
import type { Archive } from '../archive/archive.js';
import type { Forecast } from '../archive/forecast.js';
import { dayName, forecastText } from '../archive/pace.js';
import type { FoundCall } from '../archive/search.js';
import type { Clock } from '../base/clock.js';
import type { AuditLog } from '../audit/audit-log.js';
import { defined } from '../base/defined.js';
import type { LiveCall } from '../calls/call/context.js';
import type { OfficeStatus, TrunkProbe } from '../calls/office-status.js';
import type { MasterKey } from '../vault/master-key.js';
import type { Vault } from '../vault/vault.js';
import { commandLine } from './audit-parts.js';
import { exportSealed } from './export.js';
import { auditControl, verifyAll } from './verify-all.js';
import { guardControlOf } from './guard-control.js';
import { ProgressBoard } from './progress.js';
import { reindexAll } from './reindex.js';
import { vaultControlOf } from './vault-control.js';
import type { CallSummary, Control, Reply } from './control-api.js';
import { doWithPeople } from './people-control.js';
import { exportWish, orAsk, quotaWish, type Pending } from './second-person.js';
import type { Wish } from '../accounts/two-persons.js';

function recordingOf({ entry, state }: FoundCall, archive: Archive): CallSummary['recording'] {
  const recording = 'recording' in state ? state.recording : undefined;
  return defined({
    state: state.phase,
    why: 'why' in state ? state.why : undefined,
    path: state.phase === 'recorded' ? archive.recordingPath(entry.id) : undefined,
    bytes: recording?.bytes,
    durationMs: recording?.durationMs,
    sha256: recording?.sha256,
  });
}

function summary(call: FoundCall, archive: Archive): CallSummary {
  const { entry } = call;
  return defined({
    id: entry.id,
    startedAt: entry.startedAt,
    direction: entry.direction,
    number: entry.outside.number ?? entry.outside.signalled,
    extension: entry.employee?.extension,
    trunk: entry.trunk,
    talkMs: entry.talkMs,
    end: entry.end?.reason,
    fax: entry.fax?.kind,
    recording: recordingOf(call, archive),
  });
}

function forecastReply(forecast: Forecast): Reply<'quota'>['forecast'] {
  const { reachDays, weekBytes, fullOn, promise } = forecast;
  const date = (day: number | undefined): string | undefined => (day === undefined ? undefined : dayName(day));
  const kept = promise && defined({ ...promise, on: date(promise.on) });
  return defined({ reachDays, weekBytes, fullOn: date(fullOn), promise: kept, text: forecastText(forecast) });
}

/** What the commands need beside the archive. */
export interface ControlParts {
  /** As the configuration has it now. */
  readonly office: () => { readonly office: string; readonly zone: string };
  readonly audit: AuditLog;
  readonly vault: Vault;
  /** As the configuration file has it now. */
  readonly masterKey: () => Promise<MasterKey | undefined>;
  readonly accounts: () => Promise<Accounts>;
  /** For good: in the configuration too. */
  readonly changeQuota: (bytes: number) => Promise<void>;
  /** The calls that run. */
  readonly live: () => readonly LiveCall[];
  /** Asks every trunk with OPTIONS. */
  readonly probe: () => Promise<TrunkProbe[]>;
  readonly clock: Clock;
  /** How the running program stands; rejects where none runs. */
  readonly status: () => Promise<OfficeStatus>;
}

export function controlOf(
  archive: Archive,
  { audit, vault, masterKey, accounts, office, changeQuota, live, probe, clock, status }: ControlParts,
): Control {
  const board = new ProgressBoard();
  const asking = async (wish: Wish): Promise<[Accounts, number, Wish]> => [await accounts(), commandLine().uid, wish];
  return {
    live: () => Promise.resolve({ at: clock.now(), calls: live().map((call) => defined({ ...call })) }),
    status: () => status(),
    probe: async () => ({ trunks: await probe() }),
    async calls(request) {
      const page = await archive.search(defined(request));
      return defined({
        calls: page.calls.map((call) => summary(call, archive)),
        next: page.next,
        answeredBy: page.answeredBy,
      });
    },
    async quota({ bytes, dryRun }) {
      const old = archive.usage().quota;
      const plan = bytes === undefined ? undefined : await archive.setQuota(bytes, { dryRun: true });
      let pending: string | undefined;
      if (bytes !== undefined && plan && !dryRun) {
        const facts = { old, new: bytes, recordings: plan.recordings, bytes: plan.bytes };
        await audit.append({ event: 'quota', actor: commandLine(), facts });
        const change = (): Promise<Partial<Pending>> => changeQuota(bytes).then(() => ({}));
        ({ pending } =
          plan.recordings === 0 ? await change() : await orAsk(...(await asking(quotaWish(plan, bytes))), change));
      }
      const forecast = forecastReply(await archive.forecast(bytes));
      return defined({ ...archive.usage(), plan: plan && defined({ ...plan }), forecast, pending }) as Reply<'quota'>;
    },
    ...vaultControlOf({ archive, audit, vault, masterKey }),
    people: async (request) => doWithPeople(await accounts(), request),
    ...guardControlOf(archive, accounts),
    async evict({ dryRun }) {
      return defined({ ...(await archive.evict({ dryRun })) }) as Reply<'evict'>;
    },
    verify: (request) => board.during('verify', (progress) => verifyAll(archive, audit, request, progress)),
    ...auditControl(archive, audit),
    export: async (request) =>
      orAsk(...(await asking(exportWish(request))), () => exportSealed({ archive, audit, ...office() }, request)),
    reindex: () => board.during('reindex', (progress) => reindexAll(archive, audit, progress)),
    progress: () => Promise.resolve({ works: [...board.works] }),
  };
}
