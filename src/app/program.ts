/**
 * The whole program: its parts started in the order in which they need one another, stopped in the opposite one. This is the
 * only place that knows all rooms.
 */
import type { Archive } from '../archive/archive.js';
import { Alarms } from '../base/alarms.js';
import { systemClock } from '../base/clock.js';
import { clockSync } from '../base/clock-sync.js';
import { errorMessage } from '../base/errors.js';
import type { Log, LogLevel } from '../base/log.js';
import type { Config } from '../config/schema.js';
import type { ConfigWatcher } from '../config/watcher.js';
import { EmbeddedEngine } from '../media/session/embedded-engine.js';
import { accompany, putOnRecord, SYSTEM } from './audit-parts.js';
import { catchUp } from './audit-catch-up.js';
import type { Stage } from '../ops/health.js';
import { Metrics } from '../ops/metrics.js';
import { openArchive } from './archive-parts.js';
import { startCalls } from './call-parts.js';
import { ClockWatch } from './clock-watch.js';
import { Closers } from './closers.js';
import { startConsole, type ConsoleAddress } from './console.js';
import type { Control, Request } from './control-api.js';
import { ControlServer } from './control-server.js';
import { controlOf } from './control.js';
import { exportSealed } from './export.js';
import type { Liveness } from './liveness.js';
import { mustHave, openOfficePeople } from './office-people.js';
import { ownPromptsFolder, promptsFolder } from './prompts-folder.js';
import { startProvisioning } from './provisioning.js';
import { watchConfig } from './reload.js';
import { openSip, type SipLink } from './sip-link.js';
import { startAlerts, startOpsServer } from './ops-parts.js';
import { CounterLog, statusOf, type StatusParts } from './status.js';
import { attendActions, carryOut } from './second-person.js';
import { storeQuota } from './store-quota.js';
import { troublesOf } from './troubles.js';
import { watchUninformed } from './uninformed.js';
import { masterKeyNow } from './vault.js';
import { startBackups, watchParts } from './watching.js';
import type { Where } from './where.js';

export interface Logging {
  readonly level: LogLevel;
  readonly pretty: boolean;
}

export class Program {
  private constructor(
    private readonly closers: Closers,
    private readonly watcher: ConfigWatcher | undefined,
    private readonly sip: Pick<SipLink, 'reloadCertificates'>,
    /** What the control socket does, for callers in this process. */
    readonly control: Control,
    /** Takes no new calls; resolves when those that run have ended by themselves, or after so many milliseconds. */
    readonly drain: (withinMs: number) => Promise<void>,
    /** Undefined where there is none. */
    readonly console: ConsoleAddress | undefined,
    private readonly liveness: Pick<Liveness, 'isAlive'>,
  ) {}

