/**
 * The SIP server as a supervised child: started with the faces of the configuration, started again with a growing pause when
 * it dies, always with the same port for the application, which reconnects by itself.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { systemClock, type Clock, type Timer } from '../base/clock.js';
import { HalinaError } from '../base/errors.js';
import type { Log, LogLevel } from '../base/log.js';
import type { Config } from '../config/schema.js';
import type { SipCounters, SipProcessMessage, SipProcessOptions, SipProcessOrder } from '../sip/main.js';
import type { AdmissionRules, CallerChange } from '../sip/transport/admission.js';
import { listeningFaces } from '../sip/transport/configured.js';

const MAIN = new URL('../sip/main.js', import.meta.url);
/** V8: one thread looks for what is still in use among young objects. */
export const ONE_SCAVENGER = '--no-parallel-scavenge';
/** V8: of its young objects, MB. Node's 16 are twice as much memory that stays once it was touched. */
const YOUNG = '--max-semi-space-size=8';
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** A process that does not count itself within this time is too busy to. */
const COUNT_MS = 2_000;

export interface SipConnection {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
}

export class SipProcess {
  #child: ChildProcess | undefined;
  #restart: Timer | undefined;
  /** Whom a server that is started now is to let in. */
  #rules: () => AdmissionRules;
  #pause = FIRST_PAUSE_MS;
  #closed = false;

  private constructor(
    private readonly options: SipProcessOptions,
    private readonly log: Log,
    private readonly clock: Clock,
    rules: () => AdmissionRules,
  ) {
    this.#rules = rules;
  }

  /**
   * Starts the server and waits until it listens. Rejects with its own error, e.g. `SIP_PORT_TAKEN`. `admission`: whom it
   * lets in until `obey` says more.
   */
  static async start(
    config: Config['sip'],
    logging: { level: LogLevel; pretty: boolean },
    log: Log,
    admission: AdmissionRules = {},
    clock: Clock = systemClock,
  ): Promise<{ process: SipProcess; connection: SipConnection }> {
    const secret = randomBytes(24).toString('base64url');
    const first: SipProcessOptions = {
      faces: listeningFaces(config.faces),
      application: { host: '127.0.0.1', port: 0, secret },
      tcpPeers: config.tcpPeers,
      dnsServers: config.dns.servers,
      dnsCache: { longest: config.dns.longest, stale: config.dns.stale },
      failover: config.failover,
      applicationGrace: config.applicationGrace,
      log: logging,
    };
    const starter = new SipProcess(first, log, clock, () => admission);
    const { port, child } = await starter.#launch();
    // From now on the port is known and kept.
    const process = new SipProcess(
      { ...first, application: { ...first.application, port } },
      log,
      clock,
      () => admission,
    );
    process.#watch(child);
    return { process, connection: { host: '127.0.0.1', port, secret } };
  }

  /** Called when a connection with a peer at this address is gone. */
  onConnectionLost: (address: string) => void = () => {};

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Whom the server lets in from now on; asked for again whenever it has to be started anew. */
  obey(rules: () => AdmissionRules): void {
    this.#rules = rules;
    this.#send({ type: 'admission', rules: rules() });
  }

  /** One caller more or less. */
  change(change: CallerChange): void {
    this.#send({ type: 'caller', change });
  }

  /** What it counted since it was started last; undefined where it does not say. */
  counters(): Promise<SipCounters | undefined> {
    const child = this.#child;
    if (!child?.connected) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const finish = (counters: SipCounters | undefined): void => {
        timer.cancel();
        child.off('message', take);
        resolve(counters);
      };
      const take = (message: unknown): void => {
        const answer = message as SipProcessMessage;
        if (answer.type === 'counters') finish(answer.counters);
      };
      const timer = this.clock.setTimer(COUNT_MS, () => finish(undefined));
      child.on('message', take);
      this.#send({ type: 'count' });
    });
  }

  #send(order: SipProcessOrder): void {
    // A child that has just died takes no orders; the next one gets all rules anew.
    if (this.#child?.connected) this.#child.send(order, () => undefined);
  }

  /** Has the server look at the files of its certificates now. */
  reloadCertificates(): void {
    this.#send({ type: 'certificates' });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#restart?.cancel();
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    this.#send({ type: 'close' });
    await gone;
  }

  async #launch(): Promise<{ port: number; child: ChildProcess }> {
    const execArgv = [...process.execArgv, ONE_SCAVENGER, YOUNG];
    const child = fork(MAIN, { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.send({ ...this.options, admission: this.#rules() });
    const answer = await new Promise<SipProcessMessage>((resolve, reject) => {
      child.once('message', (message) => resolve(message as SipProcessMessage));
      child.once('error', reject);
      child.once('exit', (code, signal) =>
        reject(new HalinaError('SIP_FAILED', `the SIP server ended (${signal ?? code})`)),
      );
    });
    if (answer.type === 'ready') return { port: answer.applicationPort, child };
    if (answer.type !== 'failed') throw new HalinaError('SIP_FAILED', 'the SIP server did not say whether it started');
    throw new HalinaError(answer.code, answer.message, answer.hint === undefined ? {} : { hint: answer.hint });
  }

  #watch(child: ChildProcess): void {
    this.#child = child;
    child.on('message', (message) => {
      const said = message as SipProcessMessage;
      if (said.type === 'lost') this.onConnectionLost(said.address);
    });
    // The rules may have changed while it started.
    this.#send({ type: 'admission', rules: this.#rules() });
    const since = this.clock.monotonic();
    child.once('exit', (code, signal) => {
      if (this.#closed) return;
      if (this.clock.monotonic() - since > LONGEST_PAUSE_MS) this.#pause = FIRST_PAUSE_MS;
      this.log.error({ code, signal, againInMs: this.#pause }, 'the SIP server ended; it is started again');
      this.#again();
    });
  }

  #again(): void {
    this.#restart = this.clock.setTimer(this.#pause, () => {
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
      this.#launch().then(
        ({ child }) => this.#watch(child),
        (error: unknown) => {
          this.log.error({ error: String(error) }, 'the SIP server cannot be started');
          if (!this.#closed) this.#again();
        },
      );
    });
  }
}
