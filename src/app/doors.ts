/** The ways into a running core for people and programs: figures, control socket, console, the telephones' configuration. */
import { systemClock } from '../base/clock.js';
import type { Config } from '../config/schema.js';
import type { Stage } from '../ops/health.js';
import { startConsole, type ConsoleAddress } from './console.js';
import type { Control, Request } from './control-api.js';
import { ControlServer } from './control-server.js';
import { controlOf } from './control.js';
import type { Beginning, Core } from './core.js';
import { exportSealed } from './export.js';
import { mustHave, openOfficePeople, type OfficePeople } from './office-people.js';
import { startOpsServer } from './ops-parts.js';
import type { Fetches } from '../provisioning/fetches.js';
import { openFetches, startProvisioning } from './provisioning.js';
import type { Configurable } from './reload.js';
import { attendActions, carryOut } from './second-person.js';
import { CounterLog, statusOf, type StatusParts } from './status.js';
import { storeQuota } from './store-quota.js';
import { troublesOf } from './troubles.js';
import { watchUninformed } from './uninformed.js';
import { masterKeyNow } from './vault.js';

export interface DoorParts extends Beginning {
  readonly core: Core;
  /** The configuration that is in effect. */
  readonly config: () => Config;
  readonly stage: () => Stage;
  /** Looks at the configuration file now. */
  readonly reload: () => Promise<void>;
}

export interface Doors extends Configurable {
  readonly control: Control;
  /** Undefined where there is none. */
  readonly console: ConsoleAddress | undefined;
}

export async function openDoors(parts: DoorParts): Promise<Doors> {
  const { where, log, closers, core, config, stage } = parts;
  const { archive, audit, encoding } = core.parts;
  const status: StatusParts = {
    config,
    calls: core.calls,
    archive,
    encoder: encoding.chosen,
    alarms: core.alarms,
    counters: () => core.sip.counters(),
    backup: () => core.backups?.state,
    clock: systemClock,
    startedAt: systemClock.now(),
  };
  const { liveness, metrics } = core;
  await startOpsServer(where.config, { status, archive, audit, liveness, metrics, stage }, log, closers);
  const counterLog = new CounterLog(status, log);
  closers.add('counters', () => counterLog.close());
  const people = await openOfficePeople(where, core.parts, core.alarms, log, closers);
  const changeQuota = async (bytes: number): Promise<void> => {
    await archive.setQuota(bytes);
    await storeQuota(where, bytes);
  };
  const fetches = await openFetches(where.data, log, closers);
  const within: Within = { ...parts, fetches, status, people, changeQuota, office: () => officeOf(config()) };
  const control = await openControl(within);
  const console = await openConsole(within);
  if (people) await attendPeople(within, people);
  const provisioning = await startProvisioning(where.config, log, closers, fetches);
  const configure = (changed: Config): void => {
    core.calls.configure(changed);
    provisioning?.configure(changed);
  };
  return { control, console, configure };
}

/** What several of the doors need. */
interface Within extends DoorParts {
  readonly fetches: Fetches;
  readonly status: StatusParts;
  readonly people: OfficePeople | undefined;
  readonly changeQuota: (bytes: number) => Promise<void>;
  readonly office: () => { readonly office: string; readonly zone: string };
}

const officeOf = ({ office: { name, zone } }: Config) => ({ office: name, zone });

async function openControl({ where, log, closers, core, status, people, changeQuota, office }: Within) {
  const { archive, audit, vault } = core.parts;
  const control = controlOf(archive, {
    audit,
    vault,
    masterKey: () => masterKeyNow(where),
    accounts: () => Promise.resolve(mustHave(people).accounts),
    office,
    status: () => statusOf(status),
    changeQuota,
    live: () => core.calls.application.calls,
    probe: core.calls.probe,
    clock: systemClock,
  });
  const server = await ControlServer.start(where.data, control, log);
  closers.add('control socket', () => server.close());
  return control;
}

function openConsole(within: Within): Promise<ConsoleAddress | undefined> {
  const { core, status } = within;
  const { parts, calls, alarms, media, sip } = core;
  return startConsole({
    ...within,
    parts,
    alarms,
    media,
    calls: calls.application,
    probe: calls.probe,
    telephony: {
      live: () => calls.application.calls,
      status: () => statusOf(status),
      troubles: () => troublesOf({ archive: parts.archive, alarms, sip }),
    },
  });
}

/** What two persons agreed on is carried out, and who was not told of the recording is known. */
async function attendPeople(within: Within, { accounts }: OfficePeople): Promise<void> {
  const { core, log, closers, config, changeQuota, office } = within;
  const { archive, audit } = core.parts;
  const seal = (request: Request<'export'>) => exportSealed({ archive, audit, ...office() }, request);
  carryOut(accounts.actions, { archive, changeQuota, seal });
  await attendActions(accounts.actions, log, closers);
  const extensions = (): string[] => config().handsets.map(({ extension }) => extension);
  watchUninformed({ accounts, extensions, alarms: core.alarms, clock: systemClock }, closers);
}
