/**
 * Where a source's time steps against ours. A packet's offset is its arrival less its own time: constant but for the
 * network's jitter, which only adds, and for the drift of the clocks, which is slow. So the least offsets of some
 * hundred packets say where the source's time stands, and when they move at once and for good, its time stepped: it
 * began its timestamps anew, or stopped them while it was silent, or its packets go another way. A burst that comes
 * late and catches up again is none of it, nor one whose catching up the end of the call cuts short.
 *
 * What cannot be known: whether the last packets of a call, when they come late, would have caught up again. So a step
 * to later times shortly before the end (`leastPackets`) is not seen, and those packets keep the place that they would
 * have had without it.
 */

/** Up to, and without, `to`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface StepLimits {
  /** Smaller leaps are not looked for, milliseconds. */
  readonly leastMs: number;
  /** Packets of which the least offset counts: those before, the nearest of these, and those after. */
  readonly before: number;
  readonly near: number;
  readonly after: number;
  /** So many packets there must be on both sides of a step. */
  readonly leastPackets: number;
  /** So many after one to later times, which may be a network that is busy. */
  readonly held: number;
  /** And so many shortly after one to earlier times that are early too, as there are before it that are not. */
  readonly alike: number;
  /** The first packets after a step may be late: from this share of `leastMs` on they belong to it. */
  readonly onset: number;
  /** Of the packets before a step to later times so many may be late by as much, and seem to come after it. */
  readonly lateBefore: number;
}

/** Of so few last packets it is asked whether they come in their own pace or are catching up. */
const LAST_PACKETS = 50;
/** Fewer cannot show it, and are taken to catch up where they might: a machine that stands still for longer is none. */
const LEAST_SHOWN = 10;
const LONGEST_STALL_MS = 1000;
/** A packet's length, milliseconds, at which packets catch up if they all come at once; half of it divides the two. */
const CATCHES_UP_MS = 20 / 2;
/** A packet cannot overtake the network: one that is early stepped, if among so many after it there are others like it. */
const CONFIRMED_WITHIN = 50;

/** For each value the least of itself and those after it, `count` in all. */
function leastAhead(values: Float64Array, { from, to }: Stretch, count: number): Float64Array {
  const least = new Float64Array(to - from);
  const queue = new Int32Array(to - from);
  let head = 0;
  let tail = 0;
  for (let i = to - 1; i >= from; i--) {
    const value = values[i] as number;
    while (tail > head && (values[queue[tail - 1] as number] as number) >= value) tail--;
    queue[tail++] = i;
    if ((queue[head] as number) >= i + count) head++;
    least[i - from] = values[queue[head] as number] as number;
  }
  return least;
}

/** The least of the latest values, from the last `reset` on. */
class LeastBehind {
  readonly #values: Float64Array;
  readonly #count: number;
  /** Places of values, each larger than the one before. */
  readonly #queue: Int32Array;
  #head = 0;
  #tail = 0;
  since = 0;

  constructor(values: Float64Array, count: number) {
    this.#values = values;
    this.#count = count;
    this.#queue = new Int32Array(values.length);
  }

  reset(at: number): void {
    this.#head = 0;
    this.#tail = 0;
    this.since = at;
  }

