/** Waiting with a bound. */
import type { Clock } from '../../base/clock.js';

/** Resolves when the promise has settled in whatever way, or after `ms` milliseconds. */
export function settledWithin(promise: Promise<unknown>, ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(ms, resolve);
    const settled = (): void => {
      timer.cancel();
      resolve();
    };
    promise.then(settled, settled);
  });
}

/** Resolves after `ms` milliseconds, or when the signal aborts. */
export function pause(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.setTimer(ms, done);
    signal.addEventListener('abort', done);
  });
}
