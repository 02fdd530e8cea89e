/**
 * Time comes in through this door, so that tests can turn it by hand. Two times are kept apart: `now` is the wall
 * clock (it may jump when it is set), `monotonic` only ever goes forward and is what durations are measured with.
 */
export interface Timer {
  /** Stops the timer; harmless when it has fired or was cancelled before. */
  cancel(): void;
}

export interface Clock {
  /** Wall time in milliseconds since 1970, UTC. */
  now(): number;
  /** Monotonic time in milliseconds (with fractions) since an arbitrary beginning. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs` milliseconds of monotonic time. */
  setTimer(delayMs: number, callback: () => void): Timer;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(delayMs, callback) {
    const handle = setTimeout(callback, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};
