/**
 * The whole program: its parts started in the order in which they need one another, stopped in the opposite one. This is the
 * only place that knows all rooms.
 */
import type { Archive } from '../archive/archive.js';
import { RedisBindingStore } from '../archive/binding-store.js';
import { RedisKeys } from '../archive/redis-keys.js';
import { systemClock } from '../base/clock.js';
import { clockSync } from '../base/clock-sync.js';
import { errorMessage } from '../base/errors.js';
import type { Log, LogLevel } from '../base/log.js';
import { CallApplication } from '../calls/application.js';
import type { BindingStore } from '../calls/ports.js';
import { Registrar } from '../calls/registrar/registrar.js';
import { SrfPort } from '../calls/srf.js';
import { resolveByDns } from '../calls/trunks/resolver.js';
import { Trunks } from '../calls/trunks/trunks.js';
import type { Config } from '../config/schema.js';
import { readSecret } from '../config/secrets.js';
import type { ConfigWatcher } from '../config/watcher.js';
import type { MediaEngine } from '../media/engine.js';
import { EmbeddedEngine } from '../media/session/embedded-engine.js';
import { openArchive, type ArchiveParts } from './archive-parts.js';
import { ClockWatch } from './clock-watch.js';
import { Closers } from './closers.js';
import type { Control } from './control-api.js';
import { ControlServer } from './control-server.js';
import { controlOf } from './control.js';
import { probeTrunks, type TrunkProbe } from './network/trunk-probe.js';
import { promptsFolder } from './prompts-folder.js';
import { watchConfig, type Configurable } from './reload.js';
import { SipProcess, type SipConnection } from './sip-process.js';
import { storeQuota } from './store-quota.js';
import type { Where } from './where.js';

export interface Logging {
  readonly level: LogLevel;
  readonly pretty: boolean;
}

export class Program {
  private constructor(
    private readonly closers: Closers,
    private readonly watcher: ConfigWatcher | undefined,
    /** What the control socket does, for callers in this process. */
    readonly control: Control,
  ) {}

  /** Starts everything; when it resolves, calls are taken. Rejects, with all stopped again, when a part cannot start. */
  static async start(where: Where, logging: Logging, log: Log): Promise<Program> {
    const closers = new Closers(log);
    try {
      const clockWatch = new ClockWatch(systemClock, clockSync, log);
      closers.add('clock watch', () => clockWatch.close());
      const parts = await openArchive(where, log, closers);
      const { archive } = parts;
      const media = await startMedia(where.config, archive, log, closers);
      const connection = await startSip(where.config, logging, log, closers);
      const calls = await startCalls(where.config, parts, media, connection, log, closers);
      await calls.application.endDialogsAfterCrash(archive.recovered.interrupted.flatMap((call) => call.dialogs));
      await archive.dialogsEnded();
      const control = controlOf(archive, {
        storeQuota: (bytes) => storeQuota(where, bytes),
        live: () => calls.application.calls,
        probe: calls.probe,
        clock: systemClock,
      });
      const server = await ControlServer.start(where.data, control, log);
      closers.add('control socket', () => server.close());
      const watcher = where.demo ? undefined : watchConfig(where, archive, calls, log);
      closers.add('configuration', () => watcher?.close());
      return new Program(closers, watcher, control);
    } catch (error) {
      await closers.close();
      throw error;
    }
  }

  /** Looks at the configuration file now. What is wrong with it is in the log. */
  async reload(): Promise<void> {
    await this.watcher?.reload();
  }

  /** Ends calls in good order, keeps what they recorded, and stops. */
  async close(): Promise<void> {
    await this.closers.close();
  }
}

async function startMedia(config: Config, archive: Archive, log: Log, closers: Closers): Promise<MediaEngine> {
  const { ports, portDrain, engines, silenceTimeout } = config.media;
  const engine = await EmbeddedEngine.start({
    ports,
    portDrainMs: portDrain,
    engines,
    silenceTimeoutMs: silenceTimeout,
    promptFolders: [promptsFolder, ...(config.notice.folder ? [config.notice.folder] : [])],
    budget: archive.spoolBudget,
    log,
  });
  closers.add('media', () => engine.close());
  return engine;
}

async function startSip(config: Config, logging: Logging, log: Log, closers: Closers): Promise<SipConnection> {
  const { server } = config.sip;
  if (server) return { host: server.host, port: server.port, secret: readSecret(server.secret) };
  const { process, connection } = await SipProcess.start(config.sip, logging, log);
  closers.add('SIP server', () => process.close());
  return connection;
}

interface CallParts extends Configurable {
  readonly application: CallApplication;
  readonly probe: () => Promise<TrunkProbe[]>;
}

async function startCalls(
  config: Config,
  { archive, redis }: ArchiveParts,
  media: MediaEngine,
  connection: SipConnection,
  log: Log,
  closers: Closers,
): Promise<CallParts> {
  const clock = systemClock;
  let taken = false;
  const sip: SrfPort = new SrfPort(
    { ...connection, log },
    {
      invite: (invite) => application.invite(invite),
      register: (request) => registrar.register(request),
      options: (request) => {
        request
          .respond(200)
          .catch((error: unknown) => log.debug({ error: errorMessage(error) }, 'OPTIONS not answered'));
      },
      // A SIP server that was started again knows nothing of our registrations' flows.
      connected: () => {
        if (taken) trunks.registerAll();
      },
    },
  );
  let passwords = passwordsOf(config);
  const store = redis
    ? new RedisBindingStore({ redis, keys: new RedisKeys(archive.id), clock, log })
    : memoryBindings();
  const registrar = new Registrar({ clock, sip, store, password: (extension) => passwords.get(extension), log });
  const trunks = new Trunks({ trunks: config.trunks, sip, clock, secret: (one) => readSecret(one), log });
  const application = new CallApplication({
    config,
    sip,
    media,
    ledger: archive.ledger,
    handsets: registrar,
    trunks,
    clock,
    log,
  });
  await registrar.start();
  closers.add('registrar', () => registrar.close());
  await sip.connect();
  closers.add('SIP connection', () => sip.close());
  await trunks.start();
  taken = true;
  closers.add('trunks', () => trunks.close());
  closers.add('calls', () => application.stop());
  return {
    application,
    probe: () => probeTrunks({ config, sip, resolve: resolveByDns, clock }),
    configure(changed) {
      passwords = passwordsOf(changed);
      application.configure(changed);
    },
  };
}

const passwordsOf = ({ handsets }: Config): ReadonlyMap<string, string> =>
  new Map(handsets.map(({ extension, password }) => [extension, readSecret(password)]));

/** Where there is no Redis: registrations live as long as the program. */
function memoryBindings(): BindingStore {
  const nothing = (): Promise<void> => Promise.resolve();
  return { load: () => Promise.resolve([]), save: nothing, remove: nothing };
}
