/** What looks after the program by the clock: signs of life of its parts, and backups. */
import { Temporal } from 'temporal-polyfill';
import type { Alarms } from '../base/alarms.js';
import { systemClock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import { readSecret } from '../config/secrets.js';
import { NodeFileStore } from '../journal/node-files.js';
import type { EmbeddedEngine } from '../media/session/embedded-engine.js';
import { BackupStore } from '../ops/backup/backup-store.js';
import { BackupSchedule, runBackup } from './backup-schedule.js';
import type { Closers } from './closers.js';
import { Liveness } from './liveness.js';
import type { SipLink } from './sip-link.js';
import type { Where } from './where.js';

export function watchParts(
  { sip, media, alarms }: { sip: SipLink; media: EmbeddedEngine; alarms: Alarms },
  closers: Closers,
): Liveness {
  const parts = [
    { name: 'the SIP server', answers: () => sip.answers() },
    { name: 'the media engine', answers: () => media.answers() },
  ];
  const liveness = new Liveness(parts, systemClock, alarms);
  closers.add('signs of life', () => liveness.close());
  return liveness;
}

/** Where the configuration asks for backups. */
export function startBackups(where: Where, alarms: Alarms, log: Log, closers: Closers): BackupSchedule | undefined {
  const { config, configFile, data } = where;
  if (!config.backup) return undefined;
  const { target, at, prune, passphrase } = config.backup;
  const schedule = new BackupSchedule({
    target,
    at,
    zone: () => config.office.zone,
    latest: async () => {
      const latest = await new BackupStore(new NodeFileStore(), target).latest();
      return latest && Temporal.Instant.from(latest.at).epochMilliseconds;
    },
    take: (signal) => runBackup({ target, configFile, data, prune, passphrase: readSecret(passphrase) }, signal),
    clock: systemClock,
    alarms,
    log,
  });
  closers.add('backups', () => schedule.close());
  return schedule;
}
