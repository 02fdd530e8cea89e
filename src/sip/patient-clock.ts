import type { Clock } from '../base/clock.js';

/** A timer that is later than this, in milliseconds, says that the process had no time. */
const LATE_MS = 100;

/**
 * A clock whose timers, where the process had no time for them, let what waits in its sockets be read first. Else a response that
 * has long come is overtaken by the retransmission that it makes needless (RFC 3261 § 17.1), or by the end of its
 * transaction: on a machine that stood still for a second every request of the moment would go once more.
 */
export function patientClock(clock: Clock): Clock {
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    setTimer(delayMs, callback) {
      const latest = clock.monotonic() + delayMs + LATE_MS;
      let waits = true;
      const timer = clock.setTimer(delayMs, () => {
        if (clock.monotonic() <= latest) return callback();
        // The event loop reads the sockets between its timers and this.
        setImmediate(() => {
          if (waits) callback();
        });
      });
      return {
        cancel() {
          waits = false;
          timer.cancel();
        },
      };
    },
  };
}
