/**
 * The step in which a caller waits in a queue. Where an agent is free at once the caller hears ringing tone; else it is
 * told that all are busy, and hears music, and its place from time to time. Whoever is being rung for when the longest
 * wait is over still gets the agent who answers.
 */
import type { Timer } from '../../../base/clock.js';
import type { Config } from '../../../config/schema.js';
import { pause } from '../../call/waiting.js';
import type { Headers } from '../../sip-port.js';
import { runRing } from '../../steps/ring.js';
import type { QueueStep, Runner, RunningStep, StepEvent, StepHost } from '../../steps/step.js';
import type { DialogName } from '../../transfer/refer.js';
import { numbersIn, prompt, say } from '../saying.js';
import { position, wait } from '../speech/speech.js';
import type { QueueDesk, Waiting } from './desk.js';

type Queue = Config['queues'][number];

/** The music that comes with Halina, and the folder of every music. */
const OURS = 'waiting';
const MUSIC = 'music';
/** Where there is no music at all, how long it is silent before it is tried again, milliseconds. */
const SILENCE_MS = 5_000;

export const runQueue: Runner<QueueStep> = ({ queue }, host, tell) => new InQueue(queue, host, tell);

class InQueue implements RunningStep, Waiting {
  readonly #queue: Queue;
  readonly #host: StepHost;
  readonly #tell: (event: StepEvent) => void;
  readonly #desk: QueueDesk;
  readonly #longest: Timer;
  readonly #stop = new AbortController();
  #ringing: RunningStep | undefined;
  #hears: 'nothing' | 'ringing' | 'music' = 'nothing';
  #isLate = false;

  constructor(queue: Queue, host: StepHost, tell: (event: StepEvent) => void) {
    const { clock, queues } = host.context;
    this.#queue = queue;
    this.#host = host;
    this.#tell = tell;
    this.#desk = queues.desk(queue);
    this.#longest = clock.setTimer(queue.maxWait, () => this.#waitedLongest());
    host.signal.addEventListener('abort', this.#aborted);
    if (this.#desk.join(this)) queueMicrotask(() => this.#listen());
    else queueMicrotask(() => this.#overflow('it is full'));
  }

  /** The desk has somebody for this caller. */
  offer(agents: readonly string[]): void {
    const { name, ring } = this.#queue;
    this.#host.log.info({ queue: name, agents }, 'agents ring');
    const step = { do: 'ring', handsets: agents, strategy: 'parallel', ringMs: ring } as const;
    this.#ringing = runRing(step, this.#host, (event) => this.#agents(event));
  }

  /** Agents who ring now. */
  get rings(): readonly string[] {
    return this.#ringing?.rings ?? [];
  }

  extensionOf(name: DialogName): string | undefined {
    return this.#ringing?.extensionOf?.(name);
  }

  cancel(headers: Headers): void {
    this.#ringing?.cancel(headers);
    this.#leave();
  }

  readonly #aborted = (): void => this.#leave();

  #agents(event: StepEvent): void {
    if (event.type === 'rings') return; // The caller hears what it hears.
    this.#ringing = undefined;
    if (event.type === 'answered') {
      this.#host.context.queues.taken(this.#queue.name, this.#host.session.id);
      this.#leave();
      return this.#tell(event);
    }
    if (this.#isLate) return this.#overflow('the longest wait is over');
    this.#desk.declined(this);
    this.#listen();
  }

  #waitedLongest(): void {
    this.#isLate = true;
    if (!this.#ringing) this.#overflow('the longest wait is over');
  }

  #overflow(why: string): void {
    if (this.#stop.signal.aborted) return;
    this.#leave();
    this.#host.log.info({ queue: this.#queue.name, why }, 'a caller goes on from a queue');
    this.#tell({ type: 'over', outcome: { is: 'overflow' } });
  }

  #leave(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#longest.cancel();
    this.#host.signal.removeEventListener('abort', this.#aborted);
    if (this.#hears === 'ringing') this.#host.session.tone(this.#host.leg, undefined);
    this.#desk.leave(this);
  }

  /** What the caller hears from now on. Once there was music there is no more ringing tone. */
  #listen(): void {
    if (this.#stop.signal.aborted || this.#hears === 'music') return;
    const { session, leg } = this.#host;
    if (this.#ringing && this.#hears === 'nothing') {
      this.#hears = 'ringing';
      return session.tone(leg, 'ringback');
    }
    if (this.#hears === 'ringing') session.tone(leg, undefined);
    this.#hears = 'music';
    void this.#entertain(this.#stop.signal);
  }

  async #entertain(signal: AbortSignal): Promise<void> {
    const { welcome, announce } = this.#queue;
    if (welcome) await say(this.#host, prompt(this.#host, welcome), signal);
    if (announce > 0) await this.#sayPlace(signal);
    while (!signal.aborted) {
      await this.#music(announce > 0 ? announce : undefined, signal);
      if (announce > 0) await this.#sayPlace(signal);
    }
  }

  async #sayPlace(signal: AbortSignal): Promise<void> {
    const place = this.#desk.placeOf(this);
    if (place === undefined) return;
    const language = numbersIn(this.#host.language);
    const estimate = this.#queue.sayWait ? this.#desk.waitOf(this) : undefined;
    const words = [...position(place, language), ...(estimate === undefined ? [] : wait(estimate, language))];
    await say(this.#host, words, signal);
  }

  /** Again and again for so long, or until the signal. */
  async #music(forMs: number | undefined, signal: AbortSignal): Promise<void> {
    const { clock } = this.#host.context;
    const enough = new AbortController();
    const timer = forMs === undefined ? undefined : clock.setTimer(forMs, () => enough.abort());
    const ends = AbortSignal.any([signal, enough.signal]);
    const tried = [this.#queue.music, OURS];
    while (!ends.aborted) {
      const played = await say(this.#host, [{ name: tried[0] ?? OURS, language: MUSIC }], ends);
      if (!played && tried.length > 1) tried.shift();
      else if (!played) await pause(SILENCE_MS, clock, ends);
    }
    timer?.cancel();
  }
}
