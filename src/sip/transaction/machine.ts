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

export function run<State extends { readonly name: string }, Event, Effect>(
  machine: Machine<State, Event, Effect>,
  initial: State,
  reliable: boolean,
): Running<Event, Effect> {
  let state = initial;
  return {
    get state() {
      return state.name;
    },
    turn(event) {
      const [next, effects] = machine(state, event, reliable);
      state = next;
      return effects;
    },
  };
}

/** The timers of one transaction. */
export class TransactionTimers {
  readonly #running = new Map<TimerName, Timer>();

  constructor(
    private readonly clock: Clock,
    private readonly fire: (timer: TimerName) => void,
  ) {}

  start(timer: TimerName, ms: number): void {
    this.stop(timer);
    const handle = this.clock.setTimer(ms, () => {
      this.#running.delete(timer);
      this.fire(timer);
    });
    this.#running.set(timer, handle);
  }

  stop(timer: TimerName): void {
    this.#running.get(timer)?.cancel();
    this.#running.delete(timer);
  }

  stopAll(): void {
    for (const timer of this.#running.keys()) this.stop(timer);
  }
}
