/** Silence over a span, with short slopes at its ends so that nothing clicks. */

/** Samples of the recording, up to and without `to`. */
export interface SampleSpan {
  readonly from: number;
  readonly to: number;
}

const SLOPE = 40;

/** `block`: samples of the recording from `at` on. */
export function mute(block: Float32Array, at: number, spans: readonly SampleSpan[]): void {
  for (const { from, to } of spans) {
    const first = Math.max(from - at, 0);
    const last = Math.min(to - at, block.length);
    for (let i = first; i < last; i++) {
      const inside = Math.min(i + at - from, to - 1 - i - at);
      block[i] = inside < SLOPE ? (block[i] as number) * (1 - (inside + 1) / (SLOPE + 1)) : 0;
    }
  }
}
