/**
 * Whether the program does its work. Every part that calls need is asked for a sign of life every few seconds: the SIP server,
 * the media processes. One that has been silent for a while is an alarm; one that stays so means that the program is not
 * alive, and whoever watches over it (systemd's watchdog, /healthz) starts it again. A part that died and is being started
 * anew has that time to come back.
 */
import type { AlarmBell } from '../base/alarms.js';
import type { Clock, Timer } from '../base/clock.js';

export interface LivingPart {
  /** For a person, e.g. `the SIP server`. */
  readonly name: string;
  /** Whether it answers; may take its time, which counts as silence. Must not reject. */
  readonly answers: () => Promise<boolean>;
}

const ASK_EVERY_MS = 5000;
const ALARM_MS = 15_000;
/** More than a part's longest rest before it is started again, and its start. */
const DEAD_MS = 60_000;
const CODE = 'PART_SILENT';

interface Watched {
  readonly part: LivingPart;
  /** Monotonic. */
  heardAt: number;
  asking: boolean;
}

export class Liveness {
  readonly #clock: Clock;
  readonly #alarms: AlarmBell;
  readonly #parts: readonly Watched[];
  #timer: Timer | undefined;

  constructor(parts: readonly LivingPart[], clock: Clock, alarms: AlarmBell) {
    this.#clock = clock;
    this.#alarms = alarms;
    this.#parts = parts.map((part) => ({ part, heardAt: clock.monotonic(), asking: false }));
    this.#look();
  }

  /** Parts that have been silent for so long that the program is not alive, each with why. */
  get reasons(): readonly string[] {
    const now = this.#clock.monotonic();
    const dead = this.#parts.filter(({ heardAt }) => now - heardAt > DEAD_MS);
    return dead.map(({ part, heardAt }) => `${part.name} has not answered for ${Math.round((now - heardAt) / 1000)} s`);
  }

  get isAlive(): boolean {
    return this.reasons.length === 0;
  }

  close(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    for (const watched of this.#parts) void this.#ask(watched);
    this.#timer = this.#clock.setTimer(ASK_EVERY_MS, () => this.#look());
  }

  async #ask(watched: Watched): Promise<void> {
    const { name, answers } = watched.part;
    const silentMs = this.#clock.monotonic() - watched.heardAt;
    if (silentMs > ALARM_MS) {
      this.#alarms.raise(CODE, name, `${name} does not answer; if that lasts, the program must be started again`);
    }
    if (watched.asking) return;
    watched.asking = true;
    const heard = await answers();
    watched.asking = false;
    if (!heard) return;
    watched.heardAt = this.#clock.monotonic();
    this.#alarms.clear(CODE, name);
  }
}
