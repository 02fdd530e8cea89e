/** Every queue's desk, made when its first caller comes; and how long the calls of each took. */
import type { CallId } from '../../../base/brands.js';
import type { Clock } from '../../../base/clock.js';
import type { Config } from '../../../config/schema.js';
import { QueueDesk } from './desk.js';

type Queue = Config['queues'][number];

export interface DesksView {
  readonly clock: Clock;
  /** As the configuration says at present; undefined for one that it no longer has. */
  readonly queue: (name: string) => Queue | undefined;
  /** Agents who are logged in. */
  readonly agents: (queue: Queue) => readonly string[];
  readonly canTake: (extension: string) => boolean;
  readonly freeSince: (extension: string) => number;
}

/** A queue at a glance. */
export interface QueueState {
  readonly name: string;
  /** Callers in it. */
  readonly waiting: number;
  /** Since when the first of them waits, Unix milliseconds. */
  readonly since: number | undefined;
  /** Agents who are logged in, and those of them who could be rung. */
  readonly agents: number;
  readonly free: number;
}

export class QueueDesks {
  readonly #view: DesksView;
  readonly #desks = new Map<string, QueueDesk>();
  /** Calls that agents have taken, with when. */
  readonly #taken = new Map<CallId, { readonly desk: QueueDesk; readonly at: number }>();

  constructor(view: DesksView) {
    this.#view = view;
  }

  /** @param as the queue as the caller's configuration has it, which counts while no other is there */
  desk(as: Queue): QueueDesk {
    const known = this.#desks.get(as.name);
    if (known) return known;
    const { clock, agents, canTake, freeSince } = this.#view;
    const queue = (): Queue => this.#view.queue(as.name) ?? as;
    const desk = new QueueDesk({
      clock,
      strategy: () => queue().strategy,
      maxLength: () => queue().maxLength,
      restMs: () => queue().rest,
      agents: () => agents(queue()),
      canTake,
      freeSince,
    });
    this.#desks.set(as.name, desk);
    return desk;
  }

  /** How each of these is at present, those to which nobody has come yet too. */
  states(queues: readonly Queue[]): readonly QueueState[] {
    const { agents, canTake } = this.#view;
    return queues.map((queue) => {
      const desk = this.#desks.get(queue.name);
      const team = agents(queue);
      const facts = { agents: team.length, free: team.filter((extension) => canTake(extension)).length };
      return { name: queue.name, waiting: desk?.length ?? 0, since: desk?.since, ...facts };
    });
  }

  /** An agent answered a call of this queue. */
  taken(queue: string, call: CallId): void {
    const desk = this.#desks.get(queue);
    if (desk) this.#taken.set(call, { desk, at: this.#view.clock.monotonic() });
  }

  /** A call is over, whatever it was. */
  ended(call: CallId): void {
    const taken = this.#taken.get(call);
    this.#taken.delete(call);
    taken?.desk.served(this.#view.clock.monotonic() - taken.at);
    this.turn();
  }

  /** Something changed that may free somebody. */
  turn(): void {
    for (const desk of this.#desks.values()) desk.turn();
  }
}
