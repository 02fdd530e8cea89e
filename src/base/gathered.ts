/**
 * What is said while the event loop deals with what came, handed on together when that is done: a call to the kernel, and the
 * waking of whoever reads, cost more than most of what is said.
 */
export class Gathered<T> {
  readonly #hand: (all: T[]) => void;
  #all: T[] = [];

  /** `hand` gets what was gathered, in its order; never nothing. */
  constructor(hand: (all: T[]) => void) {
    this.#hand = hand;
  }

  add(one: T): void {
    if (this.#all.length === 0) setImmediate(() => this.flush());
    this.#all.push(one);
  }

  /** Hands on what there is at once. */
  flush(): void {
    if (this.#all.length === 0) return;
    const all = this.#all;
    this.#all = [];
    this.#hand(all);
  }
}
