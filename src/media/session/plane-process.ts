/**
 * One child process as the engine holds it: starts it, asks and orders, hands on its news, and starts it again when it
 * dies, later each time it dies young. What was asked of a process that is gone fails with `MEDIA_ENGINE_LOST`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Clock, Timer } from '../../base/clock.js';
import { errorMessage, HalinaError } from '../../base/errors.js';
import { Gathered } from '../../base/gathered.js';
import type { Log } from '../../base/log.js';
import type { FromPlane, Order, PlaneRequests, PlaneSettings, RequestName, ToPlane } from './messages.js';

export type PlaneNews = Exclude<FromPlane, { type: 'done' | 'failed' }>;

export interface PlaneProcessOptions {
  readonly name: string;
  readonly settings: PlaneSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly onNews: (news: PlaneNews) => void;
  /** It died; everything that it held is gone. */
  readonly onLost: () => void;
}

/** What the child is told. */
type Words = Gathered<ToPlane>;

type State =
  | { readonly kind: 'starting'; readonly child: ChildProcess }
  | { readonly kind: 'ready'; readonly child: ChildProcess; readonly words: Words; readonly since: number }
  | { readonly kind: 'resting'; readonly timer: Timer }
  | { readonly kind: 'closed' };

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

const FIRST_REST_MS = 250;
const LONGEST_REST_MS = 15_000;
/** Who lived so long begins with the shortest rest again. */
const OLD_MS = 60_000;
/** How long a process may take to write its last blocks. */
const CLOSE_MS = 5_000;

/**
 * Of the engine's young objects, MB: what a process that relays makes is used once. With Node's 16 it holds 50 MB of what nobody
 * needs, and lets go of it in long breaths. Of the old ones, a third more than are used before garbage is looked for. And `gc`, for a thread that shares memory and makes no garbage of its own.
 */
const MEMORY = ['--max-semi-space-size=2', '--heap-growing-percent=30', '--expose-gc'];

const entry = fileURLToPath(new URL('main.js', import.meta.url));

export class PlaneProcess {
  readonly #options: PlaneProcessOptions;
  readonly #pending = new Map<number, Pending>();
  #requests = 0;
  #rest = FIRST_REST_MS;
  #state: State = { kind: 'closed' };

  constructor(options: PlaneProcessOptions) {
    this.#options = options;
  }

  get isReady(): boolean {
    return this.#state.kind === 'ready';
  }

  /** The child's process id, for tests and for `halina calls`. */
  get pid(): number | undefined {
    return 'child' in this.#state ? this.#state.child.pid : undefined;
  }

  /** Starts it; resolves when it takes sessions. */
  async start(): Promise<void> {
    const { log, settings, clock, name } = this.#options;
    const child = fork(entry, [], {
      execArgv: [...process.execArgv, ...MEMORY],
      serialization: 'advanced',
      env: { ...process.env, UV_THREADPOOL_SIZE: process.env['UV_THREADPOOL_SIZE'] ?? '8' },
    });
    this.#state = { kind: 'starting', child };
    const words: Words = new Gathered((all) => {
      // A channel that is closing says so by the exit that follows, which answers everything that is pending.
      if (child.connected) child.send(all, () => {});
    });
    child.on('message', (messages) => {
      for (const message of messages as FromPlane[]) this.#receive(message);
    });
    child.on('error', (error) => log.error({ engine: name, error: error.message }, 'media process cannot be reached'));
    child.once('exit', (code, signal) => this.#exited(child, code, signal));
    const { plane, why } = await this.#ask(words, 'configure', { settings });
    if (this.#state.kind !== 'starting' || this.#state.child !== child) return;
    this.#state = { kind: 'ready', child, words, since: clock.monotonic() };
    if (why !== undefined)
      log.info({ engine: name, why }, 'packets are relayed by sockets: halina check says what lacks');
    log.info({ engine: name, pid: child.pid, plane }, 'media process ready');
  }

  #exited(child: ChildProcess, code: number | null, signal: string | null): void {
    const state = this.#state;
    for (const { reject } of this.#pending.values()) reject(lost(this.#options.name));
    this.#pending.clear();
    if (!('child' in state) || state.child !== child) return; // we closed it
    const { log, clock, name, onLost } = this.#options;
    if (state.kind === 'ready' && clock.monotonic() - state.since > OLD_MS) this.#rest = FIRST_REST_MS;
    log.error({ engine: name, pid: child.pid, code, signal, restartInMs: this.#rest }, 'media process died');
    this.#state = { kind: 'resting', timer: clock.setTimer(this.#rest, () => this.#restart()) };
    this.#rest = Math.min(this.#rest * 2, LONGEST_REST_MS);
    onLost();
  }

  #restart(): void {
    this.start().catch((error: unknown) => {
      const { log, name } = this.#options;
      log.error({ engine: name, error: errorMessage(error) }, 'media process did not start');
    });
  }

  /** Asks the process; rejects with `HalinaError`. */
  request<K extends RequestName>(name: K, args: PlaneRequests[K]['args']): Promise<PlaneRequests[K]['result']> {
    const state = this.#state;
    if (state.kind !== 'ready') return Promise.reject(lost(this.#options.name));
    return this.#ask(state.words, name, args);
  }

  #ask<K extends RequestName>(
    words: Words,
    name: K,
    args: PlaneRequests[K]['args'],
  ): Promise<PlaneRequests[K]['result']> {
    const request = ++this.#requests;
    return new Promise((resolve, reject) => {
      this.#pending.set(request, { resolve: resolve as (result: unknown) => void, reject });
      words.add({ type: 'request', request, name, ...args } as ToPlane);
    });
  }

  /** Tells the process; nothing happens when it is gone. */
  order(order: Order): void {
    if (this.#state.kind === 'ready') this.#state.words.add(order);
  }

  #receive(message: FromPlane): void {
    if (message.type !== 'done' && message.type !== 'failed') {
      this.#options.onNews(message);
      return;
    }
    const pending = this.#pending.get(message.request);
    this.#pending.delete(message.request);
    if (message.type === 'done') pending?.resolve(message.result);
    else {
      const hint = message.hint === undefined ? {} : { hint: message.hint };
      pending?.reject(new HalinaError(message.code, message.message, hint));
    }
  }

  /** Lets the process write what it has and go. */
  async close(): Promise<void> {
    const state = this.#state;
    this.#state = { kind: 'closed' };
    if (state.kind === 'resting') state.timer.cancel();
    if (!('child' in state)) return;
    const { child } = state;
    if (state.kind === 'ready') state.words.flush();
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (child.exitCode !== null || child.signalCode !== null) return;
    const timer = this.#options.clock.setTimer(CLOSE_MS, () => child.kill('SIGKILL'));
    if (child.connected) child.disconnect();
    await gone;
    timer.cancel();
  }
}

const lost = (name: string): HalinaError => new HalinaError('MEDIA_ENGINE_LOST', `the media process ${name} is gone`);
