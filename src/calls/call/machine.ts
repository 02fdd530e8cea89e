/**
 * Runs a state machine: events go in one at a time, in order, and what the transition asks for is done before the next
 * one is looked at. The transition itself is pure; all that has an effect is in `perform`.
 */
export type Transition<State, Event, Effect> = (state: State, event: Event) => readonly [State, readonly Effect[]];

export class Machine<State, Event, Effect> {
  readonly #transition: Transition<State, Event, Effect>;
  readonly #perform: (effect: Effect) => void;
  /** Events that came while one was dealt with. */
  #waiting: Event[] | undefined;
  #state: State;
  #busy = false;

  constructor(initial: State, transition: Transition<State, Event, Effect>, perform: (effect: Effect) => void) {
    this.#state = initial;
    this.#transition = transition;
    this.#perform = perform;
  }

  get state(): State {
    return this.#state;
  }

  /** An event happened. Safe to call from within an effect: it then waits its turn. */
  dispatch(event: Event): void {
    if (this.#busy || this.#waiting) (this.#waiting ??= []).push(event);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#waiting ? this.#next() : event; next !== undefined; next = this.#next()) {
        const [state, effects] = this.#transition(this.#state, next);
        this.#state = state;
        for (const effect of effects) this.#perform(effect);
      }
    } finally {
      this.#busy = false;
    }
  }

  #next(): Event | undefined {
    const next = this.#waiting?.shift();
    if (this.#waiting?.length === 0) this.#waiting = undefined;
    return next;
  }
}
