/** Bits into bytes, the highest first, as many as there is room for. */
export class BitWriter {
  readonly bytes: Uint8Array;
  #length = 0;
  #held = 0;
  #heldBits = 0;

  constructor(room: number) {
    this.bytes = new Uint8Array(room);
  }

  /** Whole bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** `bits`: up to 24. */
  write(value: number, bits: number): void {
    this.#held = (this.#held << bits) | value;
    this.#heldBits += bits;
    while (this.#heldBits >= 8) {
      this.#heldBits -= 8;
      this.bytes[this.#length++] = this.#held >>> this.#heldBits;
    }
    this.#held &= (1 << this.#heldBits) - 1;
  }

  /** Zeros up to the next whole byte. */
  align(): void {
    if (this.#heldBits > 0) this.write(0, 8 - this.#heldBits);
  }

  clear(): void {
    this.#length = this.#held = this.#heldBits = 0;
  }
}
