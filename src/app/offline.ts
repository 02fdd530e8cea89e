/** The command line's work where no program runs: under the data folder's lock, with the archive opened for it alone. */
import { noAlarms } from '../base/alarms.js';
import { systemClock } from '../base/clock.js';
import { HalinaError } from '../base/errors.js';
import { createLog } from '../base/log.js';
import { catchUp } from './audit-catch-up.js';
import { openArchive } from './archive-parts.js';
import { Closers } from './closers.js';
import type { Control } from './control-api.js';
import { controlOf } from './control.js';
import { openPeople } from './people.js';
import { probeOffline } from './network/offline-probe.js';
import { storeQuota } from './store-quota.js';
import { masterKeyNow } from './vault.js';
import type { Where } from './where.js';

export async function withOfflineControl<T>(where: Where, work: (control: Control) => Promise<T>): Promise<T> {
  const log = createLog({ level: 'error', pretty: process.stdout.isTTY, name: 'halina' });
  const closers = new Closers(log);
  try {
    const { archive, audit, vault } = await openArchive(where, noAlarms, log, closers);
    await archive.idle();
    await catchUp(archive, audit, log);
    // Where no program runs, no call does.
    const parts = {
      audit,
      vault,
      masterKey: () => masterKeyNow(where),
      accounts: () => openPeople(where, audit, closers),
      office: () => ({ office: where.config.office.name, zone: where.config.office.zone }),
      changeQuota: async (bytes: number) => {
        await archive.setQuota(bytes);
        await storeQuota(where, bytes);
      },
      live: () => [],
      probe: () => probeOffline(where.config, log),
      clock: systemClock,
      status: () => Promise.reject(new HalinaError('NOT_RUNNING', `no Halina runs on the data folder ${where.data}`)),
    };
    return await work(controlOf(archive, parts));
  } finally {
    await closers.close();
  }
}
