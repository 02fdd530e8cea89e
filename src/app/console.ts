/** The console with what it stands on. It may fail, be off, or have its port taken: calls go on. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Accounts } from '../accounts/accounts.js';
import type { Alarms } from '../base/alarms.js';
import { systemClock } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { OfficeConsole } from '../console/office-console.js';
import type { CallApplication } from '../calls/application.js';
import type { TrunkProbe } from '../calls/office-status.js';
import type { Config } from '../config/schema.js';
import type { Telephony } from '../console/doors.js';
import type { ArchiveParts } from './archive-parts.js';
import type { Closers } from './closers.js';
import { handsetDoor } from './handset-door.js';
import { alertDoor } from './ops-parts.js';
import { promptDoor, soundsIn, type PromptParts } from './prompts.js';
import { quotaDoor } from './quota-door.js';
import { ownPrompts, promptsFolder } from './prompts-folder.js';
import type { Fetches } from '../provisioning/fetches.js';
import { routingDoor } from './routing-door.js';
import { mustHave, type OfficePeople } from './office-people.js';
import { reportsDoor } from './reports.js';
import type { Where } from './where.js';

const root = resolve(import.meta.dirname, '../../..');
const version = (JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as { version: string }).version;

export interface ConsoleAround {
  readonly people: OfficePeople | undefined;
  readonly where: Where;
  /** The configuration that is in effect. */
  readonly config: () => Config;
  readonly parts: ArchiveParts;
  readonly telephony: Telephony;
  readonly calls: Pick<CallApplication, 'preview' | 'trials'>;
  /** Asks all providers. */
  readonly probe: () => Promise<readonly TrunkProbe[]>;
  readonly media: PromptParts['engine'];
  readonly fetches: Fetches;
  /** Looks at the configuration file now. */
  readonly reload: () => Promise<void>;
  readonly changeQuota: (bytes: number) => Promise<void>;
  readonly alarms: Alarms;
  readonly log: Log;
  readonly closers: Closers;
}

/** Where people open it, and the first administrator's way in; undefined where there is no console. */
export interface ConsoleAddress {
  readonly url: string;
  /** Works once, while there is no account. */
  readonly firstAdministrator?: string;
}

export async function startConsole(around: ConsoleAround): Promise<ConsoleAddress | undefined> {
  const { where, alarms, log } = around;
  if (!where.config.console.enabled) return undefined;
  try {
    const address = await open(around);
    log.info({ url: address.url }, 'the console is open');
    return address;
  } catch (error) {
    const message = errorMessage(error);
    alarms.raise(
      'CONSOLE_FAILED',
      'console',
      `${message}; calls go on and are recorded: mend it and start Halina again`,
    );
    return undefined;
  }
}

async function open({
  where,
  config,
  parts,
  people,
  telephony,
  calls,
  probe,
  media,
  fetches,
  reload,
  changeQuota,
  log,
  closers,
}: ConsoleAround): Promise<ConsoleAddress> {
  const { archive, redis, audit } = parts;
  const office = mustHave(people);
  const { accounts, requests, disclosures, letters, listening } = office;
  const pages = await OfficeConsole.start({
    settings: where.config.console,
    pages: resolve(root, 'dist/web'),
    info: { title: 'Halina', version },
    tag: `{halina:${archive.id}}`,
    redis: () => redis,
    archive,
    accounts,
    requests,
    disclosures,
    letters,
    listening,
    zone: where.config.office.zone,
    office: where.config.office.name,
    audit,
    telephony,
    log,
    clock: systemClock,
    quota: quotaDoor(archive, { folder: where.data, minFree: () => config().storage.minFree }, changeQuota),
    handsets: handsetDoor(config, fetches),
    reports: reportsDoor(config, office, audit),
    prompts: promptDoor({
      ours: promptsFolder,
      own: ownPrompts(where),
      mayAdd: where.config.notice.folder !== undefined,
      engine: media,
    }),
    routing: routingDoor(where, config, calls, reload, () => soundsIn([promptsFolder, ownPrompts(where)])),
    trunks: { probe: async (trunk) => (await probe()).find((one) => one.trunk === trunk) },
    trials: {
      begin: (wish) => calls.trials.begin(wish),
      view: (id) => calls.trials.view(id),
      hasTrunk: (name) => config().trunks.some((trunk) => trunk.name === name),
    },
    alerts: alertDoor(where.config),
  });
  closers.add('console', () => pages.close());
  return { url: pages.url, ...firstOf(accounts, pages.url) };
}

function firstOf(accounts: Accounts, url: string): Pick<ConsoleAddress, 'firstAdministrator'> {
  const token = accounts.links.first();
  return token === undefined ? {} : { firstAdministrator: `${url}/link#${token}` };
}
