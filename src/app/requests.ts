/** Access requests with what they stand on: the archive's holds, the people, the press for letters. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Accounts } from '../accounts/accounts.js';
import type { Archive } from '../archive/archive.js';
import type { AuditLog } from '../audit/audit-log.js';
import type { AlarmBell } from '../base/alarms.js';
import { systemClock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Config } from '../config/schema.js';
import { NodeFileStore } from '../journal/node-files.js';
import { CopyFiles } from '../vault/copy-files.js';
import type { Vault } from '../vault/vault.js';
import { sealCopy as sealCopyOf } from '../archive/export/sealed-copy.js';
import { sealExport } from '../archive/export/sealed-export.js';
import type { ZipSink } from '../archive/export/zip-file.js';
import type { CallId } from '../base/brands.js';
import { AccessRequests } from '../requests/access-requests.js';
import type { SealCopy } from '../requests/copies.js';
import { Disclosures } from '../requests/disclosures.js';
import type { Seal } from '../requests/disclosure-options.js';
import { Listening } from '../requests/listening.js';
import { Letters } from '../requests/papers/letters.js';
import { Press } from '../requests/papers/press.js';
import type { Rules } from '../requests/machine/rules.js';
import type { Closers } from './closers.js';
import { exportTexts } from './export.js';
import type { Where } from './where.js';

export interface RequestParts {
  readonly requests: AccessRequests;
  readonly disclosures: Disclosures;
  readonly letters: Letters;
  readonly listening: Listening;
  readonly press: Press;
}

const rulesOf = ({ office, requests }: Config): Rules => ({
  zone: office.zone,
  completionDays: requests.completion,
  opinionDays: requests.opinion,
  complaintHoldDays: requests.complaintHold,
  sessionToleranceMs: requests.sessionTolerance,
});

export async function openRequests(
  { config, data }: Where,
  parts: {
    readonly accounts: Accounts;
    readonly archive: Archive;
    readonly vault: Vault;
    readonly audit: AuditLog;
    readonly alarms: AlarmBell;
    readonly log: Log;
  },
  closers: Closers,
): Promise<RequestParts> {
  const { accounts, archive, vault, audit, alarms, log } = parts;
  const folder = join(data, 'requests');
  const letterFolder = join(data, 'letters');
  for (const path of [folder, letterFolder]) await mkdir(path, { recursive: true, mode: 0o700 });
  const files = new CopyFiles(new NodeFileStore(), vault);
  const common = { files, clock: systemClock };
  const press = new Press();
  closers.add('press', () => press.close());
  const rules = rulesOf(config);
  const letters = new Letters({
    ...common,
    folder: join(folder, 'templates'),
    press,
    rules,
    letterhead: () => [config.office.name, ...config.requests.letterhead],
    nameOf: (account) => accounts.view(account)?.name ?? account,
  });
  const shelves = { folder, letters: letterFolder, papers: letters };
  const kept = { keepDays: config.requests.keep, rules };
  const { zone, name: office } = config.office;
  const sink: ZipSink = (path, source) => files.write(path, source, systemClock.now());
  const sealing = { archive, audit, texts: exportTexts, zone, office, now: () => systemClock.now(), sink };
  const sealCopy: SealCopy = ({ calls, ...wish }) =>
    sealCopyOf(sealing, { ...wish, calls: calls.map(({ id, cuts }) => ({ id: id as CallId, cuts })) });
  const requests = await AccessRequests.open({ ...common, ...shelves, ...kept, sealCopy, audit, archive, log, alarms });
  closers.add('requests', () => requests.close());
  const listening = await Listening.open({ ...common, folder, audit, archive, requests });
  closers.add('listening', () => listening.close());
  const sealed = join(data, 'disclosures');
  const seal: Seal = ({ calls, ...wish }) => sealExport(sealing, { ...wish, calls: calls as CallId[] });
  const disclosures = await Disclosures.open({
    ...common,
    ...shelves,
    sealed,
    seal,
    ...kept,
    audit,
    archive,
    log,
    alarms,
  });
  closers.add('disclosures', () => disclosures.close());
  return { requests, disclosures, letters, listening, press };
}
