/**
 * The memory in which the spools of a media process are collected: blocks of two sizes that go from spool to spool, so that
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
 * 28 packets of G.711 over IPv4: where records come one by one a call's sound of 0.8 s takes three. With blocks for all of it every
 * call would have on average more than half of one empty.
 */
export const BLOCK_BYTES = 6_144;
/** 85 such packets: what was kept elsewhere and is taken over when a block is due. */
export const LARGE_BYTES = 18_432;
/** Blocks of a size that are kept when there are no spools. */
const KEPT = 8;
/** Every so many returns, the most that were in use at once is brought nearer to what is in use now, by an eighth. */
const RETURNS = 4096;
const NEARER = 8;

/** Blocks of one size. */
class Kept {
  readonly size: number;
  readonly free: SpoolBlock[] = [];
  used = 0;
  /** The most that were in use at once lately: so many there are, as they come back and go out in swarms. */
  #most = KEPT;
  #returns = 0;

  constructor(size: number) {
    this.size = size;
  }

  take(): SpoolBlock | undefined {
    this.#most = Math.max(this.#most, ++this.used);
    return this.free.pop();
  }

  /** `onGone` gets those that are too many. */
  give(block: SpoolBlock, onGone: (block: SpoolBlock) => void): void {
    this.used--;
    this.free.push(block);
    if (++this.#returns % RETURNS === 0) this.#most -= Math.ceil((this.#most - this.used) / NEARER);
    this.#trim(onGone);
  }

  /** What was needed up to now says nothing of what will be. */
  rest(onGone: (block: SpoolBlock) => void): void {
    this.#most = Math.max(KEPT, this.used);
    this.#trim(onGone);
  }

  #trim(onGone: (block: SpoolBlock) => void): void {
    while (this.free.length + this.used > this.#most) {
      const surplus = this.free.pop();
      if (surplus) onGone(surplus);
    }
  }
}

export class SpoolMemory {
  readonly #small = new Kept(BLOCK_BYTES);
  readonly #large = new Kept(LARGE_BYTES);
  readonly #onGone: (block: SpoolBlock) => void;
  #numbers = 0;

  /** `onGone`: a block is let go for good. */
  constructor(onGone: (block: SpoolBlock) => void = () => {}) {
    this.#onGone = onGone;
  }

  /** Blocks that are with spools now, and those that are kept. */
  get blocks(): { readonly used: number; readonly kept: number } {
    const [small, large] = [this.#small, this.#large];
    return { used: small.used + large.used, kept: small.free.length + large.free.length };
  }

  /** A block for at least so many bytes. What stands in it is of no meaning. */
  take(bytes = BLOCK_BYTES): SpoolBlock {
    const kept = this.#keptOf(bytes);
    return kept?.take() ?? this.#make(kept?.size ?? bytes);
  }

  /** Takes a block back that nobody reads or writes any more. */
  give(block: SpoolBlock): void {
    const size = block.bytes.length;
    const kept = this.#keptOf(size);
    if (kept?.size === size) kept.give(block, this.#onGone);
    else this.#onGone(block);
  }

  /** There are no spools: few blocks are kept. With spools there are times when none has a block, many a second. */
  rest(): void {
    for (const kept of [this.#small, this.#large]) kept.rest(this.#onGone);
  }

  #keptOf(bytes: number): Kept | undefined {
    if (bytes <= BLOCK_BYTES) return this.#small;
    return bytes <= LARGE_BYTES ? this.#large : undefined;
  }

  #make(bytes: number): SpoolBlock {
    const memory = new SharedArrayBuffer((bytes + 3) & ~3);
    return { number: ++this.#numbers, memory, bytes: Buffer.from(memory), words: new Uint32Array(memory) };
  }
}
