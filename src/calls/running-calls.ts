/** The calls that run: from their beginning until nothing is left of them, and how they are brought to an end together. */
import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { Call, LiveCall } from './call/context.js';

/** `draining`: only emergency calls may begin; `stopping`: none may. */
export type Stage = 'taking' | 'draining' | 'stopping';

export interface RunningCallsOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** A call is over. */
  readonly ended: (call: Call) => void;
}

export class RunningCalls {
  readonly #options: RunningCallsOptions;
  readonly #calls = new Set<Call>();
  /** Records of calls that never began. */
  readonly #writing = new Set<Promise<void>>();
  #stage: Stage = 'taking';
  /** Called whenever a call is over. */
  #onEnded: (() => void) | undefined;

  constructor(options: RunningCallsOptions) {
    this.#options = options;
  }

  get stage(): Stage {
    return this.#stage;
  }

  get count(): number {
    return this.#calls.size;
  }

  /** In the order in which they began; calls that begin or end meanwhile are seen. */
  get all(): Iterable<Call> {
    return this.#calls;
  }

  /** What is shown of them, in the order in which they began. */
  get live(): readonly LiveCall[] {
    return [...this.#calls].map((call) => call.live);
  }

  /** Begins a call. `make`: is given what the call is to call when it is over; `ended`: called then too. */
  run(make: (closed: () => void) => Call, ended: () => void = () => {}): Call {
    const call = make(() => {
      this.#calls.delete(call);
      this.#options.ended(call);
      ended();
      this.#onEnded?.();
    });
    this.#calls.add(call);
    call.start();
    return call;
  }

  /** Holds `stop` until the record of a call that never began is written. */
  keep(writing: Promise<void>): void {
    this.#writing.add(writing);
    void writing.finally(() => this.#writing.delete(writing));
  }

  /**
   * From here on only emergency calls begin; resolves when those that run have ended by themselves, or after `withinMs` as
   * soon as no emergency call is up.
   */
  async drain(withinMs: number): Promise<void> {
    const { clock, log } = this.#options;
    this.#stage = 'draining';
    if (this.count === 0 || withinMs <= 0) return;
    log.info({ calls: this.count, withinMs }, 'no new calls; those that run may go on for a while');
    await new Promise<void>((resolve) => {
      let isLate = false;
      const look = (): void => {
        const waits = isLate ? [...this.#calls].some((call) => call.emergency) : this.count > 0;
        if (waits) return;
        timer.cancel();
        resolve();
      };
      const timer = clock.setTimer(withinMs, () => {
        isLate = true;
        look();
      });
      this.#onEnded = look;
    });
    this.#onEnded = undefined;
  }

  /** Ends every call and resolves when all is written that is to be kept of them. */
  async stop(): Promise<void> {
    this.#stage = 'stopping';
    for (const call of this.#calls) call.end({ by: 'halina', reason: 'restart' });
    if (this.count > 0) await new Promise<void>((resolve) => (this.#onEnded = () => this.count === 0 && resolve()));
    await Promise.all(this.#writing);
  }
}
