/** Looks at the program while somebody watches, and tells what changed: calls one by one, the rest as a whole. */
import type { Clock, Timer } from '../../base/clock.js';
import { errorMessage } from '../../base/errors.js';
import type { Log } from '../../base/log.js';
import type { LiveCall, Telephony, Trouble } from '../doors.js';
import type { EventHub } from './hub.js';

const CALLS_MS = 500;
/** The rest is looked at every so many times. */
const STATUS_EVERY = 6;

export class LiveFeed {
  #timer: Timer | undefined;
  #calls = new Map<string, string>();
  #status = '';
  #troubles: readonly Trouble[] = [];
  #round = 0;
  #closed = false;

  constructor(
    private readonly hub: EventHub,
    private readonly office: Telephony,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    hub.snapshot('tasks', () => ({ event: 'troubles', data: { troubles: this.#troubles } }));
    hub.snapshot('live', () => ({ event: 'calls', data: this.#look() }));
    this.#again();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #again(): void {
    if (!this.#closed) this.#timer = this.clock.setTimer(CALLS_MS, () => void this.#turn());
  }

  async #turn(): Promise<void> {
    try {
      if (this.hub.hears('live')) this.#tellCalls();
      if (this.#round++ % STATUS_EVERY !== 0) return;
      if (this.hub.hears('tasks')) await this.#tellTroubles();
      if (this.hub.hears('status')) await this.#tellStatus();
    } catch (error) {
      this.log.warn({ error: errorMessage(error) }, 'the console cannot tell what goes on');
    } finally {
      this.#again();
    }
  }

  /** All calls, and what is compared with from now on. */
  #look(): readonly LiveCall[] {
    const calls = this.office.live();
    this.#calls = new Map(calls.map((call) => [call.id, JSON.stringify(call)]));
    return calls;
  }

  #tellCalls(): void {
    const before = this.#calls;
    const changed = this.#look().filter(({ id }) => before.get(id) !== this.#calls.get(id));
    const over = [...before.keys()].filter((id) => !this.#calls.has(id));
    this.hub.publishAll('live', [
      ...changed.map((call) => ({ event: 'call', data: call })),
      ...over.map((id) => ({ event: 'call-over', data: { id } })),
    ]);
  }

  async #tellTroubles(): Promise<void> {
    const troubles = await this.office.troubles();
    if (troubles.join() === this.#troubles.join()) return;
    this.#troubles = troubles;
    this.hub.publish('tasks', 'troubles', { troubles });
  }

  async #tellStatus(): Promise<void> {
    const { at: _, ...status } = await this.office.status();
    const text = JSON.stringify(status);
    if (text !== this.#status) this.hub.publish('status', 'status', {});
    this.#status = text;
  }
}