  add(i: number): void {
    const value = this.#values[i] as number;
    while (this.#tail > this.#head && this.#at(this.#tail - 1) >= value) this.#tail--;
    this.#queue[this.#tail++] = i;
    if ((this.#queue[this.#head] as number) <= i - this.#count) this.#head++;
  }

  get least(): number {
    return this.#tail > this.#head ? this.#at(this.#head) : Number.NaN;
  }

  #at(place: number): number {
    return this.#values[this.#queue[place] as number] as number;
  }
}

/**
 * Cuts `stretch` where the offsets step. What comes earlier is held against all `before`, for the network can delay
 * for long; what comes later against the `near` of them, for a slow clock makes all later in time.
 * `strays` is filled with the places of packets that are alone in their time: earlier than all before by `leastMs` and
 * followed by none like them.
 */
export function findSteps(offsets: Float64Array, stretch: Stretch, limits: StepLimits, strays: Set<number>): Stretch[] {
  const { leastMs, leastPackets, onset } = limits;
  const ahead = leastAhead(offsets, stretch, limits.after);
  const behind = new LeastBehind(offsets, limits.before);
  const near = new LeastBehind(offsets, limits.near);
  behind.reset(stretch.from);
  const parts: Stretch[] = [];
  for (let i = stretch.from; i < stretch.to; i++) {
    const offset = offsets[i] as number;
    const base = behind.least;
    const earlier = offset < base - onset * leastMs && isEarlier(offsets, i, stretch.to, base, limits);
    if (offset < base - leastMs && !earlier) {
      strays.add(i);
      continue;
    }
    const enough = i - behind.since >= leastPackets && stretch.to - i >= leastPackets;
    const least = ahead[i - stretch.from] as number;
    const later = enough && least > near.least + leastMs && isLater(offsets, i, stretch.to, near.least, limits, least);
    if (enough && (earlier || later)) {
      if (later) i = lastBefore(offsets, i, ahead, stretch.from, limits);
      parts.push({ from: behind.since, to: i });
      behind.reset(i);
      near.reset(i);
    }
    behind.add(i);
    near.add(i);
  }
  parts.push({ from: behind.since, to: stretch.to });
  return parts;
}

/**
 * Whether a packet and those after it, `least` of them, have stepped from the `base` before it. Where the offsets go on
 * rising it is a queue that fills; and a base of single packets may be their luck.
 */
function isLater(
  offsets: Float64Array,
  at: number,
  end: number,
  base: number,
  { leastMs, held, near, alike }: StepLimits,
  least: number,
): boolean {
  const late = (offsets[at] as number) - base;
  if (end - at < held || catchingUp(end - at, late, late + base - least)) return false;
  const half = at + (held >> 1);
  const rises = leastOf(offsets, half, at + held) > leastOf(offsets, at, half) + leastMs;
  return !rises && countBelow(offsets.subarray(Math.max(0, at - near), at), base + leastMs / 2) >= alike;
}

/** Whether the last `count` packets, `lateMs` late at first and `gainedMs` less in the end, only had no time to catch up. */
function catchingUp(count: number, lateMs: number, gainedMs: number): boolean {
  if (count >= LAST_PACKETS || lateMs > LONGEST_STALL_MS) return false;
  return count < LEAST_SHOWN || gainedMs > CATCHES_UP_MS * (count - 1);
}

/** The packet at which a step to later times is, found at `i`. */
function lastBefore(offsets: Float64Array, i: number, ahead: Float64Array, from: number, limits: StepLimits): number {
  let cut = i;
  for (let k = i + 1; k <= i + limits.lateBefore && k - from < ahead.length; k++) {
    if ((offsets[k - 1] as number) < (ahead[k - from] as number) - limits.onset * limits.leastMs) cut = k;
  }
  return cut;
}

/**
 * Whether a packet, or some shortly after it, come earlier than the `base` before it, and so many are like them. A burst
 * that catches up has each packet earlier than the one before, but none like another.
 */
function isEarlier(offsets: Float64Array, at: number, end: number, base: number, limits: StepLimits): boolean {
  const { leastMs, alike, near } = limits;
  const next = offsets.subarray(at, Math.min(end, at + CONFIRMED_WITHIN));
  if (!next.some((offset) => offset < base - leastMs)) return false;
  const last = offsets.subarray(Math.max(0, at - near), at);
  return countBelow(next, base - leastMs / 2) > alike && countBelow(last, base + leastMs / 2) >= alike;
}

const countBelow = (offsets: Float64Array, limit: number): number =>
  offsets.reduce((count, offset) => count + Number(offset < limit), 0);

/** Of none it is infinite. */
export const leastOf = (values: Float64Array, from: number, to: number): number =>
  values.subarray(from, to).reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
