/** All connected applications: who gets a new request, and who takes over a dialog whose owner is gone. */
import { timingSafeEqual, createHash } from 'node:crypto';
import type { SipRequest } from '../message/message.js';
import type { Flow } from '../transport/types.js';
import type { Application } from './application.js';
import type { Leg } from './legs.js';
import { routeFor, type ApplicationRoute } from './application-routes.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether two secrets are the same, in a time that tells nothing about them. */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

export interface Dialler {
  /** Connects to an application that listens; undefined where nobody answers there as it should. */
  dial(host: string, port: number): Promise<Application | undefined>;
}

export class Applications {
  readonly #connected: Application[] = [];
  /** Who was chosen last, by what for. */
  readonly #last = new Map<string, Application>();

  constructor(
    private readonly routes: readonly ApplicationRoute[],
    private readonly dialler: Dialler,
  ) {}

  add(application: Application): void {
    this.#connected.push(application);
  }

  remove(application: Application): void {
    const index = this.#connected.indexOf(application);
    if (index >= 0) this.#connected.splice(index, 1);
    for (const [turn, last] of this.#last) if (last === application) this.#last.delete(turn);
  }

  all(): readonly Application[] {
    return this.#connected;
  }

  /** Who gets a new request: by the routes, else any application that wants its method. */
  forRequest(request: SipRequest, flow: Flow): Application | undefined | Promise<Application | undefined> {
    const to = routeFor(this.routes, request, flow);
    if (to && 'host' in to) return this.dialler.dial(to.host, to.port);
    return this.choose(request.method, to?.tag);
  }

  /** The next application that routed this method (or CDR kind), and bears the tag; each in turn. */
  choose(verb: string, tag?: string): Application | undefined {
    const wants = (one: Application): boolean =>
      one.authenticated && one.connected && one.verbs.has(verb.toLowerCase()) && (!tag || one.tags.includes(tag));
    // In turn for each verb by itself: records of calls must not shift whose turn the next call is.
    const turn = `${verb.toLowerCase()} ${tag ?? ''}`;
    const last = this.#last.get(turn);
    const after = last ? this.#connected.indexOf(last) + 1 : 0;
    const inTurn = [...this.#connected.slice(after), ...this.#connected.slice(0, after)];
    const chosen = inTurn.find(wants);
    if (chosen) this.#last.set(turn, chosen);
    return chosen;
  }

  /** Who serves a leg now: its owner, or another with the same tags, which then owns it. */
  ownerOf(leg: Leg): Application | undefined {
    if (leg.owner.connected) return leg.owner;
    const same = (other: Application): boolean => other.tags.toSorted().join() === leg.owner.tags.toSorted().join();
    const heir = this.#connected.find((one) => one.authenticated && one.connected && !one.dialled && same(one));
    if (heir) leg.owner = heir;
    return heir;
  }
}
