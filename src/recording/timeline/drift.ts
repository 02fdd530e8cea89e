/**
 * How a source's clock goes against ours. The network only ever delays, so the least delayed packets tell the time: a
 * line is laid under the offsets, not through them, and touches the two that carry it best. With 15,000 packets that
 * jitter by 40 ms such a line is right to some hundredths of a millisecond, which no mean of them is. Only where a line
 * will not do (a clock that is steered, a way that slowly changes) the lower edge is followed as it bends.
 */
import type { Stretch } from './steps.js';

/** The least delayed packet of each window. */
export interface Points {
  /** Samples of the source's own time. */
  readonly source: Float64Array;
  /** Arrival less the source's own time, milliseconds. */
  readonly offsetMs: Float64Array;
  /** The middle of the window, samples of the source's own time: evenly apart, unlike the points. */
  readonly middle: Float64Array;
}

/** Packets a point where a line is laid, which needs many of them. */
export const FINE_WINDOW = 10;
/** With fewer points (8 s of packets) a stretch is too short for its drift to matter, or to be told from jitter. */
const LEAST_POINTS = 40;
/** Points in 5 s of packets. */
const LOCAL = 25;
/** What a clock gains or loses in all must be so many times the spread of the points, or it may be chance. */
const MEANT = 2;
/** Milliseconds a sample: two per cent, far more than any clock, to keep nonsense out. */
const STEEPEST = 0.02 / 8;
/**
 * No clock is off by more than 1,000 ppm: crystals by 100, the sound cards of computers by some hundred. A line that
 * is steeper is laid through a step as a rule, and then the points lie at least half the step beside it; so it is
 * believed only where they stay on it (`ON_LINE_MS`) while it rises by many times as much.
 */
export const STEEPEST_CLOCK = 0.001 / 8;
const ON_LINE_MS = 5;
const RISES = 10;
/** Points (1 s of packets) of which one must be on a line. */
const ON_LINE_POINTS = 5;
/** Beside the rate a clock may bend by 300 ppm. */
const STEEPEST_BEND = 0.0003 / 8;
/** Points on either side over which the edge is smoothed. */
const SMOOTHING = 2;
/** A packet that is earlier than its time by more than the network can explain has a wrong timestamp. */
const EARLY_MS = 2;

/** One point for every `window` packets of the stretch. */
export function leastDelayed(
  source: Float64Array,
  offsetMs: Float64Array,
  { from, to }: Stretch,
  window: number,
): Points {
  const windows = Math.max(1, Math.floor((to - from) / window));
  const column = (): Float64Array => new Float64Array(windows);
  const points = { source: column(), offsetMs: column(), middle: column() };
  for (let w = 0; w < windows; w++) {
    const end = w === windows - 1 ? to : from + (w + 1) * window;
    let least = from + w * window;
    for (let i = least + 1; i < end; i++) if ((offsetMs[i] as number) < (offsetMs[least] as number)) least = i;
    points.source[w] = source[least] as number;
    points.offsetMs[w] = offsetMs[least] as number;
    points.middle[w] = source[Math.floor((from + w * window + end) / 2)] as number;
  }
  return points;
}

export interface Line {
  /** Milliseconds at the source's sample 0. */
  readonly levelMs: number;
  /** By how many milliseconds the offset grows with each sample: positive where the source's clock is slow. */
  readonly rate: number;
}

/** The offsets, from which a rate is taken out. */
export function withoutRate(source: Float64Array, offsetMs: Float64Array, rate: number): Float64Array {
  const rest = new Float64Array(offsetMs.length);
  for (let i = 0; i < rest.length; i++) rest[i] = (offsetMs[i] as number) - rate * (source[i] as number);
  return rest;
}

const median = (values: readonly number[] | Float64Array): number =>
  new Float64Array(values).sort()[values.length >> 1] ?? 0;

/** The median of the slopes between points so far `apart`: rough, but nothing that happens to a few points moves it. */
function roughRate({ source, offsetMs }: Points, apart: number): number {
  const slopes: number[] = [];
  for (let i = 0; i + apart < source.length; i++) {
    const run = (source[i + apart] as number) - (source[i] as number);
    if (run > 0) slopes.push(((offsetMs[i + apart] as number) - (offsetMs[i] as number)) / run);
  }
  return Math.max(-STEEPEST, Math.min(STEEPEST, median(slopes)));
}

/**
 * The line under the points that lies nearest to them. With few points, or where chance or a step explains as much, it
 * is level.
 */
export function lineUnder(points: Points): Line {
  const { source, offsetMs } = points;
  const count = source.length;
  if (count < LEAST_POINTS) return { levelMs: Math.min(...offsetMs), rate: 0 };
  const { spread, ...line } = slopingLine(points, roughRate(points, Math.floor(count / 2)));
  const gained = Math.abs(line.rate) * ((source[count - 1] as number) - (source[0] as number));
  const believed = gained >= MEANT * spread && (Math.abs(line.rate) <= STEEPEST_CLOCK || staysOn(line, points, gained));
  return believed ? line : { levelMs: levelUnder(offsetMs), rate: 0 };
}

