/**
 * Live events to browsers (server-sent events, HTML § 9.2): one writer, many listeners. An event is written out once
 * for all who get it; whoever comes back with the id of the last one gets those that they missed, or, if that is too
 * long ago, `reset` and everything anew. A listener who does not read is let go.
 */
import { randomBytes } from 'node:crypto';
import type { Clock, Timer } from '../../base/clock.js';
import { Problem } from '../frame/problem.js';

export type Topic = 'live' | 'status' | 'tasks';

export interface Happened {
  readonly event: string;
  readonly data: unknown;
}

/** Where a listener's events go. */
export interface Wire {
  /** False: what was written before has not been taken yet. */
  write(text: string | Buffer): boolean;
  /** Bytes that wait to be taken. */
  readonly waiting: number;
  end(): void;
}

export interface Listener {
  readonly person: string;
  readonly session: string;
  readonly topics: ReadonlySet<Topic>;
  readonly wire: Wire;
}

interface Kept {
  readonly number: number;
  readonly topic: Topic;
  readonly person: string | undefined;
  readonly text: string;
}

export const HUB_LIMITS = { all: 800, person: 16, session: 8, kept: 1000, waiting: 1_000_000 } as const;
const BEAT_MS = 15_000;

export class EventHub {
  readonly #listeners = new Set<Listener>();
  readonly #kept: Kept[] = [];
  /** Tells our ids from those of a program that ran before. */
  readonly #epoch = randomBytes(4).toString('hex');
  readonly #snapshots = new Map<Topic, () => Happened | undefined>();
  #number = 0;
  #timer: Timer | undefined;

  /** `isStill`: whether a listener may still listen; asked at every beat. */
  constructor(
    private readonly clock: Clock,
    private readonly isStill: (listener: Listener) => Promise<boolean>,
  ) {}

  /** What somebody who comes anew is told first. */
  snapshot(topic: Topic, take: () => Happened | undefined): void {
    this.#snapshots.set(topic, take);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  hears(topic: Topic): boolean {
    for (const { topics } of this.#listeners) if (topics.has(topic)) return true;
    return false;
  }

  /** Throws `too-many`. Gives back what takes the listener away again. */
  listen(listener: Listener, lastId?: string): () => void {
    this.admit(listener);
    this.#listeners.add(listener);
    listener.wire.write('retry: 2000\n\n');
    const missed = this.#missed(lastId);
    if (missed) for (const one of missed) this.#send(listener, one);
    else this.#begin(listener);
    this.#timer ??= this.clock.setTimer(BEAT_MS, () => this.#beat());
    return () => this.#listeners.delete(listener);
  }

  /** `person`: only for them. */
  publish(topic: Topic, event: string, data: unknown, person?: string): void {
    const one = this.#keep(topic, { event, data }, person);
    for (const listener of this.#listeners) this.#send(listener, one);
  }

  /** What changed at once, as one packet for each listener: with hundreds of them it is the writing that costs. */
  publishAll(topic: Topic, events: readonly Happened[]): void {
    if (events.length === 0) return;
    const all = Buffer.from(events.map((one) => this.#keep(topic, one).text).join(''));
    for (const listener of this.#listeners) if (listener.topics.has(topic)) this.#write(listener, all);
  }

  #keep(topic: Topic, { event, data }: Happened, person?: string): Kept {
    const number = ++this.#number;
    const one = { number, topic, person, text: this.#text(number, event, data) };
    this.#kept.push(one);
    if (this.#kept.length > HUB_LIMITS.kept) this.#kept.shift();
    return one;
  }

  /** Lets go of those of a session that is over. */
  endSession(session: string): void {
    for (const listener of this.#listeners) if (listener.session === session) this.#drop(listener);
  }

  close(): void {
    this.#timer?.cancel();
    for (const listener of this.#listeners) this.#drop(listener);
  }

  /** Throws `too-many`: to be asked before the head of the answer is written. */
  admit({ person, session }: Pick<Listener, 'person' | 'session'>): void {
    const all = [...this.#listeners];
    const ofPerson = all.filter((one) => one.person === person).length;
    const ofSession = all.filter((one) => one.session === session).length;
    if (all.length >= HUB_LIMITS.all || ofPerson >= HUB_LIMITS.person || ofSession >= HUB_LIMITS.session)
      throw new Problem(
        'too-many',
        {
          pl: 'Konsola jest otwarta w zbyt wielu kartach. Zamknij kilka z nich.',
          en: 'The console is open in too many tabs. Close some of them.',
        },
        { retryAfter: 30 },
      );
  }

  #missed(lastId: string | undefined): readonly Kept[] | undefined {
    const [epoch, text] = lastId?.split('-') ?? [];
    const number = Number(text);
    if (epoch !== this.#epoch || !Number.isInteger(number) || number > this.#number) return undefined;
    const first = this.#kept[0]?.number ?? this.#number + 1;
    return number + 1 < first ? undefined : this.#kept.filter((one) => one.number > number);
  }

  #begin(listener: Listener): void {
    listener.wire.write(this.#text(this.#number, 'reset', {}));
    for (const topic of listener.topics) {
      const snapshot = this.#snapshots.get(topic)?.();
      if (snapshot) listener.wire.write(this.#text(this.#number, snapshot.event, snapshot.data));
    }
  }

  /** JSON has no line end of its own, so an event is one line of data. */
  #text(number: number, event: string, data: unknown): string {
    return `id: ${this.#epoch}-${number}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  }

  #send(listener: Listener, { topic, person, text }: Kept): void {
    if (!listener.topics.has(topic) || (person !== undefined && person !== listener.person)) return;
    this.#write(listener, text);
  }

  #write(listener: Listener, text: string | Buffer): void {
    if (!listener.wire.write(text) && listener.wire.waiting > HUB_LIMITS.waiting) this.#drop(listener);
  }

  #drop(listener: Listener): void {
    this.#listeners.delete(listener);
    listener.wire.end();
  }

  #beat(): void {
    this.#timer = this.#listeners.size === 0 ? undefined : this.clock.setTimer(BEAT_MS, () => this.#beat());
    for (const listener of this.#listeners) {
      listener.wire.write(': still here\n\n');
      if (listener.wire.waiting > HUB_LIMITS.waiting) this.#drop(listener);
      else void this.#check(listener);
    }
  }

  async #check(listener: Listener): Promise<void> {
    const still = await this.isStill(listener).catch(() => true); // not known now: asked again at the next beat
    if (!still) this.#drop(listener);
  }
}
