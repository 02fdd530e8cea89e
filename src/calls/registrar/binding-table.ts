/** The bindings of all handsets in memory, each with its end on the monotonic clock. */
import type { Clock, Timer } from '../../base/clock.js';
import { parseUri, sameUri } from '../../sip/message/uri.js';
import type { Binding } from '../ports.js';

interface Entry {
  readonly binding: Binding;
  /** On the monotonic clock, so that setting the wall clock ends no registration. */
  readonly endsAt: number;
}

export class BindingTable {
  readonly #clock: Clock;
  readonly #byExtension = new Map<string, Entry[]>();
  readonly #onExpired: (binding: Binding) => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, onExpired: (binding: Binding) => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  /** Those of an extension, the most recently refreshed first. */
  of(extension: string): readonly Binding[] {
    return (this.#byExtension.get(extension) ?? []).map((entry) => entry.binding);
  }

  all(): readonly Binding[] {
    return [...this.#byExtension.values()].flat().map((entry) => entry.binding);
  }

  find(extension: string, contact: string): Binding | undefined {
    return this.#byExtension.get(extension)?.find((entry) => sameContact(entry.binding.contact, contact))?.binding;
  }

  /** Seconds that a binding has left, at least 0. */
  secondsLeft(binding: Binding): number {
    const entry = this.#byExtension.get(binding.extension)?.find((one) => one.binding === binding);
    return entry ? Math.max(0, Math.round((entry.endsAt - this.#clock.monotonic()) / 1000)) : 0;
  }

  /** Adds a binding, in the place of the one with the same contact. */
  put(binding: Binding): void {
    const lifeMs = binding.expiresAt - this.#clock.now();
    const others = this.#entries(binding.extension).filter((one) => !sameContact(one.binding.contact, binding.contact));
    const entry = { binding, endsAt: this.#clock.monotonic() + lifeMs };
    this.#byExtension.set(binding.extension, [entry, ...others]);
    this.#watch();
  }

  remove(binding: Binding): boolean {
    const entries = this.#entries(binding.extension);
    const rest = entries.filter((entry) => entry.binding !== binding);
    if (rest.length === 0) this.#byExtension.delete(binding.extension);
    else this.#byExtension.set(binding.extension, rest);
    return rest.length < entries.length;
  }

  /** Stops the timer. */
  close(): void {
    this.#timer?.cancel();
  }

  #entries(extension: string): readonly Entry[] {
    return this.#byExtension.get(extension) ?? [];
  }

  #watch(): void {
    this.#timer?.cancel();
    const ends = [...this.#byExtension.values()].flat().map((entry) => entry.endsAt);
    if (ends.length === 0) return;
    this.#timer = this.#clock.setTimer(Math.min(...ends) - this.#clock.monotonic(), () => this.#expire());
  }

  #expire(): void {
    const now = this.#clock.monotonic();
    const over = [...this.#byExtension.values()].flat().filter((entry) => entry.endsAt <= now);
    for (const { binding } of over) if (this.remove(binding)) this.#onExpired(binding);
    this.#watch();
  }
}

/** By the rules for URIs (RFC 3261 § 19.1.4), as § 10.3 asks. */
export function sameContact(a: string, b: string): boolean {
  const [one, other] = [parseUri(a), parseUri(b)];
  return one && other ? sameUri(one, other) : a === b;
}
