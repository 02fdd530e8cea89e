/**
 * Finds codes such as `*7` among keys that come one by one: keys that may begin a code are held back until it is one,
 * or cannot become one any more. For keys in INFO; those in RTP and sound are looked at by the media engine in the same
 * way.
 */
export class CodeCollector<Key extends { readonly digit: string }> {
  readonly #codes: readonly string[];
  #held: Key[] = [];

  constructor(codes: readonly string[]) {
    this.#codes = codes;
  }

  /** Whether keys are held back; they should not wait long. */
  get isHolding(): boolean {
    return this.#held.length > 0;
  }

  /** A key was pressed: the keys that go on to the other party, and the code that is complete. */
  press(key: Key): { readonly passed: readonly Key[]; readonly code: string | undefined } {
    const keys = [...this.#held, key];
    // The longest tail that is, or may become, a code; what stands before it goes on.
    for (let from = 0; from < keys.length; from++) {
      const tail = keys.slice(from);
      const digits = tail.map(({ digit }) => digit).join('');
      const isCode = this.#codes.includes(digits);
      if (!isCode && !this.#codes.some((code) => code.startsWith(digits))) continue;
      this.#held = isCode ? [] : tail;
      return { passed: keys.slice(0, from), code: isCode ? digits : undefined };
    }
    this.#held = [];
    return { passed: keys, code: undefined };
  }

  /** The keys that were held back for too long. */
  release(): readonly Key[] {
    const keys = this.#held;
    this.#held = [];
    return keys;
  }
}
