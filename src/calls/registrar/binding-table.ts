/** The bindings of all handsets in memory, each with its end on the monotonic clock. */
import type { Clock, Timer } from '../../base/clock.js';
import { parseUri, sameUri } from '../../sip/message/uri.js';
import type { Binding } from '../ports.js';
import type { Source } from '../sip-port.js';

interface Entry {
  readonly binding: Binding;
  /** On the monotonic clock, so that setting the wall clock ends no registration. */
  readonly endsAt: number;
}

export class BindingTable {
  readonly #clock: Clock;
  readonly #byExtension = new Map<string, Entry[]>();
  readonly #onExpired: (binding: Binding) => void;
  /** How many bindings there are at each address, and by each flow. */
  readonly #places = new Map<string, number>();
  #timer: Timer | undefined;
  #wakesAt = Number.POSITIVE_INFINITY;

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

  hasAddress(address: string): boolean {
    return this.#places.has(address);
  }

  hasFlow(source: Source): boolean {
    return this.#places.has(flowKey(source.protocol, source.address, source.port));
  }

  /** Every address at which there is a binding. */
  addresses(): readonly string[] {
    return [...this.#places.keys()].filter((place) => !place.includes(' '));
  }

  find(extension: string, contact: string): Binding | undefined {
    return this.#byExtension.get(extension)?.find((entry) => sameContact(entry.binding.contact, contact))?.binding;
  }

  /** The binding of a flow of a device (RFC 5626). */
  findFlow(extension: string, { instance, regId }: NonNullable<Binding['outbound']>): Binding | undefined {
    return this.of(extension).find(({ outbound }) => outbound?.instance === instance && outbound.regId === regId);
  }

  /** Seconds that a binding has left, at least 0. */
  secondsLeft(binding: Binding): number {
    const entry = this.#byExtension.get(binding.extension)?.find((one) => one.binding === binding);
    return entry ? Math.max(0, Math.round((entry.endsAt - this.#clock.monotonic()) / 1000)) : 0;
  }

  /** Adds a binding, in the place of the one with the same contact. */
  put(binding: Binding): void {
    const lifeMs = binding.expiresAt - this.#clock.now();
    const before = this.#entries(binding.extension);
    const others = before.filter((one) => !sameContact(one.binding.contact, binding.contact));
    const entry = { binding, endsAt: this.#clock.monotonic() + lifeMs };
    this.#byExtension.set(binding.extension, [entry, ...others]);
    this.#count(binding, 1);
    for (const one of before) if (!others.includes(one)) this.#count(one.binding, -1);
    if (entry.endsAt < this.#wakesAt) this.#wake(entry.endsAt);
  }

  remove(binding: Binding): boolean {
    const entries = this.#entries(binding.extension);
    const rest = entries.filter((entry) => entry.binding !== binding);
    if (rest.length === 0) this.#byExtension.delete(binding.extension);
    else this.#byExtension.set(binding.extension, rest);
    if (rest.length === entries.length) return false;
    this.#count(binding, -1);
    if (this.#byExtension.size === 0) this.close();
    return true;
  }

  /** Stops the timer. */
  close(): void {
    this.#timer?.cancel();
    this.#wakesAt = Number.POSITIVE_INFINITY;
  }

  #count({ protocol, sourceAddress, sourcePort }: Binding, by: 1 | -1): void {
    for (const place of [sourceAddress, flowKey(protocol, sourceAddress, sourcePort)]) {
      const count = (this.#places.get(place) ?? 0) + by;
      if (count > 0) this.#places.set(place, count);
      else this.#places.delete(place);
    }
  }

  #entries(extension: string): readonly Entry[] {
    return this.#byExtension.get(extension) ?? [];
  }

  /** Looks at `at` for what is over. A binding that was refreshed meanwhile is looked at in vain, once. */
  #wake(at: number): void {
    this.#timer?.cancel();
    this.#wakesAt = at;
    this.#timer = this.#clock.setTimer(at - this.#clock.monotonic(), () => this.#expire());
  }

  #expire(): void {
    const now = this.#clock.monotonic();
    const over = [...this.#byExtension.values()].flat().filter((entry) => entry.endsAt <= now);
    for (const { binding } of over) if (this.remove(binding)) this.#onExpired(binding);
    const next = [...this.#byExtension.values()].flat().reduce((at, { endsAt }) => Math.min(at, endsAt), Infinity);
    if (next === Infinity) this.close();
    else this.#wake(next);
  }
}

const flowKey = (protocol: string, address: string, port: number): string => `${protocol} ${address} ${port}`;

/** By the rules for URIs (RFC 3261 § 19.1.4), as § 10.3 asks. */
export function sameContact(a: string, b: string): boolean {
  const [one, other] = [parseUri(a), parseUri(b)];
  return one && other ? sameUri(one, other) : a === b;
}
