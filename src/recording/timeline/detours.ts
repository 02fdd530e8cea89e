/**
 * A source's clock and its detours, told apart. A jitter buffer on the way that shifts, another way through the network,
 * a telephone that drops ticks of its clock: each moves the offsets once by some 10 to 100 ms, for good. A line that is
 * laid under a short call takes such a step for a slow or fast clock, and a clock's drift over a long call hides a step.
 * So steps are looked for first, over some seconds, in which no clock gains as much; the rate is that of the offsets
 * without them; and what is looked for must stand out of the jitter. (Convex hulls between clock resets: Zhang, Liu, Xia,
 * "Clock synchronization algorithms for network measurements", INFOCOM 2002; the line under the delays: Moon, Skelly,
 * Towsley, "Estimation and removal of clock skew from network delay measurements", INFOCOM 1999.)
 *
 * What cannot be known is whether the network would have been in time again: a step to later times in the last two
 * seconds is not seen, one that a busy network makes until the call's end is taken for a step, and there and back within
 * 20 s for a busy network. Nor are steps seen in a call's first second, of less than some 10 ms, or below the jitter.
 */
import {
  FINE_WINDOW,
  STEEPEST_CLOCK,
  leastDelayed,
  lineUnder,
  rateDespiteSteps,
  roughness,
  withoutRate,
} from './drift.js';
import { findSteps, leastOf } from './steps.js';
import type { StepLimits, Stretch } from './steps.js';

/** Two seconds of packets on either side show a step; twenty before and after say that it is no busy network. */
const DETOURS: StepLimits = {
  leastMs: 7,
  before: 1000,
  near: 100,
  after: 1000,
  leastPackets: 50,
  held: 100,
  alike: 4,
  onset: 1 / 8,
  lateBefore: 25,
};
/** Packets on either side whose least offsets are as far apart as the step is high. */
const HEIGHT = 250;
/** A step stands out of jitter that moves the least of ten packets by so many times less. */
const STANDS_OUT = 4;

export interface Clock {
  /** See `Line`. */
  readonly rate: number;
  /** Between the steps. */
  readonly parts: readonly Stretch[];
}

/** `source`, `offsetMs`: as in a chain, without leaps. */
export function clockOf(source: Float64Array, offsetMs: Float64Array): Clock {
  const all = { from: 0, to: source.length };
  const points = leastDelayed(source, offsetMs, all, FINE_WINDOW);
  const steep = lineUnder(points).rate;
  const rough = Math.abs(steep) > STEEPEST_CLOCK ? steep : rateDespiteSteps(points);
  const level = withoutRate(source, offsetMs, rough);
  const leastMs = Math.max(DETOURS.leastMs, STANDS_OUT * roughness(points));
  const parts = findSteps(level, all, { ...DETOURS, leastMs }, new Set());
  const even = parts.length === 1 ? points : leastDelayed(source, joined(offsetMs, level, parts), all, FINE_WINDOW);
  return { rate: lineUnder(even).rate, parts };
}

/** The offsets without the steps between the parts, which `level` shows: the clock's rate is taken out of it, roughly. */
function joined(offsetMs: Float64Array, level: Float64Array, parts: readonly Stretch[]): Float64Array {
  const even = Float64Array.from(offsetMs);
  let sum = 0;
  parts.forEach(({ from, to }, k) => {
    const before = parts[k - 1];
    if (before) {
      sum +=
        leastOf(level, from, Math.min(to, from + HEIGHT)) - leastOf(level, Math.max(before.from, from - HEIGHT), from);
    }
    for (let i = from; i < to; i++) even[i] = (even[i] as number) - sum;
  });
  return even;
}
