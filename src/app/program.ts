/**
 * The whole program: its parts started in the order in which they need one another, stopped in the opposite one. With
 * `core.ts` and `doors.ts` this is the only place that knows all rooms.
 */
import type { Log } from '../base/log.js';
import type { ConfigWatcher } from '../config/watcher.js';
import type { Stage } from '../ops/health.js';
import { Closers } from './closers.js';
import type { ConsoleAddress } from './console.js';
import type { Control } from './control-api.js';
import { startCore, type Core, type Logging } from './core.js';
import { openDoors, type Doors } from './doors.js';
import { watchConfig } from './reload.js';
import type { Where } from './where.js';

interface Progress {
  stage: Stage;
  /** None in the demonstration, whose configuration is not the user's. */
  watcher: ConfigWatcher | undefined;
}

export class Program {
  private constructor(
    private readonly core: Core,
    private readonly doors: Doors,
    private readonly progress: Progress,
    private readonly closers: Closers,
  ) {}

  /** Starts everything; when it resolves, calls are taken. Rejects, with all stopped again, when a part cannot start. */
  static async start(where: Where, logging: Logging, log: Log): Promise<Program> {
    const closers = new Closers(log);
    const beginning = { where, logging, log, closers };
    const progress: Progress = { stage: 'starting', watcher: undefined };
    try {
      const core = await startCore(beginning);
      const doors = await openDoors({
        ...beginning,
        core,
        config: () => progress.watcher?.config ?? where.config,
        stage: () => progress.stage,
        reload: async () => void (await progress.watcher?.reload()),
      });
      if (!where.demo) progress.watcher = watchConfig(where, core.parts.archive, doors, log);
      closers.add('configuration', () => progress.watcher?.close());
      progress.stage = 'ready';
      return new Program(core, doors, progress, closers);
    } catch (error) {
      await closers.close();
      throw error;
    }
  }

  /** What the control socket does, for callers in this process. */
  get control(): Control {
    return this.doors.control;
  }

  /** Undefined where there is none. */
  get console(): ConsoleAddress | undefined {
    return this.doors.console;
  }

  /** Whether every part that calls need answers. */
  get isAlive(): boolean {
    return this.core.liveness.isAlive;
  }

  /** How long it may take to stop: calls may go on for so long, milliseconds. */
  get drainMs(): number {
    return this.progress.watcher?.config.ops.drain ?? 0;
  }

  /** Takes no new calls; resolves when those that run have ended by themselves, or after so many milliseconds. */
  drain(withinMs: number): Promise<void> {
    this.progress.stage = 'draining';
    return this.core.calls.application.drain(withinMs);
  }

  /** Looks at the configuration file and at certificates now. What is wrong with them is in the log. */
  async reload(): Promise<void> {
    this.core.sip.reloadCertificates();
    await this.progress.watcher?.reload();
  }

  /** Ends calls in good order, keeps what they recorded, and stops. */
  async close(): Promise<void> {
    await this.closers.close();
  }
}
