/** What carries calls, records them and keeps the recordings: it goes on whatever becomes of the doors (`doors.ts`). */
import type { Archive } from '../archive/archive.js';
import { Alarms } from '../base/alarms.js';
import { systemClock } from '../base/clock.js';
import { clockSync } from '../base/clock-sync.js';
import { errorMessage } from '../base/errors.js';
import type { Log, LogLevel } from '../base/log.js';
import { EmbeddedEngine } from '../media/session/embedded-engine.js';
import { Metrics } from '../ops/metrics.js';
import { openArchive, type ArchiveParts } from './archive-parts.js';
import { catchUp } from './audit-catch-up.js';
import { accompany, putOnRecord, SYSTEM } from './audit-parts.js';
import { startCalls } from './call-parts.js';
import { ClockWatch } from './clock-watch.js';
import type { Closers } from './closers.js';
import { startAlerts } from './ops-parts.js';
import { ownPromptsFolder, promptsFolder } from './prompts-folder.js';
import { openSip } from './sip-link.js';
import { startBackups, watchParts } from './watching.js';
import type { Where } from './where.js';

export interface Logging {
  readonly level: LogLevel;
  readonly pretty: boolean;
}

export interface Beginning {
  readonly where: Where;
  readonly logging: Logging;
  readonly log: Log;
  readonly closers: Closers;
}

export type Core = Awaited<ReturnType<typeof startCore>>;

/** When it resolves, calls are taken. */
export async function startCore({ where, logging, log, closers }: Beginning) {
  const { config, data } = where;
  const alarms = new Alarms(systemClock, log);
  startAlerts(config, alarms, log, closers);
  const parts = await openArchive(where, alarms, log, closers);
  const { archive, audit } = parts;
  await accompany(audit, config, log, closers);
  const clockWatch = new ClockWatch(systemClock, clockSync, alarms, log, (stepMs) =>
    putOnRecord(audit, { event: 'clock_step', actor: SYSTEM, facts: { stepMs } }),
  );
  closers.add('clock watch', () => clockWatch.close());
  parts.encoding.prepare();
  const media = await startMedia(where, archive, log, closers);
  const sip = await openSip(config, logging, log, closers);
  const metrics = new Metrics();
  const around = { config, data, archive: parts, media, sip, alarms, log, closers, sound: metrics.sound };
  const calls = await startCalls(around);
  const liveness = watchParts({ sip, media, alarms }, closers);
  const backups = startBackups(where, alarms, log, closers);
  await calls.application.endDialogsAfterCrash(archive.recovered.interrupted.flatMap((call) => call.dialogs));
  await archive.dialogsEnded();
  catchUpInTime(parts, log, closers);
  return { alarms, parts, media, sip, metrics, calls, liveness, backups };
}

async function startMedia(where: Where, archive: Archive, log: Log, closers: Closers): Promise<EmbeddedEngine> {
  const { ports, portDrain, engines, silenceTimeout, plane, transcodedCalls } = where.config.media;
  const engine = await EmbeddedEngine.start({
    ports,
    portDrainMs: portDrain,
    maxCalls: where.config.sip.maxCalls,
    engines,
    silenceTimeoutMs: silenceTimeout,
    plane,
    transcodedCalls,
    promptFolders: [promptsFolder, await ownPromptsFolder(where)],
    budget: archive.spoolBudget,
    log,
  });
  closers.add('media', () => engine.close());
  return engine;
}

/** What the audit log lacks of the archive is put there beside the calls. */
function catchUpInTime({ archive, audit }: ArchiveParts, log: Log, closers: Closers): void {
  const caughtUp = catchUp(archive, audit, log).catch((error: unknown) =>
    log.error({ error: errorMessage(error) }, 'the audit log may lack recordings'),
  );
  closers.add('catching up with the audit log', () => caughtUp);
}
