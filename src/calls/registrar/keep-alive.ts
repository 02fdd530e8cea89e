/**
 * OPTIONS to handsets behind NAT and on streams, often enough to hold the way to them open (under 30 s, as UDP mappings
 * are dropped after), and to learn when a handset can no longer be reached.
 */
import type { Clock, Timer } from '../../base/clock.js';
import type { Binding } from '../ports.js';
import { isBehindNat, isStream, targetOf } from './flow.js';
import type { SipPort } from '../sip-port.js';

export interface KeepAliveOptions {
  readonly clock: Clock;
  readonly sip: Pick<SipPort, 'request'>;
  /** Called when what is known of a binding changes. */
  readonly onChange: (binding: Binding, reachable: boolean) => void;
  readonly intervalMs?: number;
  /** A number from 0 to 1, so that handsets that came together are not asked together. */
  readonly random?: () => number;
}

/** Unanswered OPTIONS in a row after which a handset counts as unreachable. */
const MOST_FAILURES = 2;

/** `gone`: the connection is closed, and only the handset can open another. */
type Outcome = 'answered' | 'silent' | 'gone' | 'unknown';

interface Watch {
  binding: Binding;
  failures: number;
  timer: Timer | undefined;
}

export class KeepAlive {
  readonly #options: KeepAliveOptions;
  readonly #intervalMs: number;
  readonly #watches = new Map<string, Watch>();

  constructor(options: KeepAliveOptions) {
    this.#options = options;
    this.#intervalMs = options.intervalMs ?? 25_000;
  }

  /** From now on, or with the refreshed binding from now on. Does nothing for a handset that needs it not. */
  watch(binding: Binding): void {
    const known = this.#watches.get(keyOf(binding));
    if (!isBehindNat(binding) && !isStream(binding)) return this.unwatch(binding);
    if (known) {
      // A REGISTER came through: the handset is there.
      known.binding = binding;
      known.failures = 0;
      return;
    }
    const watch: Watch = { binding, failures: 0, timer: undefined };
    this.#watches.set(keyOf(binding), watch);
    this.#schedule(watch, this.#intervalMs * (0.5 + 0.5 * (this.#options.random ?? Math.random)()));
  }

  unwatch(binding: Binding): void {
    this.#watches.get(keyOf(binding))?.timer?.cancel();
    this.#watches.delete(keyOf(binding));
  }

  isReachable(binding: Binding): boolean {
    return (this.#watches.get(keyOf(binding))?.failures ?? 0) < MOST_FAILURES;
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.timer?.cancel();
    this.#watches.clear();
  }

  #schedule(watch: Watch, delayMs: number): void {
    watch.timer = this.#options.clock.setTimer(delayMs, () => void this.#ask(watch));
  }

  async #ask(watch: Watch): Promise<void> {
    const began = this.#options.clock.monotonic();
    const asked = watch.binding;
    const outcome = await this.#outcome(asked);
    if (this.#watches.get(keyOf(asked)) !== watch) return; // Unwatched meanwhile.
    const wasReachable = this.isReachable(asked);
    // A REGISTER that came while we waited says more than the silence before it.
    if (outcome === 'answered') watch.failures = 0;
    else if (outcome !== 'unknown' && watch.binding === asked) watch.failures += outcome === 'gone' ? MOST_FAILURES : 1;
    if (wasReachable !== this.isReachable(asked)) this.#options.onChange(watch.binding, !wasReachable);
    const spent = this.#options.clock.monotonic() - began;
    if (this.#watches.get(keyOf(asked)) === watch) this.#schedule(watch, Math.max(0, this.#intervalMs - spent));
  }

  /** 408 and 503 are also what the SIP server says for a peer that does not answer (RFC 3261 § 8.1.3.1). */
  async #outcome(binding: Binding): Promise<Outcome> {
    try {
      const { status } = await this.#options.sip.request({ method: 'OPTIONS', ...targetOf(binding) });
      if (status === 503) return isStream(binding) ? 'gone' : 'silent';
      return status === 408 ? 'silent' : 'answered';
    } catch {
      return 'unknown'; // Our own SIP server is away; that says nothing of the handset.
    }
  }
}

function keyOf(binding: Binding): string {
  return `${binding.extension} ${binding.contact}`;
}
