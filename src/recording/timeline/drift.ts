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

/** With fewer points (8 s of packets) a stretch is too short for its drift to matter, or to be told from jitter. */
const LEAST_POINTS = 40;
/** What a clock gains or loses in all must be so many times the spread of the points, or it may be chance. */
const MEANT = 2;
/** Milliseconds a sample: two per cent, far more than any clock, to keep nonsense out. */
const STEEPEST = 0.02 / 8;
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

const median = (values: readonly number[]): number => new Float64Array(values).sort()[values.length >> 1] ?? 0;

/** The median of the slopes between distant points: rough, but nothing that happens to a few points moves it. */
function roughRate({ source, offsetMs }: Points): number {
  const apart = Math.floor(source.length / 2);
  const slopes: number[] = [];
  for (let i = 0; i + apart < source.length; i++) {
    const run = (source[i + apart] as number) - (source[i] as number);
    if (run > 0) slopes.push(((offsetMs[i + apart] as number) - (offsetMs[i] as number)) / run);
  }
  return Math.max(-STEEPEST, Math.min(STEEPEST, median(slopes)));
}

/** The line under the points that lies nearest to them. With few points, or where chance explains as much, it is level. */
export function lineUnder(points: Points): Line {
  const { source, offsetMs } = points;
  const count = source.length;
  if (count < LEAST_POINTS) return { levelMs: Math.min(...offsetMs), rate: 0 };
  const { spread, ...line } = slopingLine(points, roughRate(points));
  const gained = Math.abs(line.rate) * ((source[count - 1] as number) - (source[0] as number));
  return gained < MEANT * spread ? { levelMs: levelUnder(offsetMs), rate: 0 } : line;
}

/** The middle of the values, how far they lie from it, and below what one is earlier than it can be. */
function middleOf(values: readonly number[]): { readonly spread: number; readonly limit: number } {
  const middle = median(values);
  const spread = median(values.map((value) => Math.abs(value - middle)));
  return { spread, limit: middle - Math.max(EARLY_MS, 8 * spread) };
}

function levelUnder(offsetMs: Float64Array): number {
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
