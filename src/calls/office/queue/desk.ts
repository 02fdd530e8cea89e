/**
 * One queue: who waits, in the order in which they came, and who is rung for whom. It decides anew whenever something
 * happened, and once a second while somebody waits, which covers whatever changes without a word: a handset that
 * registers, an agent whose rest is over.
 */
import type { Clock, Timer } from '../../../base/clock.js';
import { assign, type Strategy } from './assign.js';
import { estimatedWait, ServiceTimes } from './estimate.js';

export interface DeskView {
  readonly clock: Clock;
  readonly strategy: () => Strategy;
  readonly maxLength: () => number;
  /** How long after a call, or an offer that it did not take, an agent is left alone; milliseconds. */
  readonly restMs: () => number;
  /** Agents who are logged in, in the order of the configuration. */
  readonly agents: () => readonly string[];
  /** Whether an agent can be rung: registered, not in a call, not to be left alone. */
  readonly canTake: (extension: string) => boolean;
  /** When its last call ended, Unix milliseconds; 0 if it had none. */
  readonly freeSince: (extension: string) => number;
}

/** A caller, as the desk sees it. */
export interface Waiting {
  /** Rings these agents for this caller; to be answered by `declined`, or by leaving. */
  offer(agents: readonly string[]): void;
}

interface Place {
  readonly caller: Waiting;
  /** When it came, Unix milliseconds. */
  readonly since: number;
  agents: readonly string[];
}

const EVERY_MS = 1_000;

export class QueueDesk {
  readonly #view: DeskView;
  readonly #places: Place[] = [];
  readonly #times = new ServiceTimes();
  /** When an agent last did not take an offer. */
  readonly #declined = new Map<string, number>();
  #last: string | undefined;
  #timer: Timer | undefined;

  constructor(view: DeskView) {
    this.#view = view;
  }

  get length(): number {
    return this.#places.length;
  }

  /** Since when the first in it waits, Unix milliseconds; undefined where nobody does. */
  get since(): number | undefined {
    return this.#places[0]?.since;
  }

  /** A caller comes; false where the queue is full. */
  join(caller: Waiting): boolean {
    if (this.#places.length >= this.#view.maxLength()) return false;
    this.#places.push({ caller, since: this.#view.clock.now(), agents: [] });
    // Its caller may not be ready for an offer before this has returned.
    queueMicrotask(() => this.turn());
    return true;
  }

  /** A caller goes, in whatever way. */
  leave(caller: Waiting): void {
    const index = this.#places.findIndex((place) => place.caller === caller);
    if (index >= 0) this.#places.splice(index, 1);
    this.turn();
  }

  /** None of the agents who were rung for this caller took the call. */
  declined(caller: Waiting): void {
    const place = this.#places.find((one) => one.caller === caller);
    if (!place) return;
    const now = this.#view.clock.now();
    for (const agent of place.agents) this.#declined.set(agent, now);
    place.agents = [];
    this.turn();
  }

  /** A call of this queue took so long from its answer to its end, milliseconds. */
  served(ms: number): void {
    this.#times.add(ms);
  }

  /** From 1; undefined for one who is not in it. */
  placeOf(caller: Waiting): number | undefined {
    const index = this.#places.findIndex((place) => place.caller === caller);
    return index < 0 ? undefined : index + 1;
  }

  /** Milliseconds that this caller will wait; undefined where there is nothing to tell it by. */
  waitOf(caller: Waiting): number | undefined {
    const place = this.placeOf(caller);
    return place === undefined ? undefined : estimatedWait(place, this.#view.agents().length, this.#times.typical);
  }

  /** Looks whether somebody can be rung for somebody. */
  turn(): void {
    const { strategy, agents } = this.#view;
    this.#timer?.cancel();
    this.#timer = undefined;
    const waiting = this.#places.filter((place) => place.agents.length === 0);
    const offers = assign(strategy(), waiting, this.#free(), this.#last, agents());
    for (const { to, agents } of offers) {
      to.agents = agents;
      this.#last = agents.at(-1);
    }
    if (this.#places.length > 0) this.#timer = this.#view.clock.setTimer(EVERY_MS, () => this.turn());
    // Last, since a caller may leave in it.
    for (const { to, agents } of offers) to.caller.offer(agents);
  }

  #free() {
    const { clock, agents, canTake, freeSince, restMs } = this.#view;
    const rung = new Set(this.#places.flatMap((place) => place.agents));
    return agents()
      .filter((extension) => !rung.has(extension) && canTake(extension))
      .map((extension) => ({
        extension,
        freeSince: Math.max(freeSince(extension), this.#declined.get(extension) ?? 0),
      }))
      .filter(({ freeSince }) => freeSince === 0 || clock.now() - freeSince >= restMs());
  }
}
