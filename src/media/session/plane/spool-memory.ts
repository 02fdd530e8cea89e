/**
 * The memory in which the spools of a media process are collected: blocks of one size that go from spool to spool, so that
 * calls coming and going neither make garbage nor fill the memory with pieces. The thread that writes them reads them
 * where they are.
 */
import type { RecordMemory } from '../../../spool/pcap.js';

export interface SpoolBlock extends RecordMemory {
  /** Unique among the blocks that are there. */
  readonly number: number;
  readonly memory: SharedArrayBuffer;
}

/**
 * 28 packets of G.711 over IPv4: a call's sound of 0.8 s takes three. With blocks for all of it every call would have on
 * average more than half of one empty.
 */
export const BLOCK_BYTES = 6_144;
/** Blocks that are kept when no spool has any. */
const KEPT = 8;
/** Every so many returns, the most that were in use at once is brought nearer to what is in use now, by an eighth. */
const RETURNS = 4096;
const NEARER = 8;

export class SpoolMemory {
  readonly #free: SpoolBlock[] = [];
  readonly #onGone: (block: SpoolBlock) => void;
  #numbers = 0;
  #used = 0;
  /** The most that were in use at once lately: so many there are, as they come back and go out in swarms. */
  #most = KEPT;
  #returns = 0;

  /** `onGone`: a block is let go for good. */
  constructor(onGone: (block: SpoolBlock) => void = () => {}) {
    this.#onGone = onGone;
  }

  /** Blocks that are with spools now, and those that are kept. */
  get blocks(): { readonly used: number; readonly kept: number } {
    return { used: this.#used, kept: this.#free.length };
  }

  /** A block for at least so many bytes. What stands in it is of no meaning. */
  take(bytes = BLOCK_BYTES): SpoolBlock {
    this.#most = Math.max(this.#most, ++this.#used);
    const kept = bytes <= BLOCK_BYTES ? this.#free.pop() : undefined;
    if (kept) return kept;
    const memory = new SharedArrayBuffer(Math.max(BLOCK_BYTES, (bytes + 3) & ~3));
    return { number: ++this.#numbers, memory, bytes: Buffer.from(memory), words: new Uint32Array(memory) };
  }

  /** Takes a block back that nobody reads or writes any more. */
  give(block: SpoolBlock): void {
    this.#used--;
    if (block.bytes.length === BLOCK_BYTES) this.#free.push(block);
    else this.#onGone(block);
    if (++this.#returns % RETURNS === 0) this.#most -= Math.ceil((this.#most - this.#used) / NEARER);
    if (this.#used === 0) this.#most = KEPT;
    while (this.#free.length + this.#used > this.#most) {
      const surplus = this.#free.pop();
      if (surplus) this.#onGone(surplus);
    }
  }
}
