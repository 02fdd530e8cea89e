/**
 * Watches the wall clock while the program runs. A clock that nobody keeps is an alarm, after the time that a machine which
 * has just started may need; a clock that is set in the middle of the day is told with how far, since times of calls before
 * and after do not agree then (durations are monotonic and unharmed).
 */
import type { AlarmBell } from '../base/alarms.js';
import type { Clock, Timer } from '../base/clock.js';
import type { ClockSync } from '../base/clock-sync.js';
import type { Log } from '../base/log.js';

const LOOK_EVERY_MS = 10_000;
/** Time daemons turn a clock by 500 ppm at the most, 5 ms from look to look: this much is a step. */
const STEP_MS = 500;
const PATIENCE_MS = 180_000;
const CODE = 'CLOCK_UNSYNCHRONISED';

export class ClockWatch {
  #timer: Timer | undefined;
  /** Wall time minus monotonic time at the last look. */
  #distance: number;
  #state: ClockSync = 'unknown';
  /** Since when the clock is unsynchronised, monotonic. */
  #since: number | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly sync: () => ClockSync,
    private readonly alarms: AlarmBell,
    private readonly log: Log,
    private readonly stepped: (stepMs: number) => void = () => {},
  ) {
    this.#distance = clock.now() - clock.monotonic();
    this.#look();
    this.#schedule();
  }

  /** As it was at the last look. */
  get state(): ClockSync {
    return this.#state;
  }

  close(): void {
    this.#timer?.cancel();
  }

  #schedule(): void {
    this.#timer = this.clock.setTimer(LOOK_EVERY_MS, () => {
      this.#findStep();
      this.#look();
      this.#schedule();
    });
  }

  #findStep(): void {
    const distance = this.clock.now() - this.clock.monotonic();
    const stepMs = Math.round(distance - this.#distance);
    this.#distance = distance;
    if (Math.abs(stepMs) < STEP_MS) return;
    this.stepped(stepMs);
    this.log.warn({ stepMs }, `the clock was set ${stepMs < 0 ? 'back' : 'on'} by ${Math.abs(stepMs) / 1000} s`);
  }

  #look(): void {
    this.#state = this.sync();
    if (this.#state !== 'unsynchronised') {
      this.alarms.clear(CODE, 'clock');
      this.#since = undefined;
      return;
    }
    const now = this.clock.monotonic();
    this.#since ??= now;
    if (now - this.#since < PATIENCE_MS) return;
    this.alarms.raise(
      CODE,
      'clock',
      'the clock of this machine is not synchronised, so the times of calls may be wrong: set up a time service (systemd-timesyncd or chrony)',
    );
  }
}