  /** Starts everything; when it resolves, calls are taken. Rejects, with all stopped again, when a part cannot start. */
  static async start(where: Where, logging: Logging, log: Log): Promise<Program> {
    const closers = new Closers(log);
    try {
      const alarms = new Alarms(systemClock, log);
      startAlerts(where.config, alarms, log, closers);
      const parts = await openArchive(where, alarms, log, closers);
      const { archive, audit } = parts;
      await accompany(audit, where.config, log, closers);
      const clockWatch = new ClockWatch(systemClock, clockSync, alarms, log, (stepMs) =>
        putOnRecord(audit, { event: 'clock_step', actor: SYSTEM, facts: { stepMs } }),
      );
      closers.add('clock watch', () => clockWatch.close());
      parts.prepareEncoders();
      const media = await startMedia(where, archive, log, closers);
      const sip = await openSip(where.config, logging, log, closers);
      const { config, data } = where;
      const metrics = new Metrics();
      const around = { config, data, archive: parts, media, sip, alarms, log, closers, sound: metrics.sound };
      const calls = await startCalls(around);
      const liveness = watchParts({ sip, media, alarms }, closers);
      const backups = startBackups(where, alarms, log, closers);
      await calls.application.endDialogsAfterCrash(archive.recovered.interrupted.flatMap((call) => call.dialogs));
      await archive.dialogsEnded();
      const caughtUp = catchUp(archive, audit, log);
      caughtUp.catch((error: unknown) =>
        log.error({ error: errorMessage(error) }, 'the audit log may lack recordings'),
      );
      closers.add('catching up with the audit log', () => caughtUp.catch(() => undefined));
      let watcher: ConfigWatcher | undefined;
      const inEffect = (): Config => watcher?.config ?? config;
      const status: StatusParts = {
        config: inEffect,
        calls,
        archive,
        alarms,
        counters: () => sip.counters(),
        backup: () => backups?.state,
        clock: systemClock,
        startedAt: systemClock.now(),
      };
      const progress: { stage: Stage } = { stage: 'starting' };
      const stage = (): Stage => progress.stage;
      await startOpsServer(config, { status, archive, audit, liveness, metrics, stage }, log, closers);
      const counterLog = new CounterLog(status, log);
      closers.add('counters', () => counterLog.close());
      const people = await openOfficePeople(where, parts, alarms, log, closers);
      const changeQuota = async (bytes: number): Promise<void> => {
        await archive.setQuota(bytes);
        await storeQuota(where, bytes);
      };
      const office = (): { office: string; zone: string } => {
        const { name, zone } = inEffect().office;
        return { office: name, zone };
      };
      const control = controlOf(archive, {
        audit,
        vault: parts.vault,
        masterKey: () => masterKeyNow(where),
        accounts: () => Promise.resolve(mustHave(people).accounts),
        office,
        status: () => statusOf(status),
        changeQuota,
        live: () => calls.application.calls,
        probe: calls.probe,
        clock: systemClock,
      });
      const server = await ControlServer.start(where.data, control, log);
      closers.add('control socket', () => server.close());
      const telephony = {
        live: () => calls.application.calls,
        status: () => statusOf(status),
        troubles: () => troublesOf({ archive, alarms, sip }),
      };
      const pages = await startConsole({
        where,
        config: inEffect,
        parts,
        people,
        telephony,
        calls: calls.application,
        probe: calls.probe,
        media,
        reload: async () => void (await watcher?.reload()),
        changeQuota,
        alarms,
        log,
        closers,
      });
      if (people) {
        const seal = (request: Request<'export'>) => exportSealed({ archive, audit, ...office() }, request);
        carryOut(people.accounts.actions, { archive, changeQuota, seal });
        await attendActions(people.accounts.actions, log, closers);
        const extensions = (): string[] => inEffect().handsets.map(({ extension }) => extension);
        watchUninformed({ accounts: people.accounts, extensions, alarms, clock: systemClock }, closers);
      }
      const provisioning = await startProvisioning(config, log, closers);
      const configure = (changed: Config): void => {
        calls.configure(changed);
        provisioning?.configure(changed);
      };
      watcher = where.demo ? undefined : watchConfig(where, archive, { configure }, log);
      closers.add('configuration', () => watcher?.close());
      progress.stage = 'ready';
      const drain = (withinMs: number): Promise<void> => {
        progress.stage = 'draining';
        return calls.application.drain(withinMs);
      };
      return new Program(closers, watcher, sip, control, drain, pages, liveness);
    } catch (error) {
      await closers.close();
      throw error;
    }
  }

  /** Whether every part that calls need answers. */
  get isAlive(): boolean {
    return this.liveness.isAlive;
  }

  /** How long it may take to stop: calls may go on for so long, milliseconds. */
  get drainMs(): number {
    return this.watcher?.config.ops.drain ?? 0;
  }

  /** Looks at the configuration file and at certificates now. What is wrong with them is in the log. */
  async reload(): Promise<void> {
    this.sip.reloadCertificates();
    await this.watcher?.reload();
  }

  /** Ends calls in good order, keeps what they recorded, and stops. */
  async close(): Promise<void> {
    await this.closers.close();
  }
}

async function startMedia(where: Where, archive: Archive, log: Log, closers: Closers): Promise<EmbeddedEngine> {
  const { config } = where;
  const { ports, portDrain, engines, silenceTimeout, plane, transcodedCalls } = config.media;
  const engine = await EmbeddedEngine.start({
    ports,
    portDrainMs: portDrain,
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
