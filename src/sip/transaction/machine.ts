/** A transaction's state, turned by its machine, and its timers by their letters. */
import type { Clock, Timer } from '../../base/clock.js';
import type { TimerName } from './timers.js';

/** One of the four machines: a state and an event give the next state and what is to be done. */
export type Machine<State, Event, Effect> = (
  state: State,
  event: Event,
  reliable: boolean,
) => readonly [next: State, effects: readonly Effect[]];

export interface Running<Event, Effect> {
  /** Name of the state, as in the RFC's figures. */
  readonly state: string;
  turn(event: Event): readonly Effect[];
}

/** `reliable`: whether the transport is. */
export function run<State extends { readonly name: string }, Event, Effect>(
  machine: Machine<State, Event, Effect>,
  initial: State,
  reliable: boolean,
): Running<Event, Effect> {
  return new Runner(machine, initial, reliable);
}

class Runner<State extends { readonly name: string }, Event, Effect> implements Running<Event, Effect> {
  readonly #machine: Machine<State, Event, Effect>;
  readonly #reliable: boolean;
  #state: State;

  constructor(machine: Machine<State, Event, Effect>, initial: State, reliable: boolean) {
    this.#machine = machine;
    this.#state = initial;
    this.#reliable = reliable;
  }

  get state(): string {
    return this.#state.name;
  }

  turn(event: Event): readonly Effect[] {
    const [next, effects] = this.#machine(this.#state, event, this.#reliable);
    this.#state = next;
    return effects;
  }
}

/** The timers of one transaction: never more than three at once. */
export class TransactionTimers {
  #running: { readonly name: TimerName; readonly timer: Timer }[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly fire: (timer: TimerName) => void,
  ) {}

  start(name: TimerName, ms: number): void {
    this.stop(name);
    const timer = this.clock.setTimer(ms, () => {
      this.#forget(name);
      this.fire(name);
    });
    this.#running.push({ name, timer });
  }

  stop(name: TimerName): void {
    this.#running.find((one) => one.name === name)?.timer.cancel();
    this.#forget(name);
  }

  stopAll(): void {
    for (const { timer } of this.#running.splice(0)) timer.cancel();
  }

  #forget(name: TimerName): void {
    const place = this.#running.findIndex((one) => one.name === name);
    if (place >= 0) this.#running.splice(place, 1);
  }
}
