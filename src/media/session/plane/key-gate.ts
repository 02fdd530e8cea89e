/**
 * In-call codes (`*7`): keys that may be the beginning of a code are held back until it is decided. As a table, with
 * codes *7 and *9:
 *
 *   held   key      then
 *   –      5        5 passes
 *   –      *        * is held
 *   *      7        code *7; nothing passes
 *   *      5        * and 5 are released, in this order
 *   *      *        the first * is released, the second held
 *   *      (wait)   * is released
 */

export interface GateDecision {
  /** Nothing was held: the key may take its natural way. */
  readonly pass: boolean;
  /** Keys to make anew towards the other side, now. */
  readonly released: readonly string[];
  readonly code: string | undefined;
}

export class KeyGate {
  readonly #codes: readonly string[];
  #held = '';

  constructor(codes: readonly string[]) {
    this.#codes = codes.filter((code) => code.length > 0);
  }

  /** Whether keys wait for a decision. */
  get holds(): boolean {
    return this.#held !== '';
  }

  /** A key was pressed. */
  press(key: string): GateDecision {
    if (!this.holds && !this.#begins(key)) return { pass: true, released: [], code: undefined };
    this.#held += key;
    if (this.#codes.includes(this.#held)) {
      const code = this.#held;
      this.#held = '';
      return { pass: false, released: [], code };
    }
    let released = '';
    while (this.holds && !this.#begins(this.#held)) {
      released += this.#held.charAt(0);
      this.#held = this.#held.slice(1);
    }
    const code = this.#codes.find((whole) => whole === this.#held);
    if (code !== undefined) this.#held = '';
    return { pass: false, released: released.split(''), code };
  }

  /** No further key came in time: what is held is released. */
  expire(): readonly string[] {
    const released = this.#held.split('');
    this.#held = '';
    return released;
  }

  #begins(keys: string): boolean {
    return this.#codes.some((code) => code.startsWith(keys));
  }
}
