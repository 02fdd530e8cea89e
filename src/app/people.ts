/** The people of the office, opened in the data folder. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Accounts } from '../accounts/accounts.js';
import type { AuditRecorder } from '../audit/audit-log.js';
import { systemClock } from '../base/clock.js';
import { NodeFileStore } from '../journal/node-files.js';
import type { Closers } from './closers.js';
import type { Where } from './where.js';

export async function openPeople({ config, data }: Where, audit: AuditRecorder, closers: Closers): Promise<Accounts> {
  const folder = join(data, 'people');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { name: office, zone } = config.office;
  const accounts = await Accounts.open({ files: new NodeFileStore(), folder, clock: systemClock, audit, zone, office });
  closers.add('accounts', () => accounts.close());
  return accounts;
}
