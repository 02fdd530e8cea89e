/** The order in which the servers of a service are tried (RFC 2782), and those that have failed of late. */
import type { Clock } from '../../base/clock.js';
import type { Srv } from './resolver.js';

/** By priority; among equals by chance, weighted. `random`: from 0 to below 1. */
export function inOrder(records: readonly Srv[], random: () => number): Srv[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) => {
    // Those without a weight first, so that they have the small chance that they should (RFC 2782, page 4).
    const left = records.filter((one) => one.priority === priority).sort((a, b) => a.weight - b.weight);
    const ordered: Srv[] = [];
    while (left.length > 0) {
      const drawn = random() * (left.reduce((sum, { weight }) => sum + weight, 0) + 1);
      let sum = 0;
      const index = left.findIndex(({ weight }) => (sum += weight) >= Math.floor(drawn));
      ordered.push(...left.splice(index, 1));
    }
    return ordered;
  });
}

interface Place {
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
}

/** Milliseconds for which a server that has failed comes last, where it does not say how long itself; and the bound of that. */
const AVOIDED = 60_000;
const AVOIDED_MAX = 300_000;
const PLACES_MAX = 1000;

export class Failures {
  readonly #until = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** @param ms for how long, where the server said so */
  note(place: Place, ms = AVOIDED): void {
    if (this.#until.size >= PLACES_MAX) this.#until.clear();
    this.#until.set(keyOf(place), this.clock.monotonic() + Math.min(ms, AVOIDED_MAX));
  }

  /** The same in the same order, but for those that have failed of late, which come last. */
  last<T extends Place>(places: readonly T[]): readonly T[] {
    if (this.#until.size === 0 || places.length < 2) return places;
    const now = this.clock.monotonic();
    const failed = (place: T): boolean => (this.#until.get(keyOf(place)) ?? 0) > now;
    return [...places.filter((place) => !failed(place)), ...places.filter(failed)];
  }
}

const keyOf = ({ protocol, address, port }: Place): string => `${protocol} ${address} ${port}`;
