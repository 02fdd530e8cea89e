/** All connected applications: who gets a new request, and who takes over a dialog whose owner is gone. */
import type { Application } from './application.js';
import type { Leg } from './legs.js';

export class Applications {
  readonly #connected: Application[] = [];

  get size(): number {
    return this.#connected.length;
  }

  add(application: Application): void {
    this.#connected.push(application);
  }

  remove(application: Application): void {
    const index = this.#connected.indexOf(application);
    if (index >= 0) this.#connected.splice(index, 1);
  }

  all(): readonly Application[] {
    return this.#connected;
  }

  /** The next application that routed this method (or CDR kind); each in turn. */
  choose(verb: string): Application | undefined {
    const index = this.#connected.findIndex((one) => one.authenticated && one.verbs.has(verb.toLowerCase()));
    const chosen = this.#connected[index];
    if (chosen) this.#connected.push(...this.#connected.splice(index, 1));
    return chosen;
  }

  /** Who serves a leg now: its owner, or another with the same tags, which then owns it. */
  ownerOf(leg: Leg): Application | undefined {
    if (leg.owner.connected) return leg.owner;
    const same = (other: Application): boolean => other.tags.toSorted().join() === leg.owner.tags.toSorted().join();
    const heir = this.#connected.find((one) => one.authenticated && one.connected && same(one));
    if (heir) leg.owner = heir;
    return heir;
  }
}
