/**
 * What an office does with its calls, for the call application: gives each call its road, knows what handsets have set, and
 * keeps the queues.
 */
import type { CallId } from '../../base/brands.js';
import type { Clock } from '../../base/clock.js';
import type { Log } from '../../base/log.js';
import type { Config } from '../../config/schema.js';
import type { Itinerary } from '../steps/step.js';
import { forwardOf, reached } from './forwarding.js';
import { QueueDesks } from './queue/desks.js';
import { Road, type OfficeView, type Route, type Turn } from './road.js';
import { queueTeam, requestOf, servicesOf, type Request, type Service } from './service-codes.js';
import { handsetSettings, loggedIn, type Settings } from './settings.js';
import type { SettingsStore } from './settings-store.js';

export interface OfficeOptions {
  readonly config: Config;
  readonly store: SettingsStore;
  readonly clock: Clock;
  readonly isRegistered: (extension: string) => boolean;
  /** Whether a handset may send its calls to this number, in the house or outside. */
  readonly mayForward: (extension: string, number: string) => boolean;
  /** Whether a handset is in a call at present. */
  readonly isBusy: (extension: string) => boolean;
}

export class Office {
  readonly queues: QueueDesks;
  readonly #options: OfficeOptions;
  /** When the last call of a handset ended, Unix milliseconds. */
  readonly #freeSince = new Map<string, number>();
  #config: Config;
  #view: OfficeView;
  #services: ReadonlyMap<string, Service>;

  constructor(options: OfficeOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#view = this.#viewOf(options.config);
    this.#services = servicesOf(options.config);
    this.queues = new QueueDesks({
      clock: options.clock,
      queue: (name) => this.#config.queues.find((queue) => queue.name === name),
      agents: (queue) => loggedIn(this.settings, queueTeam(queue)),
      canTake: (extension) => this.#canTake(extension),
      freeSince: (extension) => this.#freeSince.get(extension) ?? 0,
    });
    options.store.onChange(() => this.queues.turn());
  }

  /** Takes another configuration; calls that are on their road keep the one with which they began. */
  configure(config: Config): void {
    this.#config = config;
    this.#view = this.#viewOf(config);
    this.#services = servicesOf(config);
    this.queues.turn();
  }

  get settings(): Settings {
    return this.#options.store.settings;
  }

  /** The road of a call by its route, from now on. */
  itinerary(route: Route, log: Log): Itinerary {
    return new Road(this.#view, route, (turn) => log.info({ turn }, turnText[turn.at]));
  }

  /** The way of a call within the house, or of one that is sent on, to a handset by its forwards. */
  toHandset(extension: string, ringMs: number, mayLeave: boolean, log: Log): Itinerary {
    const place = { handsets: [extension], strategy: 'parallel', ring: ringMs, mayLeave } as const;
    return new Road(this.#view, place, (turn) => log.info({ turn }, turnText[turn.at]));
  }

  /** What a handset asks for by these keys; undefined where they are no code. */
  request(keys: string, extension: string): Request | undefined {
    const request = requestOf(keys, extension, this.#services);
    if (request?.do !== 'change' || request.change.set !== 'forward') return request;
    const { change, service } = request;
    if (change.to !== undefined && !this.#options.mayForward(extension, change.to))
      return { do: 'refuse', service, why: 'not-allowed' };
    return this.#wouldCircle(extension, change.to, change.on) ? { do: 'refuse', service, why: 'circle' } : request;
  }

  /** Sets something. Resolves with whether it will outlive a restart. */
  set(request: Request & { do: 'change' }): Promise<boolean> {
    return this.#options.store.change(request.change);
  }

  /** A call is over. `extensions`: the handsets that were in it. */
  callEnded(id: CallId, extensions: readonly string[]): void {
    const now = this.#options.clock.now();
    for (const extension of extensions) this.#freeSince.set(extension, now);
    this.queues.ended(id);
  }

  /** Calls that are on their road keep the view with which they began. */
  #viewOf(config: Config): OfficeView {
    const { clock, isBusy } = this.#options;
    return {
      config,
      settings: () => this.settings,
      now: () => clock.now(),
      isBusy,
      freeSince: (extension: string) => this.#freeSince.get(extension) ?? 0,
    };
  }

  #canTake(extension: string): boolean {
    const { isRegistered, isBusy } = this.#options;
    if (!isRegistered(extension) || isBusy(extension)) return false;
    const isAway = forwardOf(this.#config, this.settings, extension, 'always') !== undefined;
    return !isAway && !handsetSettings(this.settings, extension).doNotDisturb;
  }

  /** Whether calls that this handset sends on would come back to it at once. */
  #wouldCircle(extension: string, to: string | undefined, on: string): boolean {
    if (to === undefined || on !== 'always') return false;
    const place = reached(this.#config, this.settings, to);
    return place.via.includes(extension) || (place.at !== 'outside' && place.extension === extension);
  }
}

const turnText: Readonly<Record<Turn['at'], string>> = {
  hours: 'the call goes by the opening hours',
  menu: 'the caller comes to a menu',
  group: 'the call goes to a group',
  queue: 'the caller comes to a queue',
  forward: 'the call is forwarded',
  'left-alone': 'the handset is not to be disturbed',
  lost: 'the call leads nowhere',
};
