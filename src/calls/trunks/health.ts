/**
 * Whether each provider is there. OPTIONS asks, as often as the trunk wants it; a provider that refuses it is there as
 * well. So many questions or calls in a row without an answer mark it down, and then it is asked until it answers, also
 * where it is not asked otherwise. A trunk that is down is tried last, never not at all.
 */
import type { AlarmBell } from '../../base/alarms.js';
import type { Clock, Timer } from '../../base/clock.js';
import { silentLog, type Log } from '../../base/log.js';
import type { SipPort } from '../sip-port.js';
import { accountAddress, domainOf } from './outgoing.js';
import type { Trunk } from './sources.js';

export type HealthState = 'unknown' | 'up' | 'down';

export interface Health {
  readonly state: HealthState;
  /** Failures in a row. */
  readonly failures: number;
  /** Since when it is so; Unix milliseconds. */
  readonly since: number;
}

export interface TrunkHealthOptions {
  readonly trunks: readonly Trunk[];
  readonly sip: Pick<SipPort, 'request'>;
  readonly clock: Clock;
  readonly alarms?: AlarmBell;
  readonly log?: Log;
}

/** A provider that is there answers in a blink; the transaction itself would wait 32 s. */
const ANSWER_MS = 4_000;
/** How often one that is down is asked. */
const DOWN_MS = 10_000;

export class TrunkHealth {
  readonly #options: TrunkHealthOptions;
  readonly #log: Log;
  readonly #health = new Map<string, Health>();
  readonly #timers = new Map<string, Timer>();
  #closed = false;

  constructor(options: TrunkHealthOptions) {
    this.#options = options;
    this.#log = options.log ?? silentLog;
  }

  /** Begins to ask. */
  start(): void {
    for (const trunk of this.#options.trunks) if (trunk.health.every > 0) void this.#ask(trunk);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
  }

  of(trunk: Trunk): Health {
    return this.#health.get(trunk.name) ?? { state: 'unknown', failures: 0, since: 0 };
  }

  /** Trunks that are not down first, each group in the order in which it was given. */
  sort(trunks: readonly Trunk[]): readonly Trunk[] {
    const isDown = (trunk: Trunk): boolean => this.of(trunk).state === 'down';
    return [...trunks.filter((trunk) => !isDown(trunk)), ...trunks.filter(isDown)];
  }

  /** Asks now. Resolves with whether the provider answered in time, whatever it said; never rejects. */
  async probe(trunk: Trunk): Promise<boolean> {
    const answered = await this.#answers(trunk);
    if (this.#closed) return answered;
    if (answered) this.answered(trunk);
    else this.failed(trunk);
    return answered;
  }

  /** The provider showed that it is there. */
  answered(trunk: Trunk): void {
    const before = this.of(trunk);
    if (before.state === 'up' && before.failures === 0) return;
    if (before.state === 'down') {
      this.#log.info({ trunk: trunk.name }, 'trunk is up again');
      this.#options.alarms?.clear('TRUNK_DOWN', trunk.name);
    }
    const since = before.state === 'up' ? before.since : this.#options.clock.now();
    this.#health.set(trunk.name, { state: 'up', failures: 0, since });
  }

  /** A question or a call had no answer, or 503. */
  failed(trunk: Trunk): void {
    const before = this.of(trunk);
    const failures = before.failures + 1;
    if (before.state === 'down' || failures < trunk.health.failures) {
      this.#health.set(trunk.name, { ...before, failures });
      return;
    }
    this.#health.set(trunk.name, { state: 'down', failures, since: this.#options.clock.now() });
    const message = `the trunk ${trunk.name} is down: its provider does not answer`;
    this.#options.alarms?.raise('TRUNK_DOWN', trunk.name, message, { trunk: trunk.name, failures });
    this.#again(trunk);
  }

  async #ask(trunk: Trunk): Promise<void> {
    await this.probe(trunk);
    this.#again(trunk);
  }

  #again(trunk: Trunk): void {
    this.#timers.get(trunk.name)?.cancel();
    this.#timers.delete(trunk.name);
    const { every } = trunk.health;
    const down = this.of(trunk).state === 'down';
    if (this.#closed || (every === 0 && !down)) return;
    const pauseMs = down ? Math.min(DOWN_MS, every || DOWN_MS) : every;
    this.#timers.set(
      trunk.name,
      this.#options.clock.setTimer(pauseMs, () => void this.#ask(trunk)),
    );
  }

  async #answers(trunk: Trunk): Promise<boolean> {
    const { sip, clock } = this.#options;
    const uri = `sip:${domainOf(trunk)}`;
    const headers = { From: accountAddress(trunk), To: `<${uri}>`, Accept: 'application/sdp' };
    const asked = sip.request({ method: 'OPTIONS', uri, nextHop: trunk.proxy, headers }).then(
      // 408 and 503 are also what the SIP server says of a peer that is not to be reached.
      ({ status }) => status !== 408 && status !== 503,
      () => false,
    );
    return new Promise((resolve) => {
      const timer = clock.setTimer(ANSWER_MS, () => resolve(false));
      void asked.then((answered) => {
        timer.cancel();
        resolve(answered);
      });
    });
  }
}
