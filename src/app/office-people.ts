/** The office's people and their requests in the program. Where they can't be opened, calls go on, and an alarm says so. */
import { errorMessage, HalinaError } from '../base/errors.js';
import type { AlarmBell } from '../base/alarms.js';
import type { Log } from '../base/log.js';
import type { Accounts } from '../accounts/accounts.js';
import type { ArchiveParts } from './archive-parts.js';
import type { Closers } from './closers.js';
import { openPeople } from './people.js';
import { openRequests, type RequestParts } from './requests.js';
import type { Where } from './where.js';

export interface OfficePeople extends RequestParts {
  readonly accounts: Accounts;
}

export async function openOfficePeople(
  where: Where,
  { archive, vault, audit }: Pick<ArchiveParts, 'archive' | 'vault' | 'audit'>,
  alarms: AlarmBell,
  log: Log,
  closers: Closers,
): Promise<OfficePeople | undefined> {
  try {
    const accounts = await openPeople(where, audit, closers);
    return { accounts, ...(await openRequests(where, { accounts, archive, vault, audit, alarms, log }, closers)) };
  } catch (error) {
    const message = `accounts and requests can't be opened: ${errorMessage(error)}`;
    alarms.raise('PEOPLE_FAILED', 'people', `${message}; calls go on and are recorded: mend it and start Halina again`);
    return undefined;
  }
}

export function mustHave(people: OfficePeople | undefined): OfficePeople {
  if (people) return people;
  const hint = 'see `halina status` for what is wrong';
  throw new HalinaError('PEOPLE_FAILED', "accounts and requests can't be opened", { hint });
}
