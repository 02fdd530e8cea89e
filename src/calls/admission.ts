/**
 * Whom the SIP server is to let in, put together from what is known here: the providers' networks, the addresses of
 * registered handsets, and who guessed passwords. With `unknownTrunk: drop` everyone else meets silence at the server,
 * before a 100 is sent; with `reject` all are let in, and the application answers 403. A drachtio-server of the site's
 * own takes no such rules: there strangers get a 100 and then nothing, and bans are its firewall's.
 */
import type { Clock, Timer } from '../base/clock.js';
import type { AdmissionRules } from '../sip/transport/admission.js';

export interface AdmissionListOptions {
  readonly unknownTrunk: 'drop' | 'reject';
  readonly trunks: { doors(): { readonly networks: readonly string[]; readonly lines: readonly string[] } };
  readonly registrar: { all(): readonly { readonly sourceAddress: string }[] };
  readonly clock: Clock;
  /** Brings the rules to the SIP server. */
  readonly publish: (rules: AdmissionRules) => void;
}

export class AdmissionList {
  readonly #options: AdmissionListOptions;
  /** Timers of the bans, by address. */
  readonly #bans = new Map<string, Timer>();
  #published = '';

  constructor(options: AdmissionListOptions) {
    this.#options = options;
  }

  /** To be called when bindings or the trunks' addresses have changed; publishes what is new. */
  update(): void {
    const rules = this.rules();
    const text = JSON.stringify(rules);
    if (text === this.#published) return;
    this.#published = text;
    this.#options.publish(rules);
  }

  /** Shuts an address out for a while. */
  ban(address: string, durationMs: number): void {
    this.#bans.get(address)?.cancel();
    const timer = this.#options.clock.setTimer(durationMs, () => {
      this.#bans.delete(address);
      this.update();
    });
    this.#bans.set(address, timer);
    this.update();
  }

  /** Stops the timers. */
  close(): void {
    for (const timer of this.#bans.values()) timer.cancel();
  }

  rules(): AdmissionRules {
    const { unknownTrunk, trunks, registrar } = this.#options;
    const { networks, lines } = trunks.doors();
    const handsets = registrar.all().map((binding) => binding.sourceAddress);
    return {
      callers: unknownTrunk === 'drop' ? [...new Set([...networks, ...handsets])].sort() : undefined,
      lines,
      banned: [...this.#bans.keys()].sort(),
    };
  }
}
