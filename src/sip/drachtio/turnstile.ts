/**
 * Lets only so many requests at a time through to the applications; the others wait for their turn. After a power cut
 * every handset of an office registers at once: a call that comes then must not stand behind all of them.
 */
export class Turnstile {
  readonly #waiting: (() => void)[] = [];
  #within = 0;
  #turning = false;

  constructor(
    /** How many may be within at once. */
    private readonly most: number,
    /** How many may wait. */
    private readonly longest: number,
  ) {}

  /** Goes through at once or in its turn, and must `leave` then; false: too many wait already. */
  enter(go: () => void): boolean {
    if (this.#within >= this.most && this.#waiting.length >= this.longest) return false;
    this.#waiting.push(go);
    this.#turn();
    return true;
  }

  /** Whoever went through has been answered, or will not be. */
  leave(): void {
    this.#within--;
    this.#turn();
  }

  /** One may leave at once that goes through: thousands of them are a loop here, not a pile of calls. */
  #turn(): void {
    if (this.#turning) return;
    this.#turning = true;
    while (this.#within < this.most) {
      const go = this.#waiting.shift();
      if (!go) break;
      this.#within++;
      go();
    }
    this.#turning = false;
  }
}
