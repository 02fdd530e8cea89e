/**
 * Where a source's time leaps against ours. A packet's offset is its arrival less its own time: constant but for the
 * network's jitter, which only adds, and for the drift of the clocks, which is slow. So the least offsets of some
 * hundred packets say where the source's time stands, and when they move at once and for good, its time leapt: it
 * began its timestamps anew, or stopped them while it was silent, or its packets go another way. A burst that comes
 * late and catches up again is none of it, nor one whose catching up the end of the call cuts short.
 */

/** Up to, and without, `to`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface StepLimits {
  /** Smaller leaps are not looked for, milliseconds. */
  readonly leastMs: number;
  /** Packets before and after, of which the least offset counts. */
  readonly before: number;
  readonly after: number;
  /** So many packets there must be on both sides of a leap. */
  readonly leastPackets: number;
}

/** A leap to later times must hold this share of its height for all packets after. */
const HOLDS = 0.75;
/** Of so few last packets it is asked whether they come in their own pace or are catching up. */
const LAST_PACKETS = 50;
/** Fewer cannot show it, and are taken to catch up where they might: a machine that stands still for longer is none. */
const LEAST_SHOWN = 10;
const LONGEST_STALL_MS = 1000;
/** A packet's length, milliseconds, at which packets catch up if they all come at once; half of it divides the two. */
const CATCHES_UP_MS = 20 / 2;
/** A packet cannot overtake the network: one that is early leapt, if among so many after it there is another like it. */
const CONFIRMED_WITHIN = 50;

/** For each value the least of itself and those after it, `count` in all. */
function leastAhead(values: Float64Array, { from, to }: Stretch, count: number): Float64Array {
  const least = new Float64Array(to - from);
  const queue: number[] = [];
  let head = 0;
  for (let i = to - 1; i >= from; i--) {
    while (queue.length > head && (values[queue[queue.length - 1] as number] as number) >= (values[i] as number)) {
      queue.pop();
    }
    queue.push(i);
    if ((queue[head] as number) >= i + count) head++;
    least[i - from] = values[queue[head] as number] as number;
  }
  return least;
}

/** The least of the latest values, from the last `reset` on. */
class LeastBehind {
  readonly #values: Float64Array;
  readonly #count: number;
  #queue: number[] = [];
  #head = 0;
  since = 0;

  constructor(values: Float64Array, count: number) {
    this.#values = values;
    this.#count = count;
  }

  reset(at: number): void {
    this.#queue = [];
    this.#head = 0;
    this.since = at;
  }

  add(i: number): void {
    const value = this.#values[i] as number;
    while (this.#queue.length > this.#head && this.#at(this.#queue.length - 1) >= value) this.#queue.pop();
    this.#queue.push(i);
    if ((this.#queue[this.#head] as number) <= i - this.#count) this.#head++;
  }

  get least(): number {
    return this.#queue.length > this.#head ? this.#at(this.#head) : Number.NaN;
  }

  #at(place: number): number {
    return this.#values[this.#queue[place] as number] as number;
  }
}

/**
 * Cuts `stretch` where the offsets leap. `strays` is filled with the places of packets that are alone in their time:
 * earlier than all before by `leastMs` and followed by none like them.
 */
export function findSteps(offsets: Float64Array, stretch: Stretch, limits: StepLimits, strays: Set<number>): Stretch[] {
  const { leastMs, leastPackets } = limits;
  const ahead = leastAhead(offsets, stretch, limits.after);
  const behind = new LeastBehind(offsets, limits.before);
  behind.reset(stretch.from);
  const parts: Stretch[] = [];
  for (let i = stretch.from; i < stretch.to; i++) {
    const offset = offsets[i] as number;
    const base = behind.least;
    const least = ahead[i - stretch.from] as number;
    const later =
      offset > base + leastMs &&
      least > base + HOLDS * leastMs &&
      !catchingUp(stretch.to - i, offset - base, offset - least);
    const earlier = offset < base - leastMs;
    if (earlier && !confirmed(offsets, i + 1, stretch.to, base - leastMs / 2)) {
      strays.add(i);
      continue;
    }
    const enough = i - behind.since >= leastPackets && stretch.to - i >= leastPackets;
    if (enough && (later || earlier)) {
      parts.push({ from: behind.since, to: i });
      behind.reset(i);
    }
    behind.add(i);
  }
  parts.push({ from: behind.since, to: stretch.to });
  return parts;
}

/** Whether the last `count` packets, `lateMs` late at first and `gainedMs` less in the end, only had no time to catch up. */
function catchingUp(count: number, lateMs: number, gainedMs: number): boolean {
  if (count >= LAST_PACKETS || lateMs > LONGEST_STALL_MS) return false;
  return count < LEAST_SHOWN || gainedMs > CATCHES_UP_MS * (count - 1);
}

function confirmed(offsets: Float64Array, from: number, end: number, limit: number): boolean {
  return offsets.subarray(from, Math.min(end, from + CONFIRMED_WITHIN)).some((offset) => offset < limit);
}
