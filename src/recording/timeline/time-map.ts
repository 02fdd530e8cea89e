/**
 * How a stretch of a source's own time lies in the recording: straight lines between knots. `source`: samples since the
 * stretch's first; `output`: samples since the recording's time zero. Both rise from knot to knot.
 */
export interface TimeMap {
  readonly source: Float64Array;
  readonly output: Float64Array;
}

/** A map on which the source's samples go one by one into the recording, from `output` on. */
export function straightMap(output: number): TimeMap {
  return { source: Float64Array.of(0, 1), output: Float64Array.of(output, output + 1) };
}

/** The last knot at or before `value`, so that there is one after it. */
function knotBefore(knots: Float64Array, value: number): number {
  let low = 0;
  let high = knots.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((knots[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function along(from: Float64Array, to: Float64Array, value: number): number {
  const k = knotBefore(from, value);
  const a = from[k] as number;
  const b = to[k] as number;
  return b + ((value - a) * ((to[k + 1] as number) - b)) / ((from[k + 1] as number) - a);
}

/** Where in the recording a source's sample is. */
export const toOutput = (map: TimeMap, source: number): number => along(map.source, map.output, source);

/** Which of the source's samples is at a place in the recording; between samples as a rule. */
export const toSource = (map: TimeMap, output: number): number => along(map.output, map.source, output);

/** Up to where the line goes on which `output` is: within it the source's time runs evenly. */
export function lineEnd(map: TimeMap, output: number): number {
  const k = knotBefore(map.output, output);
  return k === map.output.length - 2 ? Number.POSITIVE_INFINITY : (map.output[k + 1] as number);
}