/** Whether the points stay on a line that rises or falls by `gained` milliseconds. */
function staysOn({ levelMs, rate }: Line, { source, offsetMs }: Points, gained: number): boolean {
  const limit = Math.min(ON_LINE_MS, gained / RISES);
  let off = 0;
  return offsetMs.every((offset, i) => {
    off = offset - levelMs - rate * (source[i] as number) > limit ? off + 1 : 0;
    return off < ON_LINE_POINTS;
  });
}

/** The middle of the values, how far they lie from it, and below what one is earlier than it can be. */
function middleOf(values: readonly number[]): { readonly spread: number; readonly limit: number } {
  const middle = median(values);
  const spread = median(values.map((value) => Math.abs(value - middle)));
  return { spread, limit: middle - Math.max(EARLY_MS, 8 * spread) };
}

/** The least of the points, but for what is earlier than it can be. */
export function levelUnder(offsetMs: Float64Array): number {
  const values = [...offsetMs];
  const { limit } = middleOf(values);
  return Math.min(...values.filter((value) => value >= limit));
}

function slopingLine({ source, offsetMs }: Points, rate: number): Line & { readonly spread: number } {
  const rest = Array.from(offsetMs, (offset, i) => offset - rate * (source[i] as number));
  const { spread, limit } = middleOf(rest);
  const places = [...rest.keys()].filter((i) => (rest[i] as number) >= limit);
  const [a, b] = carriers(
    places,
    (i) => source[i] as number,
    (i) => rest[i] as number,
  );
  const run = (source[b] as number) - (source[a] as number);
  const fine = run > 0 ? ((rest[b] as number) - (rest[a] as number)) / run : 0;
  return { levelMs: (rest[a] as number) - fine * (source[a] as number), rate: rate + fine, spread };
}

/** The two points of the lower convex hull between which the middle of all lies: their line is the nearest from below. */
function carriers(places: readonly number[], x: (i: number) => number, y: (i: number) => number): [number, number] {
  const hull: number[] = [];
  const turnsDown = (a: number, b: number, c: number): boolean =>
    (y(b) - y(a)) * (x(c) - x(a)) >= (y(c) - y(a)) * (x(b) - x(a));
  for (const i of places) {
    while (hull.length > 1 && turnsDown(hull.at(-2) as number, hull.at(-1) as number, i)) hull.pop();
    hull.push(i);
  }
  const middle = places.reduce((sum, i) => sum + x(i), 0) / places.length;
  const after = hull.findIndex((i) => x(i) > middle);
  return after < 1 ? [hull[0] as number, hull[0] as number] : [hull[after - 1] as number, hull[after] as number];
}

/**
 * A rate that no step moves by much: of slopes over 5 s, which few steps are in. A call must be longer for it by far;
 * what a clock gains in 20 s is less than the steps that are looked for. Where it is that of no clock it is a queue's,
 * which fills again and again, and tells nothing.
 */
export function rateDespiteSteps(points: Points): number {
  const rate = points.source.length < 4 * LOCAL ? 0 : roughRate(points, LOCAL);
  return Math.abs(rate) > STEEPEST_CLOCK ? 0 : rate;
}

/** How far points that follow on one another lie apart, milliseconds: the median, so that neither steps nor drift count. */
export function roughness({ offsetMs }: Points): number {
  return median(Array.from(offsetMs.subarray(1), (offset, i) => Math.abs(offset - (offsetMs[i] as number))));
}

/** A rate as parts per million. */
export const ratePpm = (rate: number): number => rate * 8 * 1e6;

/** The lower edge of points from which the rate is taken out already, milliseconds at each point. */
export function lowerEdge({ source, offsetMs }: Points): Float64Array {
  const edge = Float64Array.from(offsetMs);
  const last = edge.length - 1;
  const bend = (i: number): number => STEEPEST_BEND * Math.abs((source[i + 1] as number) - (source[i] as number));
  for (let i = 0; i < last; i++) edge[i + 1] = Math.min(edge[i + 1] as number, (edge[i] as number) + bend(i));
  for (let i = last - 1; i >= 0; i--) edge[i] = Math.min(edge[i] as number, (edge[i + 1] as number) + bend(i));
  return edge.map((_, i) => {
    // As many on the one side as on the other, so that the ends are not drawn inwards.
    const reach = Math.min(SMOOTHING, i, last - i);
    let sum = 0;
    for (let k = i - reach; k <= i + reach; k++) sum += edge[k] as number;
    return sum / (2 * reach + 1);
  });
}
