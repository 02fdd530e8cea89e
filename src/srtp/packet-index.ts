/**
 * The index of packets under a key (RFC 3711 § 3.3.1): 48 bits, of which a packet carries the last 16; and which of the
 * newest came already (§ 3.3.2), kept as a ring of bits (RFC 6479), 224 of which count.
 */
const WORDS = 8;
const WINDOW = (WORDS - 1) * 32;

export class PacketIndex {
  /** −1 before the first. */
  #highest = -1;
  readonly #seen = new Uint32Array(WORDS);

  /** The highest so far. */
  get highest(): number {
    return this.#highest;
  }

  /** The index that a packet with this sequence number most likely has (appendix A). */
  estimate(sequence: number): number {
    const highest = this.#highest;
    // Nothing has gone round yet, and nothing may go below 0.
    if (highest <= 0x8000) return sequence;
    const round = highest - (highest % 0x10000);
    const ahead = sequence - (highest - round);
    if (ahead > 0x8000) return round - 0x10000 + sequence;
    return ahead < -0x8000 ? round + 0x10000 + sequence : round + sequence;
  }

  /** Whether it has not come yet, and is not so old that nobody knows. */
  isNew(index: number): boolean {
    const behind = this.#highest - index;
    if (behind < 0) return true;
    return behind < WINDOW && ((this.#word(index) >>> (index % 32)) & 1) === 0;
  }

  #word(index: number): number {
    return this.#seen[Math.floor(index / 32) % WORDS] ?? 0;
  }

  /** It came, and is what it says. */
  note(index: number): void {
    if (index > this.#highest) {
      const from = Math.floor(this.#highest / 32); // −1 for −1
      const words = Math.min(WORDS, Math.floor(index / 32) - from);
      for (let i = 1; i <= words; i++) this.#seen[(from + i) % WORDS] = 0;
      if (words === WORDS) this.#seen.fill(0);
      this.#highest = index;
    }
    this.#seen[Math.floor(index / 32) % WORDS] = this.#word(index) | (1 << (index % 32));
  }
}
