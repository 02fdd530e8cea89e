/**
 * The last net under the server. A mistake of ours in a timer, at a socket, or in what follows a promise would end the process
 * and with it every call; here it is caught where it would leave us, logged as an error, and everything else goes on. There are
 * few such places: the clock, what the transport hands up, the messages of applications, and promises that nobody waits for.
 */
import type { Clock } from '../base/clock.js';
import { errorMessage } from '../base/errors.js';
import type { Log } from '../base/log.js';

/** Calls `work`. What it throws is logged; `failed` does what is still due then (an answer to somebody who waits). */
export function guard(log: Log, what: string, work: () => void, failed: () => void = () => {}): void {
  try {
    work();
  } catch (error) {
    log.error({ error: errorMessage(error), stack: stackOf(error) }, `${what} failed`);
    failed();
  }
}

/** Waits for a promise that nobody else waits for. */
export function guardPromise(log: Log, what: string, promise: Promise<unknown>): void {
  promise.catch((error: unknown) => {
    log.error({ error: errorMessage(error), stack: stackOf(error) }, `${what} failed`);
  });
}

/** A clock whose timers cannot throw. */
export function guardedClock(clock: Clock, log: Log): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimer: (delayMs, callback) => clock.setTimer(delayMs, () => guard(log, 'a timer', callback)),
  };
}

const stackOf = (error: unknown): string | undefined => (error instanceof Error ? error.stack : undefined);
